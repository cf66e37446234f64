namespace Tidy.Rules;

/// <summary>A file that is read at one sitting.</summary>
public static class Sizes
{
    public const int Most = 400;
    public const int Wanted = 200;

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (Lines(file) is var lines and > Most)
            yield return new(file.Path, Most + 1, $"{lines} lines, at most {Most}: split it where it changes for different reasons");
    }

    /// <summary>0 for what nobody wrote by hand.</summary>
    public static int Lines(SourceFile file) => file.IsCSharp && !file.IsGenerated ? file.Text.AsSpan().Count('\n') : 0;
}
