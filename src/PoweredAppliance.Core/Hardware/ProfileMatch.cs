using System.Globalization;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Core.Hardware;

/// <summary>Which profile a host runs under, why, and where the machine is not as the profile says (expected, then found).</summary>
public sealed partial record ProfileMatch(HardwareProfile Profile, string Why, IReadOnlyList<string> Differences)
{
    /// <summary>
    /// The wanted profile if one is named; else the most exact one whose SMBIOS patterns match (the one with the fewest wildcards, ties
    /// by name); else generic. Null: neither the wanted one nor generic exists.
    /// </summary>
    public static ProfileMatch? Of(IEnumerable<HardwareProfile> profiles, HostFacts facts, string? wanted = null)
    {
        var all = profiles.OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        if (wanted is not null)
            return all.Find(p => p.Name == wanted) is { } named ? new(named, "an operator chose it", Compare(named, facts)) : null;
        var fitting = all.Where(p => p.Name != HardwareProfile.Generic && Fits(p.Match, facts))
            .OrderBy(p => (p.Match.Vendor + p.Match.Product).Count(c => c is '*' or '?')).FirstOrDefault();
        if (fitting is not null)
            return new(fitting, $"SMBIOS says {facts.Vendor} {facts.Product}", Compare(fitting, facts));
        var said = facts.Product.Length == 0 ? "the machine does not say its model" : $"no profile is for {facts.Vendor} {facts.Product}";
        return all.Find(p => p.Name == HardwareProfile.Generic) is { } generic ? new(generic, said, Compare(generic, facts)) : null;
    }

    private static bool Fits(ProfileMatchRule rule, HostFacts facts) => Like(rule.Vendor, facts.Vendor) && Like(rule.Product, facts.Product);

    private static bool Like(string pattern, string text) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, text.Trim(), ignoreCase: true);

    private static List<string> Compare(HardwareProfile profile, HostFacts facts)
    {
        var differences = new List<string>();
        Differ("sockets", profile.Sockets, facts.Sockets);
        Differ("cores per socket", profile.CoresPerSocket, facts.CoresPerSocket);
        Differ("threads per core", profile.ThreadsPerCore, facts.ThreadsPerCore);
        if (!profile.Numa.IsEmpty && profile.Numa.Length != facts.Numa.Length)
            differences.Add($"NUMA cells: {profile.Numa.Length} expected, {facts.Numa.Length} found");
        // Firmware and the kernel keep a part of the memory to themselves.
        if (profile.MemoryMib is { } memory && facts.MemoryKibibytes / 1024 is var found && (found < memory * 9 / 10 || found > memory))
            differences.Add($"memory: {memory} MiB expected, {found} MiB found");
        if (profile.CpuModel is { } cpu && facts.CpuModel.Length > 0 && !Like(cpu, facts.CpuModel))
            differences.Add($"processor: {cpu} expected, {facts.CpuModel} found");
        if (profile.Gpus.Sum(g => g.Count) is var gpus && gpus != facts.Gpus.Length && profile.Name != HardwareProfile.Generic)
            differences.Add($"GPUs: {gpus} expected, {facts.Gpus.Length} found");
        if (profile.FirmwareMinimum is { } minimum && facts.FirmwareVersion.Length > 0)
        {
            if (CompareFirmware(facts.FirmwareVersion, minimum) is not { } order)
                differences.Add($"firmware: {minimum} or newer expected, {facts.FirmwareVersion} found, which cannot be compared");
            else if (order < 0)
                differences.Add($"firmware: {minimum} or newer expected, {facts.FirmwareVersion} found");
        }

        return differences;

        void Differ(string what, int? expected, int found)
        {
            if (expected is { } e && e != found)
                differences.Add($"{what}: {e} expected, {found} found");
        }
    }

    /// <summary>
    /// A minimum like 2.12 is held against the last such number in what is found, since some vendors put a family before it
    /// (ESE122V-3.20); null where there is none. Any other minimum (R01) is compared part by part.
    /// </summary>
    private static int? CompareFirmware(string found, string minimum)
    {
        if (!DottedNumber().Match(minimum).Value.Equals(minimum, StringComparison.Ordinal))
            return CompareVersions(found, minimum);
        return DottedNumber().Matches(found) is { Count: > 0 } numbers ? CompareVersions(numbers[^1].Value, minimum) : null;
    }

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)+")]
    private static partial Regex DottedNumber();

    /// <summary>Number by number where both are numbers, else by text: 1.10 is newer than 1.9, R02 than R01.</summary>
    private static int CompareVersions(string a, string b)
    {
        var (left, right) = (a.Split('.', '-', '_', ' '), b.Split('.', '-', '_', ' '));
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var (x, y) = (i < left.Length ? left[i] : "0", i < right.Length ? right[i] : "0");
            var order = long.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && long.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
                ? n.CompareTo(m)
                : string.CompareOrdinal(x, y);
            if (order != 0)
                return order;
        }

        return 0;
    }
}
