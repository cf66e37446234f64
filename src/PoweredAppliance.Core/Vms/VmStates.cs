namespace PoweredAppliance.Core.Vms;

/// <summary>VM STATE, numbered as OpenNebula 7.4 does.</summary>
public enum VmState
{
    Init = 0, Pending = 1, Hold = 2, Active = 3, Stopped = 4, Suspended = 5, Done = 6, Failed = 7,
    Poweroff = 8, Undeployed = 9, Cloning = 10, CloningFailure = 11,
}

/// <summary>VM LCM_STATE, numbered as OpenNebula 7.4 does; 0 unless STATE is ACTIVE.</summary>
public enum LcmState
{
    LcmInit = 0, Prolog = 1, Boot = 2, Running = 3, Migrate = 4, SaveStop = 5, SaveSuspend = 6, SaveMigrate = 7,
    PrologMigrate = 8, PrologResume = 9, EpilogStop = 10, Epilog = 11, Shutdown = 12, CleanupResubmit = 15, Unknown = 16,
    Hotplug = 17, ShutdownPoweroff = 18, BootUnknown = 19, BootPoweroff = 20, BootSuspended = 21, BootStopped = 22,
    CleanupDelete = 23, HotplugSnapshot = 24, HotplugNic = 25, HotplugSaveas = 26, HotplugSaveasPoweroff = 27,
    HotplugSaveasSuspended = 28, ShutdownUndeploy = 29, EpilogUndeploy = 30, PrologUndeploy = 31, BootUndeploy = 32,
    HotplugPrologPoweroff = 33, HotplugEpilogPoweroff = 34, BootMigrate = 35, BootFailure = 36, BootMigrateFailure = 37,
    PrologMigrateFailure = 38, PrologFailure = 39, EpilogFailure = 40, EpilogStopFailure = 41, EpilogUndeployFailure = 42,
    PrologMigratePoweroff = 43, PrologMigratePoweroffFailure = 44, PrologMigrateSuspend = 45,
    PrologMigrateSuspendFailure = 46, BootUndeployFailure = 47, BootStoppedFailure = 48, PrologResumeFailure = 49,
    PrologUndeployFailure = 50, DiskSnapshotPoweroff = 51, DiskSnapshotRevertPoweroff = 52,
    DiskSnapshotDeletePoweroff = 53, DiskSnapshotSuspended = 54, DiskSnapshotDeleteSuspended = 56, DiskSnapshot = 57,
    DiskSnapshotDelete = 59, PrologMigrateUnknown = 60, PrologMigrateUnknownFailure = 61, DiskResize = 62,
    DiskResizePoweroff = 63, DiskResizeUndeployed = 64, HotplugNicPoweroff = 65, HotplugResize = 66,
    HotplugSaveasUndeployed = 67, HotplugSaveasStopped = 68, Backup = 69, BackupPoweroff = 70, Restore = 71,
}

/// <summary>History ACTION numbers of OpenNebula 7.4 that the life cycle writes.</summary>
public enum HistoryAction
{
    None = 0, Migrate = 1, LiveMigrate = 2, Undeploy = 5, UndeployHard = 6, Hold = 7, Release = 8, Stop = 9, Suspend = 10,
    Resume = 11, Delete = 13, DeleteRecreate = 14, Reboot = 15, RebootHard = 16, Resched = 17, Unresched = 18,
    Poweroff = 19, PoweroffHard = 20, DiskAttach = 21, DiskDetach = 22, NicAttach = 23, NicDetach = 24, DiskSnapshotCreate = 25,
    DiskSnapshotDelete = 26, Terminate = 27, TerminateHard = 28, DiskResize = 29, Deploy = 30, Chown = 31, Chmod = 32, UpdateConf = 33,
    Rename = 34, Resize = 35, Update = 36, SnapshotCreate = 37, SnapshotDelete = 38, SnapshotRevert = 39, DiskSaveas = 40,
    DiskSnapshotRevert = 41, Recover = 42, Retry = 43, Monitor = 44, DiskSnapshotRename = 45, PoweroffMigrate = 48, PoweroffHardMigrate = 49, NicUpdate = 51, SgAttach = 56, SgDetach = 57, Exec = 61, ExecCancel = 63,
    VmGroupAdd = 64, VmGroupDel = 65,
}

/// <summary>What a person may ask of a VM through one.vm.action.</summary>
public enum VmAction
{
    Terminate, TerminateHard, Undeploy, UndeployHard, Poweroff, PoweroffHard, Reboot, RebootHard,
    Hold, Release, Stop, Suspend, Resume, Resched, Unresched,
}

/// <summary>Operations of one.vm.recover, numbered as OpenNebula does.</summary>
public enum RecoverOperation { Failure = 0, Success = 1, Retry = 2, Delete = 3, Recreate = 4, DeleteDb = 5 }

public static class StateNames
{
    /// <summary>OpenNebula's upper-case name: <c>LcmState.SaveStop</c> is <c>SAVE_STOP</c>.</summary>
    public static string Of(LcmState state) => Upper(state.ToString());
    public static string Of(VmState state) => state is VmState.CloningFailure ? "CLONING_FAILURE" : state.ToString().ToUpperInvariant();

    /// <summary>The LCM state's name where the VM is ACTIVE, else the state's: the word OpenNebula puts into its messages.</summary>
    public static string Of(VmState state, LcmState lcm) => state is VmState.Active ? Of(lcm) : Of(state);

    public static bool TryAction(string name, out VmAction action) =>
        Enum.TryParse(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out action)
        && string.Equals(Of(action), name, StringComparison.Ordinal);

    /// <summary>The action's word on the wire: <c>VmAction.PoweroffHard</c> is <c>poweroff-hard</c>.</summary>
    public static string Of(VmAction action) => Split(action.ToString(), '-').ToLowerInvariant();

    private static string Upper(string pascal) => Split(pascal, '_').ToUpperInvariant();

    private static string Split(string pascal, char between)
    {
        var text = new System.Text.StringBuilder(pascal.Length + 8);
        foreach (var c in pascal)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append(between);
            text.Append(c);
        }
        return text.ToString();
    }
}
