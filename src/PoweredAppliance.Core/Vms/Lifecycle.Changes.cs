using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>Changes of a VM that keeps its place: each from where, through which state. Source: OpenNebula 7.4's states.</summary>
public static partial class Lifecycle
{
    /// <summary>The state that the VM is in while the change is made; null: not from this state.</summary>
    public static LcmState? During(VmChange change, Phase from)
    {
        var running = from == (Phase)LcmState.Running;
        var off = from == (Phase)VmState.Poweroff;
        var suspended = from == (Phase)VmState.Suspended;
        var undeployed = from == (Phase)VmState.Undeployed;
        return change switch
        {
            VmChange.AttachDisk when running => LcmState.Hotplug,
            VmChange.AttachDisk when off => LcmState.HotplugPrologPoweroff,
            VmChange.DetachDisk when running => LcmState.Hotplug,
            VmChange.DetachDisk when off => LcmState.HotplugEpilogPoweroff,
            VmChange.AttachNic or VmChange.DetachNic or VmChange.UpdateNic when running => LcmState.HotplugNic,
            VmChange.AttachNic or VmChange.DetachNic or VmChange.UpdateNic when off => LcmState.HotplugNicPoweroff,
            VmChange.CreateSnapshot or VmChange.RevertSnapshot when running => LcmState.HotplugSnapshot,
            VmChange.DeleteSnapshot when running || off => LcmState.HotplugSnapshot,
            VmChange.CreateDiskSnapshot when running => LcmState.DiskSnapshot,
            VmChange.CreateDiskSnapshot when off => LcmState.DiskSnapshotPoweroff,
            VmChange.CreateDiskSnapshot when suspended => LcmState.DiskSnapshotSuspended,
            VmChange.RevertDiskSnapshot when off => LcmState.DiskSnapshotRevertPoweroff,
            VmChange.DeleteDiskSnapshot when running => LcmState.DiskSnapshotDelete,
            VmChange.DeleteDiskSnapshot when off => LcmState.DiskSnapshotDeletePoweroff,
            VmChange.DeleteDiskSnapshot when suspended => LcmState.DiskSnapshotDeleteSuspended,
            VmChange.ResizeDisk when running => LcmState.DiskResize,
            VmChange.ResizeDisk when off => LcmState.DiskResizePoweroff,
            VmChange.ResizeDisk when undeployed => LcmState.DiskResizeUndeployed,
            VmChange.Resize when running || off => LcmState.HotplugResize,
            VmChange.Reconfigure when running => LcmState.Hotplug,
            VmChange.Execute or VmChange.CancelExecution when running => LcmState.Hotplug,
            VmChange.SaveDisk when running => LcmState.HotplugSaveas,
            VmChange.SaveDisk when off => LcmState.HotplugSaveasPoweroff,
            VmChange.SaveDisk when suspended => LcmState.HotplugSaveasSuspended,
            VmChange.SaveDisk when undeployed => LcmState.HotplugSaveasUndeployed,
            VmChange.SaveDisk when from == (Phase)VmState.Stopped => LcmState.HotplugSaveasStopped,
            _ => null,
        };
    }

    /// <summary>States in which a change is being made.</summary>
    public static bool IsChange(LcmState lcm) => lcm is LcmState.Hotplug or LcmState.HotplugPrologPoweroff or LcmState.HotplugEpilogPoweroff
        or LcmState.HotplugNic or LcmState.HotplugNicPoweroff or LcmState.HotplugSnapshot
        or LcmState.DiskSnapshot or LcmState.DiskSnapshotPoweroff or LcmState.DiskSnapshotSuspended or LcmState.DiskSnapshotRevertPoweroff
        or LcmState.DiskSnapshotDelete or LcmState.DiskSnapshotDeletePoweroff or LcmState.DiskSnapshotDeleteSuspended
        or LcmState.HotplugResize or LcmState.DiskResize or LcmState.DiskResizePoweroff or LcmState.DiskResizeUndeployed
        or LcmState.HotplugSaveas or LcmState.HotplugSaveasPoweroff or LcmState.HotplugSaveasSuspended
        or LcmState.HotplugSaveasUndeployed or LcmState.HotplugSaveasStopped;

    /// <summary>The history's word for a change.</summary>
    public static HistoryAction Word(VmChange change) => change switch
    {
        VmChange.AttachDisk => HistoryAction.DiskAttach,
        VmChange.DetachDisk => HistoryAction.DiskDetach,
        VmChange.AttachNic => HistoryAction.NicAttach,
        VmChange.DetachNic => HistoryAction.NicDetach,
        VmChange.UpdateNic update => update.Word,
        VmChange.CreateSnapshot => HistoryAction.SnapshotCreate,
        VmChange.RevertSnapshot => HistoryAction.SnapshotRevert,
        VmChange.DeleteSnapshot => HistoryAction.SnapshotDelete,
        VmChange.CreateDiskSnapshot => HistoryAction.DiskSnapshotCreate,
        VmChange.RevertDiskSnapshot => HistoryAction.DiskSnapshotRevert,
        VmChange.DeleteDiskSnapshot => HistoryAction.DiskSnapshotDelete,
        VmChange.ResizeDisk => HistoryAction.DiskResize,
        VmChange.Resize => HistoryAction.Resize,
        VmChange.Reconfigure => HistoryAction.UpdateConf,
        VmChange.SaveDisk => HistoryAction.DiskSaveas,
        VmChange.Execute => HistoryAction.Exec,
        VmChange.CancelExecution => HistoryAction.ExecCancel,
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "a change this version has never heard of"),
    };

    /// <summary>Changes of what the VM takes: OpenNebula closes the history record with them and opens the next one.</summary>
    private static bool TurnsHistory(VmChange change) => change is not (VmChange.CreateSnapshot or VmChange.RevertSnapshot or VmChange.DeleteSnapshot
        or VmChange.SaveDisk or VmChange.UpdateNic { Word: not HistoryAction.NicUpdate });

    /// <summary>The open record is closed with the change's name, and a new one of the same stay goes on.</summary>
    public static IEnumerable<HistoryRecord> Turned(HistoryRecord open, VmChange change, Caller by, bool up, Template template, long at)
    {
        var word = Word(change);
        if (!TurnsHistory(change))
            return [open with { Action = word, Uid = by.User.Value, Gid = by.Group.Value }];
        return
        [
            open with
            {
                End = at,
                RunningEnd = up ? at : open.RunningEnd,
                Template = template,
                Action = word,
                Uid = by.User.Value,
                Gid = by.Group.Value,
            },
            new(open.Sequence + 1, open.Host, at, RunningStart: up ? at : 0),
        ];
    }
}
