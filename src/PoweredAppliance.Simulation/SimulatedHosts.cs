using System.Globalization;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>Facts of the machine of a hardware profile; null: no such profile.</summary>
public delegate HostFacts? ProfileFacts(string profile);

/// <summary>
/// Drivers for addresses like <c>sim:generic?seed=7&amp;latency=20ms&amp;cores=16&amp;memory=64&amp;disk=1000</c>. All keys may be
/// left out: <c>seed</c> (0), <c>latency</c> of a light step (<c>0</c>; <c>20ms</c> or <c>1.5s</c>), <c>deadline</c> (<c>10s</c>), <c>inspect</c>
/// (how long it takes to say what it is, as a libvirtd that probes its qemus does: <c>0</c>),
/// <c>fail</c> and <c>deaf</c> (probabilities), <c>machine</c> (the host's name), <c>cores</c>, <c>memory</c> and <c>disk</c> in GiB
/// (what the profile says).
/// </summary>
public static class SimulatedHosts
{
    public const string Scheme = "sim:";

    /// <summary>A factory over one world. It throws <see cref="ArgumentException"/> with the key's name for a bad URI.</summary>
    public static HostDriverFactory Factory(SimulatedWorld world, TimeProvider time, ProfileFacts? profiles = null) =>
        address => Make(world, time, profiles ?? (p => p == "generic" ? GenericFacts : null), address);

    /// <summary>A plain two-socket machine: 32 threads, 128 GiB, 2 TiB.</summary>
    public static HostFacts GenericFacts { get; } = new(
        "simulated", "Simulated", "Generic", "1.0", "x86_64", "EPYC", 2900, Sockets: 2, CoresPerSocket: 8, ThreadsPerCore: 2,
        CpuPercent: 3200, MemoryKibibytes: 128L << 20, Numa: [], "simulated", "1.0", "simulated", ["q35", "pc"], ["EPYC", "qemu64"],
        Gpus: [], DiskMebibytes: 2 << 20, DiskFreeMebibytes: 2 << 20);

    /// <summary>The name of the machine that an address stands for.</summary>
    internal static string MachineOf(HostAddress address)
    {
        var named = address.Uri.Split('?', 2) is [_, var query] ? query.Split('&').LastOrDefault(pair => pair.StartsWith(MachineKey, StringComparison.Ordinal)) : null;
        return named is null ? address.Name : Uri.UnescapeDataString(named[MachineKey.Length..]);
    }

    private const string MachineKey = "machine=";

    private static SimulatedHost Make(SimulatedWorld world, TimeProvider time, ProfileFacts profiles, HostAddress address)
    {
        var uri = address.Uri;
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
            throw new ArgumentException($"'{uri}' is not the address of a simulated host: it starts with {Scheme}");
        var (profile, query) = uri[Scheme.Length..].Split('?', 2) is [var p, var q] ? (p, q) : (uri[Scheme.Length..], "");
        var facts = profiles(profile) ?? throw new ArgumentException($"'{uri}': no hardware profile '{profile}'");

        var (machine, seed, pace, weather) = (MachineOf(address), 0, Pace.Instant, (Weather?)null);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, Uri.UnescapeDataString(v)) : (pair, "");
            switch (key)
            {
                case "seed": seed = (int)Number(key, value); break;
                case "latency": pace = pace with { Step = Time(key, value) }; break;
                case "deadline": pace = pace with { Deadline = Time(key, value) }; break;
                case "inspect": pace = pace with { Inspect = Time(key, value) }; break;
                case "fail": weather = (weather ?? Weather.Fine) with { FailureProbability = Number(key, value) }; break;
                case "deaf": weather = (weather ?? Weather.Fine) with { DeafGuests = Number(key, value) }; break;
                case "machine" when value.Length > 0: break;
                case "cores":
                    var cores = (int)Number(key, value);
                    facts = facts with { Sockets = 1, CoresPerSocket = cores, ThreadsPerCore = 1, CpuPercent = cores * 100 };
                    break;
                case "memory": facts = facts with { MemoryKibibytes = (long)(Number(key, value) * (1 << 20)) }; break;
                case "disk":
                    var disk = (long)(Number(key, value) * 1024);
                    facts = facts with { DiskMebibytes = disk, DiskFreeMebibytes = disk };
                    break;
                default: throw new ArgumentException($"'{uri}': unknown or empty key '{key}'");
            }
        }

        var hardware = world.Machine(machine);
        hardware.Weather = weather ?? hardware.Weather;
        return new SimulatedHost(hardware, address, facts with { Hostname = machine }, pace, new Dice(seed), time);

        double Number(string key, string value) =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
                ? number : throw new ArgumentException($"'{uri}': {key} is not a number: '{value}'");

        TimeSpan Time(string key, string value) =>
            value.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(Number(key, value[..^2]))
            : value.EndsWith('s') ? TimeSpan.FromSeconds(Number(key, value[..^1]))
            : value == "0" ? TimeSpan.Zero
            : throw new ArgumentException($"'{uri}': {key} is a time like 20ms or 1.5s, not '{value}'");
    }
}
