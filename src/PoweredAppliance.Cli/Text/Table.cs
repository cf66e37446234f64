using System.Text;

namespace PoweredAppliance.Cli.Text;

internal enum Tone
{
    Plain,
    Good,
    Busy,
    Bad,
    Faint,
}

/// <summary>A piece of text and what it means to the reader.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text is { Length: > 0 } ? text : "-");

    public static implicit operator Cell(int number) =>
        new(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

internal enum Side
{
    Left,
    Right,
}

/// <summary>
/// Columns, aligned, two spaces between, no trailing spaces. Colours and shortening only where the terminal asks for
/// them.
/// </summary>
internal sealed class Table(params (string Head, Side Side)[] columns)
{
    private const int Gap = 2;
    private const int Narrowest = 8;

    private readonly List<Cell[]> _rows = [];

    public void Add(params Cell[] cells) => _rows.Add([.. cells.Select(c => c with { Text = Paint.Tame(c.Text) })]);

    /// <param name="width">Shorten the widest left-aligned columns until a line fits; null: never.</param>
    /// <param name="height">Leave out rows that do not fit, and say how many; null: never.</param>
    public string Render(bool colour, int? width = null, int? height = null)
    {
        var shown = height is { } lines && _rows.Count > lines - 2
            ? _rows.Take(Math.Max(lines - 3, 1)).ToList()
            : _rows;
        var widths = columns.Select(
            (c, i) => shown.Select(r => Width(r[i].Text)).Append(c.Head.Length).Max()).ToArray();
        Shrink(widths, width);

        var text = new StringBuilder();
        Line(text, columns.Select(c => new Cell(c.Head)).ToArray(), widths, colour, head: true);
        foreach (var row in shown)
            Line(text, row, widths, colour, head: false);
        if (shown.Count < _rows.Count)
            text.Append("... and ").Append(_rows.Count - shown.Count).Append(" more\n");
        return text.ToString();
    }

    private void Shrink(int[] widths, int? width)
    {
        while (width is { } room && widths.Sum() + (Gap * (widths.Length - 1)) > room)
        {
            var widest = Enumerable.Range(0, widths.Length)
                .Where(i => columns[i].Side is Side.Left)
                .MaxBy(i => widths[i]);
            if (widths[widest] <= Narrowest)
                return;
            widths[widest]--;
        }
    }

    private void Line(StringBuilder text, Cell[] cells, int[] widths, bool colour, bool head)
    {
        var start = text.Length;
        for (var i = 0; i < cells.Length; i++)
        {
            var shown = Cut(cells[i].Text, widths[i]);
            var pad = new string(' ', widths[i] - Width(shown));
            if (i > 0)
                text.Append(' ', Gap);
            if (columns[i].Side is Side.Right)
                text.Append(pad);
            text.Append(Paint.Text(shown, head ? Tone.Faint : cells[i].Tone, colour));
            if (columns[i].Side is Side.Left && i < cells.Length - 1)
                text.Append(pad);
        }

        while (text.Length > start && text[^1] == ' ')
            text.Length--;
        text.Append('\n');
    }

    private static string Cut(string text, int width) =>
        Width(text) <= width ? text : text[..Math.Max(width - 1, 0)] + "…";

    private static int Width(string text) => text.EnumerateRunes().Count();
}

/// <summary>Terminal colours.</summary>
internal static class Paint
{
    /// <summary>A name or reason must not be able to steer the terminal.</summary>
    public static string Tame(string text) =>
        text.Any(char.IsControl)
            ? string.Concat(text.Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '?' : c))
            : text;

    public static string Text(string text, Tone tone, bool colour) => (colour, tone) switch
    {
        (false, _) or (_, Tone.Plain) => text,
        (_, Tone.Good) => $"\e[32m{text}\e[0m",
        (_, Tone.Busy) => $"\e[33m{text}\e[0m",
        (_, Tone.Bad) => $"\e[31m{text}\e[0m",
        _ => $"\e[2m{text}\e[0m",
    };
}
