using System.Collections.Immutable;

namespace PoweredAppliance.Core.Templates;

/// <summary>One attribute of a template. Names are letters, digits and '_', not starting with a digit, and are kept in
/// upper case; the constructors throw <see cref="ArgumentException"/> for a name or a value that the text form or XML
/// 1.0 cannot carry.</summary>
public abstract record TemplateAttribute(string Name)
{
    public string Name { get; init => field = TemplateWords.Name(value); } = TemplateWords.Name(Name);
}

/// <summary><c>NAME = value</c></summary>
public sealed record SingleAttribute(string Name, string Value) : TemplateAttribute(Name)
{
    public string Value { get; init => field = TemplateWords.Value(value); } = TemplateWords.Value(Value);

    public override string ToString() => TemplateTextWriter.Text(this);
}

/// <summary><c>NAME = [ KEY = value, ... ]</c>. A key is there once (the last one given wins) and the pairs are kept
/// sorted by key, the order in which OpenNebula prints them; so two vectors are equal when they say the same.</summary>
public sealed record VectorAttribute(string Name, ImmutableArray<KeyValuePair<string, string>> Pairs)
    : TemplateAttribute(Name)
{
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; init => field = Ordered(value); } = Ordered(Pairs);

    public static VectorAttribute Of(string name, params IEnumerable<(string Key, string Value)> pairs) =>
        new(name, [.. pairs.Select(p => KeyValuePair.Create(p.Key, p.Value))]);

    /// <summary>The value under the key (any case), null when it is not there.</summary>
    public string? this[string key] => Find(key) is var at and >= 0 ? Pairs[at].Value : null;

    public VectorAttribute With(string key, string value)
    {
        var (name, at) = (TemplateWords.Name(key), 0);
        while (at < Pairs.Length && string.CompareOrdinal(Pairs[at].Key, name) < 0)
            at++;
        return this with
        {
            Pairs = at < Pairs.Length && Pairs[at].Key == name ? Pairs.SetItem(at, new(name, value)) : Pairs.Insert(at, new(name, value)),
        };
    }

    public VectorAttribute Without(string key) =>
        Find(key) is var at and >= 0 ? this with { Pairs = Pairs.RemoveAt(at) } : this;

    public bool Equals(VectorAttribute? other) =>
        other is not null && Name == other.Name && Pairs.AsSpan().SequenceEqual(other.Pairs.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var (key, value) in Pairs)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => TemplateTextWriter.Text(this);

    private int Find(string key)
    {
        for (var i = 0; i < Pairs.Length; i++)
            if (string.Equals(Pairs[i].Key, key, StringComparison.OrdinalIgnoreCase))
                return i;
        return -1;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Ordered(
        ImmutableArray<KeyValuePair<string, string>> given)
    {
        if (given.IsDefaultOrEmpty)
            return [];
        if (IsOrdered(given.AsSpan()))
            return given;

        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in given)
            sorted[TemplateWords.Name(key)] = TemplateWords.Value(value);
        return [.. sorted];
    }

    /// <summary>As <see cref="Ordered"/> would leave them: what is stored and what was made from such pairs is, mostly.</summary>
    private static bool IsOrdered(ReadOnlySpan<KeyValuePair<string, string>> pairs)
    {
        for (var i = 0; i < pairs.Length; i++)
            if (!TemplateWords.IsUpperName(pairs[i].Key) || TemplateWords.WrongInValue(pairs[i].Value) is not null
                || (i > 0 && string.CompareOrdinal(pairs[i - 1].Key, pairs[i].Key) >= 0))
                return false;
        return true;
    }
}
