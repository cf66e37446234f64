using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>
/// What guests use. Every guest has rates of its own, thrown once; its counters are rate times running time, so that they
/// only grow, start at 0 with every start, and are the same for everybody who reads at the same moment.
/// </summary>
internal static class Usage
{
    /// <summary>Of thin files: two fifths are written.</summary>
    internal static long AllocatedMebibytes(MachinePicture machine) => machine.FileMebibytes * 2 / 5;

    internal static HostReading Read(MachinePicture machine, HostFacts facts, Guid deployment, Dice dice, DateTimeOffset now)
    {
        var domains = machine.Domains.OrderBy(d => d.Name, StringComparer.Ordinal).Select(d => Read(d, deployment, dice, now)).ToList();
        var running = machine.Domains.Where(d => d.Power is DomainPower.Running);
        var rss = domains.Sum(d => d.MemoryRssKibibytes ?? 0);
        return new HostReading(
            [.. domains], Math.Min(facts.CpuPercent, (int)running.Sum(d => Load(d, dice) * d.Vcpu * 100)),
            Math.Max(0, facts.MemoryKibibytes - facts.MemoryKibibytes / 20 - rss),
            facts.DiskFreeMebibytes - AllocatedMebibytes(machine),
            Sum(domains.Select(d => d.NetReceivedBytes)), Sum(domains.Select(d => d.NetSentBytes)));
    }

    private static DomainReading Read(SimulatedDomain d, Guid deployment, Dice dice, DateTimeOffset now)
    {
        var ours = d.Owner is { } o && o.Deployment == deployment ? o : (Owner?)null;
        var reading = new DomainReading(
            ours?.Id, d.Generation, d.Name, d.Uuid, d.Power, d.Reason, d.Vcpu, d.MemoryMebibytes);
        if (!d.Alive)
            return reading;

        var ran = d.RanUntil(now);
        return reading with
        {
            CpuNanoseconds = Count(ran, Load(d, dice) * d.Vcpu * 1e9),
            MemoryRssKibibytes = (long)(d.MemoryMebibytes * 1024 * (0.3 + 0.6 * dice.Throw("memory" + d.Name))),
            NetReceivedBytes = Count(ran, 1e6 * dice.Throw("received" + d.Name)),
            NetSentBytes = Count(ran, 5e5 * dice.Throw("sent" + d.Name)),
            DiskReadBytes = Count(ran, 2e5 * dice.Throw("read" + d.Name)),
            DiskWrittenBytes = Count(ran, 4e5 * dice.Throw("written" + d.Name)),
            DiskReads = Count(ran, 2e5 * dice.Throw("read" + d.Name) / 4096),
            DiskWrites = Count(ran, 4e5 * dice.Throw("written" + d.Name) / 4096),
        };
    }

    /// <summary>Mean share of its vcpus that a guest keeps busy.</summary>
    private static double Load(SimulatedDomain d, Dice dice) => 0.02 + 0.6 * dice.Throw("cpu" + d.Name);

    private static ulong Count(TimeSpan ran, double perSecond) => (ulong)(ran.TotalSeconds * perSecond);

    private static ulong Sum(IEnumerable<ulong?> counters) => counters.Aggregate(0UL, (sum, c) => sum + (c ?? 0));
}
