using System.Collections.Immutable;
using System.Text;

namespace PoweredAppliance.Core.Expressions;

/// <summary>What a text contains, in the signs of SQL's LIKE: <c>%</c> is any text, <c>_</c> any character, a backslash makes the next
/// sign itself; case counts. Looking takes at most the product of the two lengths.</summary>
internal sealed class LikePattern : IEquatable<LikePattern>
{
    /// <summary>In a piece: one character, whichever.</summary>
    private const char Any = '\uFFFF';

    private readonly ImmutableArray<string> _pieces;

    public LikePattern(string text)
    {
        (Text, var pieces, var piece) = (text, ImmutableArray.CreateBuilder<string>(), new StringBuilder());
        for (var i = 0; i < text.Length; i++)
            switch (text[i])
            {
                case '%':
                    pieces.Add(piece.ToString());
                    piece.Clear();
                    break;
                case '_':
                    piece.Append(Any);
                    break;
                case '\\' when i + 1 < text.Length:
                    piece.Append(text[++i]);
                    break;
                default:
                    piece.Append(text[i]);
                    break;
            }

        pieces.Add(piece.ToString());
        _pieces = pieces.DrainToImmutable();
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public bool IsIn(string text)
    {
        var at = 0;
        foreach (var piece in _pieces)
        {
            if (Find(text, piece, at) is not (>= 0 and var end))
                return false;
            at = end;
        }

        return true;
    }

    public bool Equals(LikePattern? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as LikePattern);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The end of the first place from there on that has the piece; below 0: there is none.</summary>
    private static int Find(string text, string piece, int from)
    {
        if (!piece.Contains(Any, StringComparison.Ordinal))
            return text.IndexOf(piece, from, StringComparison.Ordinal) is var found and >= 0 ? found + piece.Length : -1;
        for (var start = from; start < text.Length; start++)
            if (EndAt(text, piece, start) is var end and >= 0)
                return end;
        return -1;
    }

    private static int EndAt(string text, string piece, int at)
    {
        foreach (var sign in piece)
        {
            if (at >= text.Length || (sign != Any && text[at] != sign))
                return -1;
            at += sign == Any && char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        }

        return at;
    }
}
