using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>What was not finished, and what was left lying about.</summary>
public static partial class Leftovers
{
    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.Under("tests/Tidy"))
        {
            foreach (Match m in Promise().Matches(file.Text))
                yield return new(file.Path, file.LineOf(m.Index), $"{m.Value}: do it now, or file an issue and say here what is so and why");
        }

        if (file.IsCSharp)
        {
            foreach (Match m in Unwritten().Matches(file.Code))
                yield return new(file.Path, file.LineOf(m.Index), $"{m.Value}: write it, or leave it out");
        }

        if (file.IsCSharp && file.IsTest && !file.Under("tests/Tidy"))
        {
            foreach (Match m in NoReason().Matches(file.Text))
                yield return new(file.Path, file.LineOf(m.Index), "a skipped test without a reason: say what is missing on the machine and how to get it");
        }

        if (Litter().IsMatch(file.Path))
            yield return new(file.Path, 1, "must not be in the repository: remove it, and add it to .gitignore if something makes it");
    }

    [GeneratedRegex("\\bNotImplementedException\\b")]
    private static partial Regex Unwritten();

    [GeneratedRegex("\\b(TODO|FIXME|HACK|XXX)\\b")]
    private static partial Regex Promise();

    [GeneratedRegex("\\bSkip\\s*=\\s*(\"\\s*\"|null|string\\.Empty)|\\bAssert\\.Skip\\(\\s*(\"\\s*\"|string\\.Empty)\\s*\\)")]
    private static partial Regex NoReason();

    [GeneratedRegex("\\.(log|qcow2|iso|db|db-wal|db-shm|sqlite|nupkg|orig|rej|swp|pid|bak|tmp)$|(^|/)(bin|obj|artifacts|\\.data|TestResults|node_modules)/"
        + "|(^|/)(plan|todo|note|hand-?off|scratch)s?([-_].*)?\\.(md|txt)$|(^|/)core\\.\\d+$", RegexOptions.IgnoreCase)]
    private static partial Regex Litter();
}
