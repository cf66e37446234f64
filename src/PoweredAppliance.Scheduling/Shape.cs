using System.Collections.Immutable;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Scheduling;

/// <summary>What many VMs ask of a host alike, beside room: demands of equal shapes share what was once found out about the hosts.</summary>
public sealed class Shape : IEquatable<Shape>
{
    private readonly int _hash;

    /// <param name="clusters">ids of the clusters that will do; default or empty: any cluster</param>
    /// <param name="requirement">null: any host will do</param>
    /// <param name="rank">the host with the highest is preferred; null: any is as good as another</param>
    /// <param name="requirementText">the requirement as the user wrote it, for explanations</param>
    public Shape(ImmutableArray<int> clusters = default, Requirement? requirement = null, Rank? rank = null, string? requirementText = null)
    {
        Clusters = clusters.IsDefaultOrEmpty ? [] : [.. clusters.Distinct().Order()];
        Requirement = requirement is null || requirement.Equals(Requirement.None) ? null : requirement;
        Rank = rank is null || rank.Equals(Rank.Zero) ? null : rank;
        RequirementText = requirementText;
        LetsAll = Clusters.IsEmpty && Requirement is null;
        var hash = new HashCode();
        foreach (var cluster in Clusters)
            hash.Add(cluster);
        hash.Add(Requirement);
        hash.Add(Rank);
        _hash = hash.ToHashCode();
    }

    public static Shape Any { get; } = new();

    /// <summary>Ascending; empty: any cluster.</summary>
    public ImmutableArray<int> Clusters { get; }

    public Requirement? Requirement { get; }

    public Rank? Rank { get; }

    public string? RequirementText { get; }

    /// <summary>It is about room alone.</summary>
    public bool LetsAll { get; }

    public bool Lets(int cluster) => Clusters.IsEmpty || Clusters.Contains(cluster);

    /// <summary>Asks for the same hosts in the same order; in whatever words.</summary>
    public bool Equals(Shape? other) => ReferenceEquals(this, other)
        || other is not null && _hash == other._hash && Clusters.AsSpan().SequenceEqual(other.Clusters.AsSpan())
        && Equals(Requirement, other.Requirement) && Equals(Rank, other.Rank);

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode() => _hash;
}
