using System.Globalization;

namespace PoweredAppliance.Cli.Text;

/// <summary>Sizes and times as people read and write them.</summary>
internal static class Human
{
    /// <summary><c>512M</c>, <c>1.5G</c>, <c>2T</c>: powers of 1024.</summary>
    public static string Mib(long mib) => mib switch
    {
        < 0 => "-" + Mib(-mib),
        < 1024 => $"{mib}M",
        < 1024 * 1024 => Scaled(mib / 1024m, "G"),
        _ => Scaled(mib / (1024m * 1024m), "T"),
    };

    /// <summary><c>0B</c>, <c>17K</c>, <c>3.2M</c>: powers of 1024.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes}B",
        < 1024 * 1024 => Scaled(bytes / 1024m, "K"),
        < 1024 * 1024 * 1024 => Scaled(bytes / (1024m * 1024m), "M"),
        _ => Scaled(bytes / (1024m * 1024m * 1024m), "G"),
    };

    /// <summary>Cores: <c>0.5</c>, <c>2</c>.</summary>
    public static string Cores(int cpuPercent) => (cpuPercent / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The TIME column of onevm: <c>12d 03h45</c>.</summary>
    public static string Age(TimeSpan age) =>
        age < TimeSpan.Zero
            ? "0d 00h00"
            : string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d {age.Hours:00}h{age.Minutes:00}");

    /// <summary><c>0.4s</c>, <c>42s</c>, <c>3m 05s</c>, <c>7h 12m</c>, <c>3d 4h</c>.</summary>
    public static string Span(TimeSpan span) => FormattableString.Invariant(span switch
    {
        { TotalSeconds: < 10 } => $"{Math.Max(span.TotalSeconds, 0):0.0}s",
        { TotalMinutes: < 1 } => $"{span.TotalSeconds:0}s",
        { TotalHours: < 1 } => $"{span.Minutes}m {span.Seconds:00}s",
        { TotalDays: < 1 } => $"{span.Hours}h {span.Minutes:00}m",
        _ => $"{(int)span.TotalDays}d {span.Hours}h",
    });

    /// <summary>Local time to the second, with the offset so that it can be read elsewhere.</summary>
    public static string Moment(DateTimeOffset at, TimeProvider time) =>
        TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString(
            "yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    /// <summary>Reads <c>90</c>, <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>; null when it is none.</summary>
    public static TimeSpan? ReadSpan(string text)
    {
        var (digits, unit) = text.Length > 0 && char.IsLetter(text[^1]) ? (text[..^1], text[^1]) : (text, 's');
        return (
            long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= 1_000_000,
            unit) switch
        {
            (true, 's') => TimeSpan.FromSeconds(n),
            (true, 'm') => TimeSpan.FromMinutes(n),
            (true, 'h') => TimeSpan.FromHours(n),
            (true, 'd') => TimeSpan.FromDays(n),
            _ => null,
        };
    }

    /// <summary>
    /// Reads <c>512</c>, <c>512M</c>, <c>1.5G</c>, <c>2T</c> as mebibytes; null when it is none or no whole number of
    /// them.
    /// </summary>
    public static long? ReadMib(string text)
    {
        var (digits, unit) = text.Length > 0 && char.IsLetter(text[^1])
            ? (text[..^1], char.ToUpperInvariant(text[^1]))
            : (text, 'M');
        decimal? scale = unit switch { 'M' => 1, 'G' => 1024, 'T' => 1024 * 1024, _ => null };
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n)
            && n is > 0 and < 1_000_000_000
            && n * scale is { } mib && decimal.IsInteger(mib)
                ? (long)mib
                : null;
    }

    private static string Scaled(decimal value, string unit) =>
        value.ToString(value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + unit;
}
