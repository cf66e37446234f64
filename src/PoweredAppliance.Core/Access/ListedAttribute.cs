using System.Collections.Immutable;

namespace PoweredAppliance.Core.Access;

/// <summary>An entry of a list like OpenNebula's *_RESTRICTED_ATTR and *_ENCRYPTED_ATTR.</summary>
/// <param name="Parts">of every vector of that name; none: the attribute as a whole</param>
public sealed record ListedAttribute(string Name, ImmutableSortedSet<string> Parts)
{
    /// <summary>As OpenNebula's configuration names them: <c>NAME</c>, or <c>NAME/PART</c> for each part.</summary>
    public IEnumerable<string> Names => Parts.IsEmpty ? [Name] : Parts.Select(part => $"{Name}/{part}");

    /// <summary>Of lines <c>NAME</c> or <c>NAME: PART PART</c>, sorted by name.</summary>
    internal static ImmutableArray<ListedAttribute> Read(params string[] lines) =>
    [
        .. lines.Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            .Select(words => new ListedAttribute(words[0], words.Skip(1).ToImmutableSortedSet(StringComparer.Ordinal))).OrderBy(a => a.Name, StringComparer.Ordinal),
    ];
}
