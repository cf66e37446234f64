using System.Diagnostics.CodeAnalysis;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Scheduling;

/// <summary>
/// Which of the hosts that fit a VM gets when it has no SCHED_RANK of its own. OpenNebula's are ranks; hosts of one rank, and all hosts
/// where there is none, are taken by best fit.
/// </summary>
public sealed record Policy(string Name, Rank Rank)
{
    private static readonly (string Name, string Rank)[] Known =
    [
        ("default", ""), ("bestfit", ""), ("packing", "RUNNING_VMS"), ("striping", "- RUNNING_VMS"), ("load-aware", "FREE_CPU"), ("fixed", "PRIORITY"),
    ];

    private const string CustomName = "custom";

    /// <summary>For settings and their explanations.</summary>
    public static string Names { get; } = $"{string.Join(", ", Known.Select(p => p.Name))} or {CustomName}";

    public static Policy Default { get; } = new("default", Rank.Zero);

    /// <param name="rank">of <c>custom</c>, which no other takes</param>
    public static bool TryParse(string name, string rank, [NotNullWhen(true)] out Policy? policy, [NotNullWhen(false)] out string? error)
    {
        (policy, error) = (null, null);
        if (name == CustomName && rank.Length == 0)
            error = "custom needs a rank";
        else if (name == CustomName && Rank.TryParse(rank, out var own, out _))
            policy = new(name, own);
        else if (name == CustomName)
            error = $"its rank '{rank}' cannot be read: {ErrorOf(rank)}";
        else if (Array.Find(Known, p => p.Name == name) is not { Name: not null } known)
            error = $"it must be {Names}";
        else if (rank.Length > 0)
            error = $"{name} has a rank of its own: only custom takes one";
        else
            policy = new(name, Rank.Parse(known.Rank));
        return policy is not null;
    }

    private static string? ErrorOf(string rank) => Rank.TryParse(rank, out _, out var error) ? null : error;
}
