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

    /// <summary>Of each kind of room the larger amount.</summary>
    public static Capacity Most(Capacity a, Capacity b) =>
        new(Math.Max(a.CpuPercent, b.CpuPercent), Math.Max(a.MemoryKibibytes, b.MemoryKibibytes), Math.Max(a.DiskMebibytes, b.DiskMebibytes));

    /// <summary>Of each kind of room the smaller amount.</summary>
    public static Capacity Least(Capacity a, Capacity b) =>
        new(Math.Min(a.CpuPercent, b.CpuPercent), Math.Min(a.MemoryKibibytes, b.MemoryKibibytes), Math.Min(a.DiskMebibytes, b.DiskMebibytes));
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

    /// <param name="Room">the most that the VM takes before and after the step, where that changes its claim; the step waits for it</param>
    /// <param name="Peer">the other host of a VM that moves; its address is looked up by the host that does the step</param>
    public sealed record Perform(HostId Host, HostStep Step, long Transition, Capacity? Room = null, HostId? Peer = null) : ICommand
    {
        public static Perform Of(VirtualMachine vm, VmWork.Perform work)
        {
            // What arrives on another host has the screen's port that is kept for it there.
            var spec = Specification.Of(work.Peer is null ? vm : vm with { GraphicsPort = vm.Moving!.GraphicsPort });
            var step = new HostStep(vm.Id, work.Generation, work.Step, spec)
            {
                Change = vm.Changing?.What,
                SnapshotOf = vm.TakerOfSnapshot,
                Command = vm.Command,
                GivenUp = vm.Moving is { GivenUp: true },
                Superseded = work.Step is VmStep.Cleanup && work.Generation != vm.Generation,
            };
            var room = vm is { Changing: not null, Host: not null } ? Capacity.Most(Specification.Room(vm.Template), Specification.Room(vm.Planned)) : (Capacity?)null;
            return new(work.Host, step, work.Transition, work.Step is VmStep.Change ? room : null, work.Peer);
        }
    }

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
