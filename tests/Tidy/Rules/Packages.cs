using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>Every package's version is written once, in Directory.Packages.props, and exactly.</summary>
public static partial class Packages
{
    public const string Pins = "Directory.Packages.props";

    public static IEnumerable<Finding> Check(SourceFile file, ISet<string> pinned)
    {
        if (file.Path == Pins)
        {
            foreach (Match m in Pin().Matches(file.Text))
            {
                if (!Exact().IsMatch(m.Groups["version"].Value))
                    yield return new(file.Path, file.LineOf(m.Index), $"{m.Groups["name"].Value}: '{m.Groups["version"].Value}' is not one exact version");
            }
        }

        if (!file.IsProject && !file.Path.EndsWith(".props", StringComparison.Ordinal) && !file.Path.EndsWith(".targets", StringComparison.Ordinal))
            yield break;
        foreach (Match m in Reference().Matches(file.Text))
        {
            var (name, line) = (m.Groups["name"].Value, file.LineOf(m.Index));
            if (Regex.IsMatch(m.Value, "\\bVersion(Override)?\\s*="))
                yield return new(file.Path, line, $"{name} carries a version: write it in {Pins}");
            if (!pinned.Contains(name))
                yield return new(file.Path, line, $"{name} is not pinned: add it to {Pins}");
        }
    }

    public static ISet<string> PinnedIn(string pins) => Pin().Matches(pins).Select(m => m.Groups["name"].Value).ToHashSet();

    [GeneratedRegex("<PackageVersion\\s+Include=\"(?<name>[^\"]+)\"\\s+Version=\"(?<version>[^\"]*)\"")]
    private static partial Regex Pin();

    [GeneratedRegex("<PackageReference\\s+Include=\"(?<name>[^\"]+)\"[^>]*>")]
    private static partial Regex Reference();

    [GeneratedRegex("^\\d+(\\.\\d+){1,3}(-[\\w.]+)?$")]
    private static partial Regex Exact();
}
