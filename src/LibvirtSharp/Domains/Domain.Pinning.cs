using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>A vCPU: its state, nanoseconds used, and the host CPU that it runs on (null when it runs on none).</summary>
public sealed record DomainVcpu(uint Number, VcpuState State, ulong CpuTime, int? HostCpu, CpuMap Affinity);

/// <summary>An I/O thread and the host CPUs that it may run on.</summary>
public sealed record DomainIoThread(uint Id, CpuMap Affinity);

public sealed unsafe partial class Domain
{
    /// <summary>virDomainGetVcpus: of a running domain.</summary>
    public IReadOnlyList<DomainVcpu> GetVcpuInfo()
    {
        var vcpus = GetInfo().Vcpus;
        var length = CpuMap.LengthFor(HostCpus());
        var infos = new virVcpuInfo[vcpus];
        var maps = new byte[vcpus * length];
        fixed (virVcpuInfo* i = infos)
        fixed (byte* m = maps)
        {
            var count = Check.Ok(Interop.virDomainGetVcpus(_handle, i, vcpus, m, length));
            return Enumerable.Range(0, count).Select(v => new DomainVcpu(infos[v].number, (VcpuState)infos[v].state, infos[v].cpuTime,
                infos[v].cpu < 0 ? null : infos[v].cpu, new CpuMap(maps.AsSpan(v * length, length)))).ToList();
        }
    }

    /// <summary>virDomainPinVcpuFlags</summary>
    public void PinVcpu(uint vcpu, CpuMap cpus, DomainModificationImpact flags = 0)
    {
        fixed (byte* p = cpus.Bits)
            Check.Ok(Interop.virDomainPinVcpuFlags(_handle, vcpu, p, cpus.Bits.Length, (uint)flags));
    }

    /// <summary>virDomainGetVcpuPinInfo: for each vCPU the host CPUs that it may run on.</summary>
    public IReadOnlyList<CpuMap> GetVcpuPins(DomainModificationImpact flags = 0)
    {
        var most = GetVcpus(DomainVcpuFlags.Maximum | (IsActive ? 0 : DomainVcpuFlags.Config));
        var length = CpuMap.LengthFor(HostCpus());
        var maps = new byte[most * length];
        fixed (byte* p = maps)
        {
            var count = Check.Ok(Interop.virDomainGetVcpuPinInfo(_handle, most, p, length, (uint)flags));
            return Enumerable.Range(0, count).Select(v => new CpuMap(maps.AsSpan(v * length, length))).ToList();
        }
    }

    /// <summary>virDomainPinEmulator: the threads that are not vCPUs.</summary>
    public void PinEmulator(CpuMap cpus, DomainModificationImpact flags = 0)
    {
        fixed (byte* p = cpus.Bits)
            Check.Ok(Interop.virDomainPinEmulator(_handle, p, cpus.Bits.Length, (uint)flags));
    }

    /// <summary>virDomainGetEmulatorPinInfo; null when it is not pinned.</summary>
    public CpuMap? GetEmulatorPin(DomainModificationImpact flags = 0)
    {
        var map = new byte[CpuMap.LengthFor(HostCpus())];
        fixed (byte* p = map)
            return Check.Yes(Interop.virDomainGetEmulatorPinInfo(_handle, p, map.Length, (uint)flags)) ? new CpuMap(map) : null;
    }

    /// <summary>virDomainGetIOThreadInfo</summary>
    public IReadOnlyList<DomainIoThread> GetIoThreads(DomainModificationImpact flags = 0)
    {
        virDomainIOThreadInfo** infos;
        var count = Check.Ok(Interop.virDomainGetIOThreadInfo(_handle, &infos, (uint)flags));
        var all = new DomainIoThread[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = new DomainIoThread(infos[i]->iothread_id, new CpuMap(new ReadOnlySpan<byte>(infos[i]->cpumap, infos[i]->cpumaplen)));
            Interop.virDomainIOThreadInfoFree(infos[i]);
        }

        NativeMemory.Free(infos);
        return all;
    }

    /// <summary>virDomainPinIOThread</summary>
    public void PinIoThread(uint id, CpuMap cpus, DomainModificationImpact flags = 0)
    {
        fixed (byte* p = cpus.Bits)
            Check.Ok(Interop.virDomainPinIOThread(_handle, id, p, cpus.Bits.Length, (uint)flags));
    }

    /// <summary>virDomainAddIOThread</summary>
    public void AddIoThread(uint id, DomainModificationImpact flags = 0) => Check.Ok(Interop.virDomainAddIOThread(_handle, id, (uint)flags));

    /// <summary>virDomainDelIOThread; refused while a disk uses it.</summary>
    public void RemoveIoThread(uint id, DomainModificationImpact flags = 0) => Check.Ok(Interop.virDomainDelIOThread(_handle, id, (uint)flags));

    /// <summary>virDomainSetIOThreadParams (<see cref="DomainIoThreadKeys"/>)</summary>
    public void SetIoThreadParameters(uint id, TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetIOThreadParams(_handle, id, native.Pointer, native.Count, (uint)flags));
    }

    private int HostCpus()
    {
        virNodeInfo info;
        Check.Ok(Interop.virNodeGetInfo(Connect.Handle, &info));
        return (int)(info.nodes * info.sockets * info.cores * info.threads);
    }
}
