using System.Globalization;

namespace PoweredAppliance.Scheduling;

/// <summary>
/// Amounts as an operator reads them: <c>1.5 GiB</c>, <c>2 cpu</c>. Never rounded so that free and asked look alike.
/// </summary>
internal static class Amount
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB"];

    internal static string Cpu(long percent) => $"{Text(percent / 100m)} cpu";

    internal static string Cpu(long freePercent, long askedPercent) =>
        $"{Cpu(freePercent)} free, {Text(askedPercent / 100m)} asked";

    internal static string Memory(long kibibytes)
    {
        var (value, unit) = ((decimal)kibibytes, 0);
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
            (value, unit) = (value / 1024, unit + 1);
        return $"{Text(value)} {Units[unit]}";
    }

    internal static string Memory(long freeKibibytes, long askedKibibytes)
    {
        var (free, asked) = (Memory(freeKibibytes), Memory(askedKibibytes));
        return free == asked ? $"{freeKibibytes} KiB free, {askedKibibytes} KiB asked" : $"{free} free, {asked} asked";
    }

    internal static string Disk(long mebibytes) => Memory(Kibibytes(mebibytes));

    /// <summary>In MiB.</summary>
    internal static string Disk(long freeMebibytes, long askedMebibytes)
    {
        var (free, asked) = (Memory(Kibibytes(freeMebibytes)), Memory(Kibibytes(askedMebibytes)));
        return free == asked ? $"{freeMebibytes} MiB free, {askedMebibytes} MiB asked" : $"{free} free, {asked} asked";
    }

    private static long Kibibytes(long mebibytes) =>
        Math.Clamp(mebibytes, long.MinValue / 1024, long.MaxValue / 1024) * 1024;

    private static string Text(decimal value) =>
        Math.Round(value, 2, MidpointRounding.ToZero).ToString("0.##", CultureInfo.InvariantCulture);
}
