namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainCreateWithFlags: starts a defined domain, from its managed save image if it has one.</summary>
    public void Create(DomainCreateFlags flags = 0) => Check.Ok(Interop.virDomainCreateWithFlags(_handle, (uint)flags));

    /// <summary>virDomainShutdownFlags: asks the guest, which may take its time or refuse; returns at once.</summary>
    public void Shutdown(DomainShutdownFlags flags = 0) => Check.Ok(Interop.virDomainShutdownFlags(_handle, (uint)flags));

    /// <summary>virDomainDestroyFlags: pulls the plug. The definition stays.</summary>
    public void Destroy(DomainDestroyFlags flags = 0) => Check.Ok(Interop.virDomainDestroyFlags(_handle, (uint)flags));

    /// <summary>virDomainReboot: asks the guest; returns at once.</summary>
    public void Reboot(DomainRebootFlags flags = 0) => Check.Ok(Interop.virDomainReboot(_handle, (uint)flags));

    /// <summary>virDomainReset: presses the reset button.</summary>
    public void Reset() => Check.Ok(Interop.virDomainReset(_handle, 0));

    /// <summary>virDomainSuspend: stops the CPUs; memory stays where it is.</summary>
    public void Suspend() => Check.Ok(Interop.virDomainSuspend(_handle));

    /// <summary>virDomainResume: lets suspended CPUs run on.</summary>
    public void Resume() => Check.Ok(Interop.virDomainResume(_handle));

    /// <summary>virDomainPMSuspendForDuration: asks the guest to sleep by its own power management.</summary>
    public void PmSuspend(NodeSuspendTarget target, ulong seconds = 0)
        => Check.Ok(Interop.virDomainPMSuspendForDuration(_handle, (uint)target, seconds, 0));

    /// <summary>virDomainPMWakeup</summary>
    public void PmWakeup() => Check.Ok(Interop.virDomainPMWakeup(_handle, 0));

    /// <summary>virDomainUndefineFlags: forgets the definition. Refused while there is a managed save image, snapshot
    /// metadata or NVRAM, unless a flag says what becomes of it. A running domain becomes transient.</summary>
    public void Undefine(DomainUndefineFlags flags = 0) => Check.Ok(Interop.virDomainUndefineFlags(_handle, (uint)flags));

    /// <summary>virDomainRename; only when it does not run.</summary>
    public void Rename(string name) => Check.Ok(Interop.virDomainRename(_handle, name, 0));

    /// <summary>virDomainSetLifecycleAction: what happens on poweroff, reboot or crash from now on.</summary>
    public void SetLifecycleAction(DomainLifecycle type, DomainLifecycleAction action, DomainModificationImpact flags = 0)
        => Check.Ok(Interop.virDomainSetLifecycleAction(_handle, (uint)type, (uint)action, (uint)flags));

    /// <summary>virDomainInjectNMI</summary>
    public void InjectNmi() => Check.Ok(Interop.virDomainInjectNMI(_handle, 0));

    /// <summary>virDomainSendProcessSignal: to a process in the guest's own counting; containers have it.</summary>
    public void SendProcessSignal(long pid, DomainProcessSignal signal)
        => Check.Ok(Interop.virDomainSendProcessSignal(_handle, pid, (uint)signal, 0));
}
