using System.Globalization;
using System.Text;

namespace Benchmarks.Packing;

/// <summary>Hosts in use over time as an SVG, a line for each policy.</summary>
internal static class FillPicture
{
    private const int Width = 1200, Height = 480, Left = 60, Bottom = 40, Top = 30;
    private static readonly string[] Colours = ["#888888", "#1b9e77", "#1f60c4", "#d95f02"];

    public static string Of((string Name, IEnumerable<(long At, double Hosts)> Fill)[] lines)
    {
        var fills = Array.ConvertAll(lines, l => l.Fill.ToArray());
        var (first, last) = (fills.Min(f => f[0].At), fills.Max(f => f[^1].At));
        var most = Math.Max(1, fills.Max(f => f.Max(p => p.Hosts)));
        var svg = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n");
        for (var n = 0; n <= 4; n++)
        {
            var y = Y(most * n / 4);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:0}H{Width}\" stroke=\"#dddddd\"/><text x=\"4\" y=\"{y + 4:0}\">{most * n / 4:0}</text>\n");
        }

        for (var day = first; day <= last; day += 86_400)
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(day):0}\" y=\"{Height - 12}\">day {(day - first) / 86_400}</text>\n");
        for (var n = 0; n < lines.Length; n++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + n * 200}\" y=\"18\" fill=\"{Colours[n % Colours.Length]}\">{lines[n].Name}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{Colours[n % Colours.Length]}\" d=\"{Path(fills[n])}\"/>\n");
        }

        return svg.Append("</svg>\n").ToString();

        double X(long at) => Left + (double)(at - first) / Math.Max(1, last - first) * (Width - Left);
        double Y(double hosts) => Height - Bottom - hosts / most * (Height - Bottom - Top);

        // One point for each column of the picture, or it would weigh megabytes.
        string Path((long At, double Hosts)[] fill) => string.Join('L', fill.GroupBy(p => (int)X(p.At))
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {Y(g.Max(p => p.Hosts)):0.0}"))) is var d ? "M" + d : "";
    }
}
