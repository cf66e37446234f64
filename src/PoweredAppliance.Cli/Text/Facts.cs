using System.Text;

namespace PoweredAppliance.Cli.Text;

/// <summary>
/// What is known of one thing: a label and its value on each line, the values aligned; further lines of a value stand
/// below it.
/// </summary>
internal sealed class Facts
{
    private readonly List<(string Label, Cell Value)> _lines = [];

    /// <summary>Nothing is added for an absent value.</summary>
    public Facts Add(string label, string? value, Tone tone = Tone.Plain)
    {
        if (value is { Length: > 0 })
            _lines.Add((label, new Cell(value, tone)));
        return this;
    }

    public Facts AddAll(string label, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            _lines.Add((label, new Cell(value)));
            label = "";
        }

        return this;
    }

    public string Render(bool colour)
    {
        var width = _lines.Max(l => l.Label.Length) + 2;
        var text = new StringBuilder();
        foreach (var (label, value) in _lines)
        {
            text.Append(Paint.Text(label, Tone.Faint, colour && label.Length > 0)).Append(' ', width - label.Length);
            var first = true;
            foreach (var line in value.Text.TrimEnd().Split('\n'))
            {
                if (!first)
                    text.Append(' ', width);
                text.Append(Paint.Text(Paint.Tame(line), value.Tone, colour)).Append('\n');
                first = false;
            }
        }

        return text.ToString();
    }
}
