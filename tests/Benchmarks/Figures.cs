using System.Globalization;

namespace Benchmarks;

/// <summary>A measured value on a line of its own, <c>FIGURE key value unit</c>, so that a script can hold it against a bar.</summary>
internal static class Figure
{
    public static void Print(string key, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FIGURE {key} {value:0.###} {unit}"));

    /// <summary>Runs <paramref name="once"/> at least five times, shows every run, and answers the middle one.</summary>
    public static async Task<double> Median(string what, int runs, Func<int, Task<double>> once)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 5);
        var values = new List<double>();
        for (var run = 0; run < runs; run++)
            values.Add(await once(run));
        Console.WriteLine($"{what}: {string.Join(' ', values.Select(v => v.ToString("0.##", CultureInfo.InvariantCulture)))}");
        return Middle(values);
    }

    public static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
