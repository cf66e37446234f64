using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Hosts;

/// <summary>Room on a host. Cpu in percent of a core, memory in KiB, disk in MiB.</summary>
public readonly record struct Capacity(int CpuPercent, long MemoryKibibytes, long DiskMebibytes)
{
    public static Capacity operator +(Capacity a, Capacity b) =>
        new(a.CpuPercent + b.CpuPercent, a.MemoryKibibytes + b.MemoryKibibytes, a.DiskMebibytes + b.DiskMebibytes);
    public static Capacity operator -(Capacity a, Capacity b) =>
        new(a.CpuPercent - b.CpuPercent, a.MemoryKibibytes - b.MemoryKibibytes, a.DiskMebibytes - b.DiskMebibytes);
}

/// <summary>host.status: 0 enabled, 1 disabled (no new VMs), 2 offline (left alone).</summary>
public enum HostStatus { Enabled = 0, Disabled = 1, Offline = 2 }

/// <summary>HOST STATE as OpenNebula numbers it.</summary>
public enum HostState { Init = 0, Monitored = 2, Error = 3, Disabled = 4, Offline = 8 }

public static class HostProtocol
{
    public interface ICommand { HostId Host { get; } }
    public interface IEvent { HostId Host { get; } DateTimeOffset At { get; } }

    /// <summary>The pool's record of the host, sent whenever it changes and at every start.</summary>
    public sealed record Configure(HostId Host, HostSettings Settings) : ICommand;

    /// <summary>The host left the pool: its actor forgets it and stops.</summary>
    public sealed record Retire(HostId Host) : ICommand;
    public sealed record Claim(HostId Host, VmId Vm, int Generation, Capacity Room, bool Graphics) : ICommand;
    public sealed record Perform(HostId Host, HostStep Step, long Transition) : ICommand;

    public interface IReply { HostId Host { get; } }
    public sealed record Accepted(HostId Host) : IReply;
    public sealed record Refused(HostId Host, Refusal Why) : IReply;

    public sealed record Configured(HostId Host, DateTimeOffset At, HostSettings Settings) : IEvent;

    /// <summary>What the hypervisor said it has; kept so that a silent host can still refuse what does not fit.</summary>
    public sealed record CapacityLearned(HostId Host, DateTimeOffset At, Capacity Total) : IEvent;
    public sealed record Claimed(HostId Host, DateTimeOffset At, VmId Vm, int Generation, Capacity Room, int GraphicsPort) : IEvent;
    public sealed record Freed(HostId Host, DateTimeOffset At, VmId Vm, int Generation) : IEvent;
    public sealed record Retired(HostId Host, DateTimeOffset At) : IEvent;
}

/// <param name="ReservedCpu">RESERVED_CPU as written: percent points (100 = a core), or "N%" of the total; negative over-commits</param>
/// <param name="ReservedMemory">RESERVED_MEM: KiB, or "N%" of the total; negative over-commits</param>
public sealed record HostSettings(
    string Name, string Uri, string DatastorePath, HostStatus Status, int Cluster, string? Profile, string ReservedCpu, string ReservedMemory);

public sealed record Claim(VmId Vm, int Generation, Capacity Room, int GraphicsPort);
