using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>The certified hardware profiles, which of them a host runs under, and where the host is not as it says.</summary>
public sealed class HostProfiles(ImmutableArray<HardwareProfile> profiles)
{
    /// <summary>Reads every NAME.json of the folder; one that is wrong stops the start with its name and field.</summary>
    public static HostProfiles Load(string folder) => new(
    [
        .. Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.json").Where(f => Path.GetFileName(f) is not "schema.json").Order(StringComparer.Ordinal)
                .Select(f => HardwareProfile.Parse(File.ReadAllText(f), f))
            : [],
    ]);

    public IEnumerable<string> Names => profiles.Select(p => p.Name);

    public HardwareProfile? Find(string name) => profiles.FirstOrDefault(p => p.Name == name);

    /// <summary>By the host's own choice of profile, else by what its firmware says; nothing before it was inspected.</summary>
    public (string? Profile, IReadOnlyList<string> Differences) Of(PooledObject host, HostPicture? picture)
    {
        if (picture?.Facts is not { } facts)
            return (host.Fact("PROFILE"), []);
        return Match(host, facts) is { } match ? (match.Profile.Name, match.Differences) : (null, []);
    }

    /// <summary>Null: neither the profile that an operator named nor generic is there.</summary>
    public ProfileMatch? Match(PooledObject host, HostFacts facts) => ProfileMatch.Of(profiles, facts, host.Fact("PROFILE"));

    /// <summary>A machine as the profile describes it, for simulated hosts; null when there is none of that name, or it promises nothing.</summary>
    public HostFacts? Machine(string name)
    {
        if (Find(name) is not { Sockets: { } sockets, CoresPerSocket: { } cores, ThreadsPerCore: { } threads, MemoryMib: { } memory } profile)
            return null;
        var cpus = sockets * cores * threads;
        var disk = profile.Disks.Where(d => d.Kind is not "m2").Sum(d => d.SizeGib * 1024 * d.Count);
        return new(
            name, profile.Match.Vendor.TrimEnd('*'), profile.Match.Product.TrimEnd('*'), profile.FirmwareMinimum ?? "", "x86_64", profile.CpuModel ?? "", 2000,
            sockets, cores, threads, cpus * 100, memory * 1024,
            [.. profile.Numa.Select((cell, i) => new NumaCell(i, cell.MemoryMib * 1024, [.. Enumerable.Range(i * cell.Cpus, cell.Cpus)]))],
            "simulated", "1", "simulated", ["q35"], [], [.. profile.Gpus.SelectMany(g => Enumerable.Repeat(g.Model, g.Count))], disk, disk);
    }
}
