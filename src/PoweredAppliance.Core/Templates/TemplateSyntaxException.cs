namespace PoweredAppliance.Core.Templates;

/// <summary>A text that is no template. The message is what a client is shown:
/// <c>Parse error: syntax error, unexpected X, expecting Y or Z at line L, columns A:B</c>.</summary>
public sealed class TemplateSyntaxException(string reason, int line, int column, int endColumn)
    : FormatException($"Parse error: {reason} at line {line}, columns {column}:{endColumn}")
{
    /// <summary>Counted from 1.</summary>
    public int Line => line;

    /// <summary>Of the first wrong character, counted from 1.</summary>
    public int Column => column;

    /// <summary>Of the last wrong character, counted from 1.</summary>
    public int EndColumn => endColumn;

    internal static TemplateSyntaxException At(string text, int start, int end, string reason)
    {
        var before = text.AsSpan(0, Math.Min(start, text.Length));
        var line = 1 + before.Count('\n');
        var column = before.Length - before.LastIndexOf('\n');
        return new TemplateSyntaxException(reason, line, column, column + Math.Max(0, end - start - 1));
    }
}
