using PoweredAppliance.Core.Schedules;

namespace PoweredAppliance.Core.Vms;

/// <summary>What it is about a VM that it has a place, or has none.</summary>
public enum Standing
{
    /// <summary>A host keeps room for it.</summary>
    Placed,

    /// <summary>It waits for a host to be found.</summary>
    Waiting,

    /// <summary>A host was chosen and has not said yes or no.</summary>
    Offered,

    /// <summary>Somebody holds it back.</summary>
    Held,

    /// <summary>Its images are not filled yet.</summary>
    FillingDisks,

    /// <summary>An image of it will not come.</summary>
    DisksFailed,

    /// <summary>It may still run on a host that it has left, and has to be removed there first.</summary>
    BeingRemoved,

    /// <summary>Its domain was made by somebody else: it is to be on the one host where that is.</summary>
    Imported,

    /// <summary>Stopped or undeployed: no host keeps room, and it asks for none.</summary>
    OffHost,

    Ended,
}

public sealed partial record VirtualMachine
{
    public Standing Standing => this switch
    {
        { State: VmState.Done } => Standing.Ended,
        { State: VmState.Hold } => Standing.Held,
        { State: VmState.Cloning } => Standing.FillingDisks,
        { State: VmState.CloningFailure } => Standing.DisksFailed,
        { Host: not null } => Standing.Placed,
        { Work: VmWork.FindPlace } => Standing.Waiting,
        { State: VmState.Pending, Pledge: not null } => Standing.Offered,
        { State: VmState.Pending, Imported: true } => Standing.Imported,
        { State: VmState.Pending } => Standing.BeingRemoved,
        _ => Standing.OffHost,
    };

    /// <summary>Unix seconds at which its schedule does this next; null: it does not.</summary>
    /// <param name="action">as it is written: <c>release</c></param>
    public long? ScheduledFor(string action, DateTimeOffset now) =>
        Schedule.Where(e => e["ACTION"] == action && ScheduleEntry.IsToCome(e, now)).Min(e => (long?)ScheduleEntry.TimeOf(e));
}
