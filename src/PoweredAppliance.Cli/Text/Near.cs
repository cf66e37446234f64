namespace PoweredAppliance.Cli.Text;

/// <summary>What somebody may have meant.</summary>
internal static class Near
{
    /// <summary>
    /// How many single letters must be added, left out, replaced or swapped with their neighbour to make one from the
    /// other (optimal string alignment),
    /// letter case aside.
    /// </summary>
    public static int Distance(string from, string to)
    {
        var (a, b) = (from.ToLowerInvariant(), to.ToLowerInvariant());
        var before = new int[b.Length + 1];
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above) = (above, row);
        }

        return above[b.Length];
    }

    /// <summary>
    /// At most three, nearest first: those within a third of the length (one at least, none for a single letter), or
    /// that begin so.
    /// </summary>
    public static IReadOnlyList<string> To(string word, IEnumerable<string> existing)
    {
        var reach = word.Length < 2 ? 0 : Math.Max(1, word.Length / 3);
        bool Begins(string name) => word.Length >= 2 && name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
        return existing.Distinct()
            .Select(e => (Name: e, Distance: Begins(e) ? 1 : Distance(word, e)))
            .Where(e => e.Distance <= reach)
            .OrderBy(e => e.Distance).ThenBy(e => e.Name, StringComparer.Ordinal)
            .Take(3).Select(e => e.Name).ToList();
    }

    /// <summary><c>; did you mean 'a' or 'b'?</c>, or nothing.</summary>
    public static string Question(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return "";
        var quoted = names.Select(n => $"'{n}'").ToList();
        var first = string.Join(", ", quoted.SkipLast(1));
        return $"; did you mean {first}{(first.Length > 0 ? " or " : "")}{quoted[^1]}?";
    }
}
