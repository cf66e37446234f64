using System.Collections.Immutable;

namespace PoweredAppliance.Core.Drivers;

/// <summary>Where a host is and how to reach it.</summary>
/// <param name="Uri">libvirt's connection URI, or <c>sim:PROFILE</c> for a simulated host</param>
/// <param name="DatastorePath">folder on the host under which the datastores' pools lie (0 = system, 1 = images)</param>
/// <param name="Deployment">the zone's own id: domains stamped with another are somebody else's</param>
public sealed record HostAddress(HostId Id, string Name, string Uri, string DatastorePath, Guid Deployment, string? Profile);

/// <summary>
/// One hypervisor, as its HostActor uses it. No call blocks the caller's thread; each ends by its own deadline with
/// <see cref="HostUnreachableException"/> when the host is silent. Implemented on libvirt and by the simulator.
/// </summary>
public interface IHostDriver : IAsyncDisposable
{
    /// <summary>Connects when needed and reads what the host is. Throws <see cref="HostUnreachableException"/>.</summary>
    Task<HostFacts> Inspect(CancellationToken stop);

    /// <summary>All domains and the host's own usage, now. A domain that is not in the answer is not on the host.</summary>
    Task<HostReading> Read(CancellationToken stop);

    /// <summary>Does the step. Refusals and failures of the hypervisor are outcomes, not exceptions; silence is an exception.</summary>
    Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop);

    /// <summary>Notices of the hypervisor (guest stopped, connection lost ...) in order; called on a thread of the driver's, must not block.</summary>
    void Listen(Action<HostNotice> onNotice);

    /// <summary>The serial console's text so far, at most the last <paramref name="maxBytes"/>; empty when there is none.</summary>
    Task<string> ConsoleLog(VmId vm, int maxBytes, CancellationToken stop);

    /// <summary>A two-way stream on the VM's serial console; throws <see cref="HostRefusedException"/> when it cannot be had.</summary>
    Task<Stream> OpenConsole(VmId vm, CancellationToken stop);
}

/// <summary>Makes the driver for a host's address; picked by the URI's scheme.</summary>
public delegate IHostDriver HostDriverFactory(HostAddress address);

public sealed class HostUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

public sealed class HostRefusedException(string message, Exception? inner = null) : Exception(message, inner);

public sealed record NumaCell(int Id, long MemoryKibibytes, ImmutableArray<int> Cpus);

/// <summary>What a host is. Memory in KiB, cpu in percent of a core (100 = one core), disk in MiB.</summary>
/// <param name="Acceleration"><c>kvm</c>, or <c>tcg: REASON</c> where guests are emulated in software</param>
public sealed record HostFacts(
    string Hostname, string Vendor, string Product, string FirmwareVersion, string Arch, string CpuModel, int CpuMegahertz,
    int Sockets, int CoresPerSocket, int ThreadsPerCore, int CpuPercent, long MemoryKibibytes, ImmutableArray<NumaCell> Numa,
    string HypervisorKind, string HypervisorVersion, string Acceleration, ImmutableArray<string> Machines, ImmutableArray<string> CpuModels,
    ImmutableArray<string> Gpus, long DiskMebibytes, long DiskFreeMebibytes);

public enum DomainPower { Running, Paused, Off, Crashed, Saved }

/// <summary>One domain. Counters count from the domain's start; null where the hypervisor did not say (unknown is not 0).</summary>
/// <param name="Vm">null: not ours (a wild VM)</param>
public sealed record DomainReading(
    VmId? Vm, int Generation, string Name, Guid Uuid, DomainPower Power, string Reason,
    int Vcpu, long MemoryMebibytes,
    ulong? CpuNanoseconds = null, long? MemoryRssKibibytes = null, ulong? NetReceivedBytes = null, ulong? NetSentBytes = null,
    ulong? DiskReadBytes = null, ulong? DiskWrittenBytes = null, ulong? DiskReads = null, ulong? DiskWrites = null);

public sealed record HostReading(
    ImmutableArray<DomainReading> Domains, int CpuUsedPercent, long MemoryFreeKibibytes, long DiskFreeMebibytes,
    ulong NetReceivedBytes = 0, ulong NetSentBytes = 0);

public abstract record HostNotice
{
    /// <summary>A domain changed; the next <see cref="IHostDriver.Read"/> says to what, this one says why it is worth asking now.</summary>
    public sealed record DomainChanged(string Name, VmId? Vm, string What) : HostNotice;

    /// <summary>The connection ended; nothing that happens until it is back will be told.</summary>
    public sealed record ConnectionLost(string Reason) : HostNotice;
}
