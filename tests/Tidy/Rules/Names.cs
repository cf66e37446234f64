using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>Words that say nothing about what a thing is, in names of types and files.</summary>
public static partial class Names
{
    private static readonly HashSet<string> Banned = new(StringComparer.OrdinalIgnoreCase)
    {
        "Manager", "Helper", "Helpers", "Util", "Utils", "Service", "Services", "Processor", "Base", "Impl", "Common", "Shared", "Misc",
    };

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.IsCSharp || file.IsGenerated)
            yield break;
        foreach (var word in Words(Path.GetFileNameWithoutExtension(file.Path)).Where(Banned.Contains))
            yield return new(file.Path, 1, $"'{word}' in a file's name says nothing: name it after what it holds");
        foreach (Match m in Type().Matches(file.Code))
        {
            foreach (var word in Words(m.Groups["name"].Value).Where(Banned.Contains))
                yield return new(file.Path, file.LineOf(m.Index), $"'{word}' in {m.Groups["name"].Value} says nothing: name the type after what it is or does");
        }
    }

    private static IEnumerable<string> Words(string name) => Word().Matches(name).Select(m => m.Value);

    [GeneratedRegex("\\b(class|struct|interface|enum|record(\\s+(class|struct))?|delegate\\s+[\\w<>\\[\\]?,. ]+?)\\s+(?<name>[A-Z_]\\w*)")]
    private static partial Regex Type();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Word();
}
