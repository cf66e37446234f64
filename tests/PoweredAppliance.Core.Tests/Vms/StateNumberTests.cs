using System.Globalization;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class StateNumberTests
{
    private const string Lcm = """
        0 LCM_INIT 1 PROLOG 2 BOOT 3 RUNNING 4 MIGRATE 5 SAVE_STOP 6 SAVE_SUSPEND 7 SAVE_MIGRATE 8 PROLOG_MIGRATE 9 PROLOG_RESUME
        10 EPILOG_STOP 11 EPILOG 12 SHUTDOWN 15 CLEANUP_RESUBMIT 16 UNKNOWN 17 HOTPLUG 18 SHUTDOWN_POWEROFF 19 BOOT_UNKNOWN
        20 BOOT_POWEROFF 21 BOOT_SUSPENDED 22 BOOT_STOPPED 23 CLEANUP_DELETE 24 HOTPLUG_SNAPSHOT 25 HOTPLUG_NIC 26 HOTPLUG_SAVEAS
        27 HOTPLUG_SAVEAS_POWEROFF 28 HOTPLUG_SAVEAS_SUSPENDED 29 SHUTDOWN_UNDEPLOY 30 EPILOG_UNDEPLOY 31 PROLOG_UNDEPLOY
        32 BOOT_UNDEPLOY 33 HOTPLUG_PROLOG_POWEROFF 34 HOTPLUG_EPILOG_POWEROFF 35 BOOT_MIGRATE 36 BOOT_FAILURE
        37 BOOT_MIGRATE_FAILURE 38 PROLOG_MIGRATE_FAILURE 39 PROLOG_FAILURE 40 EPILOG_FAILURE 41 EPILOG_STOP_FAILURE
        42 EPILOG_UNDEPLOY_FAILURE 43 PROLOG_MIGRATE_POWEROFF 44 PROLOG_MIGRATE_POWEROFF_FAILURE 45 PROLOG_MIGRATE_SUSPEND
        46 PROLOG_MIGRATE_SUSPEND_FAILURE 47 BOOT_UNDEPLOY_FAILURE 48 BOOT_STOPPED_FAILURE 49 PROLOG_RESUME_FAILURE
        50 PROLOG_UNDEPLOY_FAILURE 51 DISK_SNAPSHOT_POWEROFF 52 DISK_SNAPSHOT_REVERT_POWEROFF 53 DISK_SNAPSHOT_DELETE_POWEROFF
        54 DISK_SNAPSHOT_SUSPENDED 56 DISK_SNAPSHOT_DELETE_SUSPENDED 57 DISK_SNAPSHOT 59 DISK_SNAPSHOT_DELETE
        60 PROLOG_MIGRATE_UNKNOWN 61 PROLOG_MIGRATE_UNKNOWN_FAILURE 62 DISK_RESIZE 63 DISK_RESIZE_POWEROFF 64 DISK_RESIZE_UNDEPLOYED
        65 HOTPLUG_NIC_POWEROFF 66 HOTPLUG_RESIZE 67 HOTPLUG_SAVEAS_UNDEPLOYED 68 HOTPLUG_SAVEAS_STOPPED 69 BACKUP
        70 BACKUP_POWEROFF 71 RESTORE
        """;

    private const string Vm =
        "0 INIT 1 PENDING 2 HOLD 3 ACTIVE 4 STOPPED 5 SUSPENDED 6 DONE 7 FAILED 8 POWEROFF 9 UNDEPLOYED 10 CLONING 11 CLONING_FAILURE";

    private const string History = """
        0 None 1 Migrate 2 LiveMigrate 5 Undeploy 6 UndeployHard 7 Hold 8 Release 9 Stop 10 Suspend 11 Resume 13 Delete
        14 DeleteRecreate 15 Reboot 16 RebootHard 17 Resched 18 Unresched 19 Poweroff 20 PoweroffHard 27 Terminate 28 TerminateHard
        30 Deploy 31 Chown 32 Chmod 33 UpdateConf 34 Rename 35 Resize 36 Update 42 Recover 43 Retry 44 Monitor
        21 DiskAttach 22 DiskDetach 23 NicAttach 24 NicDetach 25 DiskSnapshotCreate 26 DiskSnapshotDelete 29 DiskResize 37 SnapshotCreate
        38 SnapshotDelete 39 SnapshotRevert 40 DiskSaveas 41 DiskSnapshotRevert 45 DiskSnapshotRename 48 PoweroffMigrate 49 PoweroffHardMigrate 51 NicUpdate 56 SgAttach 57 SgDetach 61 Exec 63 ExecCancel 64 VmGroupAdd 65 VmGroupDel
        """;

    [Fact]
    public void LCM_states_have_OpenNebulas_numbers_and_names() =>
        Assert.Equal(Words(Lcm), Enum.GetValues<LcmState>().Select(s => ((int)s, StateNames.Of(s))));

    [Fact]
    public void States_have_OpenNebulas_numbers_and_names() =>
        Assert.Equal(Words(Vm), Enum.GetValues<VmState>().Select(s => ((int)s, StateNames.Of(s))));

    [Fact]
    public void History_actions_have_OpenNebulas_numbers() =>
        Assert.Equal(Words(History).Order(), Enum.GetValues<HistoryAction>().Select(a => ((int)a, a.ToString())));

    [Fact]
    public void Recover_operations_have_OpenNebulas_numbers() => Assert.Equal(
        ["0 Failure", "1 Success", "2 Retry", "3 Delete", "4 Recreate", "5 DeleteDb"],
        Enum.GetValues<RecoverOperation>().Select(o => $"{(int)o} {o}"));

    [Fact]
    public void Every_action_is_read_from_its_own_word_only()
    {
        foreach (var action in Enum.GetValues<VmAction>())
        {
            Assert.True(StateNames.TryAction(StateNames.Of(action), out var read));
            Assert.Equal(action, read);
        }

        Assert.Equal("poweroff-hard", StateNames.Of(VmAction.PoweroffHard));
        foreach (var bad in new[] { "", "1", "Poweroff", "poweroffhard", "power-off", "delete", "resume ", "hold,release" })
            Assert.False(StateNames.TryAction(bad, out _), bad);
    }

    private static List<(int, string)> Words(string text) =>
    [
        .. text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Chunk(2)
            .Select(p => (int.Parse(p[0], CultureInfo.InvariantCulture), p[1])),
    ];
}
