namespace LibvirtSharp;

/// <summary>Without flags a change applies to the running domain if it runs, else to its definition.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>virDomainGetVcpusFlags</summary>
    public int GetVcpus(DomainVcpuFlags flags = 0) => Check.Ok(Interop.virDomainGetVcpusFlags(_handle, (uint)flags));

    /// <summary>virDomainSetVcpusFlags</summary>
    public void SetVcpus(uint vcpus, DomainVcpuFlags flags = 0) => Check.Ok(Interop.virDomainSetVcpusFlags(_handle, vcpus, (uint)flags));

    /// <summary>virDomainSetVcpu: single vCPUs on or off, such as "1-3".</summary>
    public void SetVcpu(string vcpus, bool enabled, DomainModificationImpact flags = 0)
        => Check.Ok(Interop.virDomainSetVcpu(_handle, vcpus, enabled ? 1 : 0, (uint)flags));

    /// <summary>virDomainGetGuestVcpus: as the guest's agent sees them.</summary>
    public TypedParameters GetGuestVcpus()
    {
        virTypedParameter* parameters;
        uint count;
        Check.Ok(Interop.virDomainGetGuestVcpus(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, (int)count);
    }

    /// <summary>virDomainSetGuestVcpus: on or off inside the guest, by its agent.</summary>
    public void SetGuestVcpus(string vcpus, bool enabled)
        => Check.Ok(Interop.virDomainSetGuestVcpus(_handle, vcpus, enabled ? 1 : 0, 0));

    /// <summary>virDomainGetMaxVcpus</summary>
    public int MaxVcpus => Check.Ok(Interop.virDomainGetMaxVcpus(_handle));

    /// <summary>virDomainGetMaxMemory: KiB.</summary>
    public ulong MaxMemoryKib
    {
        get
        {
            ulong kib = Interop.virDomainGetMaxMemory(_handle);
            return kib != 0 ? kib : throw LibvirtException.Last(nameof(Interop.virDomainGetMaxMemory));
        }
    }

    /// <summary>virDomainSetMemoryFlags: KiB; with <see cref="DomainMemoryModFlags.Maximum"/> the limit itself.</summary>
    public void SetMemory(ulong kib, DomainMemoryModFlags flags = 0)
        => Check.Ok(Interop.virDomainSetMemoryFlags(_handle, (nuint)kib, (uint)flags));

    /// <summary>virDomainGetMemoryParameters (<see cref="DomainMemoryKeys"/>)</summary>
    public TypedParameters GetMemoryParameters(DomainModificationImpact flags = 0) => TypedParameters.Filled(
        nameof(Interop.virDomainGetMemoryParameters), (p, n) => Interop.virDomainGetMemoryParameters(_handle, p, n, (uint)flags));

    /// <summary>virDomainSetMemoryParameters (<see cref="DomainMemoryKeys"/>)</summary>
    public void SetMemoryParameters(TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetMemoryParameters(_handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainGetNumaParameters (<see cref="DomainNumaKeys"/>)</summary>
    public TypedParameters GetNumaParameters(DomainModificationImpact flags = 0) => TypedParameters.Filled(
        nameof(Interop.virDomainGetNumaParameters), (p, n) => Interop.virDomainGetNumaParameters(_handle, p, n, (uint)flags));

    /// <summary>virDomainSetNumaParameters (<see cref="DomainNumaKeys"/>)</summary>
    public void SetNumaParameters(TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetNumaParameters(_handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainGetBlkioParameters (<see cref="DomainBlkioKeys"/>)</summary>
    public TypedParameters GetBlkioParameters(DomainModificationImpact flags = 0) => TypedParameters.Filled(
        nameof(Interop.virDomainGetBlkioParameters), (p, n) => Interop.virDomainGetBlkioParameters(_handle, p, n, (uint)flags));

    /// <summary>virDomainSetBlkioParameters (<see cref="DomainBlkioKeys"/>)</summary>
    public void SetBlkioParameters(TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetBlkioParameters(_handle, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainGetInterfaceParameters: bandwidth in KiB/s (<see cref="DomainBandwidthKeys"/>).</summary>
    public TypedParameters GetInterfaceParameters(string device, DomainModificationImpact flags = 0) => TypedParameters.Filled(
        nameof(Interop.virDomainGetInterfaceParameters),
        (p, n) => Interop.virDomainGetInterfaceParameters(_handle, device, p, n, (uint)flags));

    /// <summary>virDomainSetInterfaceParameters (<see cref="DomainBandwidthKeys"/>)</summary>
    public void SetInterfaceParameters(string device, TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetInterfaceParameters(_handle, device, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainGetSchedulerType, such as posix.</summary>
    public string SchedulerType
    {
        get
        {
            int parameters;
            return Check.Text(Interop.virDomainGetSchedulerType(_handle, &parameters));
        }
    }

    /// <summary>virDomainGetSchedulerParameters (<see cref="DomainSchedulerKeys"/>)</summary>
    public TypedParameters GetSchedulerParameters(DomainModificationImpact flags = 0)
    {
        // C wants the room that virDomainGetSchedulerType names; it does not answer a first call without an array.
        int count;
        Check.Text(Interop.virDomainGetSchedulerType(_handle, &count));
        var array = new virTypedParameter[count];
        fixed (virTypedParameter* p = array)
        {
            // The older function serves drivers that have no flags.
            _ = flags == 0
                ? Check.Ok(Interop.virDomainGetSchedulerParameters(_handle, p, &count))
                : Check.Ok(Interop.virDomainGetSchedulerParametersFlags(_handle, p, &count, (uint)flags));
            var parameters = TypedParameters.Copy(p, count);
            Interop.virTypedParamsClear(p, count);
            return parameters;
        }
    }

    /// <summary>virDomainSetSchedulerParameters (<see cref="DomainSchedulerKeys"/>)</summary>
    public void SetSchedulerParameters(TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        _ = flags == 0
            ? Check.Ok(Interop.virDomainSetSchedulerParameters(_handle, native.Pointer, native.Count))
            : Check.Ok(Interop.virDomainSetSchedulerParametersFlags(_handle, native.Pointer, native.Count, (uint)flags));
    }
}
