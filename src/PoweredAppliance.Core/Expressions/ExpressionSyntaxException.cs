namespace PoweredAppliance.Core.Expressions;

/// <summary>A text that is no requirement or no rank: what was met, what could have stood there, and the column,
/// counted from 1.</summary>
public sealed class ExpressionSyntaxException(string reason, int column)
    : FormatException($"syntax error, {reason} at column {column}")
{
    public int Column => column;
}
