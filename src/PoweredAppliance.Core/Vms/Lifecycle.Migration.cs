using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// The way to another host. Source: OpenNebula 7.4's states. The files of an UNKNOWN VM do not move: it may run where they are.
/// <code>
/// RUNNING ──► MIGRATE ─────────────────────────────────────────► RUNNING (there)
///    │           └─failed─► RUNNING (here)
///    ├──────► SAVE_MIGRATE ──► PROLOG_MIGRATE ──► BOOT_MIGRATE, or BOOT when it was shut down ──► RUNNING (there)
///    │           └─failed─► RUNNING (here)   └─failed─► PROLOG_MIGRATE_FAILURE ─recover failure─► BOOT_MIGRATE, BOOT (here)
/// POWEROFF ──► PROLOG_MIGRATE_POWEROFF ──► POWEROFF (there)
/// SUSPENDED ─► PROLOG_MIGRATE_SUSPEND ───► SUSPENDED (there)
/// </code>
/// </summary>
public static partial class Lifecycle
{
    /// <summary>The state that the VM is in while it waits for the new host and leaves the old one; null: not from this state.</summary>
    public static LcmState? Leaving(MigrationWay way, Phase from) => from switch
    {
        { State: VmState.Active, Lcm: LcmState.Running } => way is MigrationWay.Live ? LcmState.Migrate : LcmState.SaveMigrate,
        { State: VmState.Poweroff } => LcmState.PrologMigratePoweroff,
        { State: VmState.Suspended } => LcmState.PrologMigrateSuspend,
        _ => null,
    };

    /// <summary>States in which a VM has not arrived yet.</summary>
    public static bool IsMigration(LcmState lcm) => lcm is LcmState.Migrate or LcmState.SaveMigrate || IsTransfer(lcm) || UndoOf(lcm, MigrationWay.Save) is not null;

    /// <summary>States in which its files move.</summary>
    public static bool IsTransfer(LcmState lcm) => lcm is LcmState.PrologMigrate or LcmState.PrologMigratePoweroff or LcmState.PrologMigrateSuspend;

    /// <summary>The step that makes a guest ready to leave.</summary>
    public static VmStep StepOf(MigrationWay way) => way switch
    {
        MigrationWay.Poweroff => VmStep.Shutdown,
        MigrationWay.PoweroffHard => VmStep.ShutdownHard,
        _ => VmStep.Save,
    };

    /// <summary>The state in which a guest that was made ready to leave starts again, here or there.</summary>
    public static LcmState StartOf(MigrationWay way) => way is MigrationWay.Poweroff or MigrationWay.PoweroffHard ? LcmState.Boot : LcmState.BootMigrate;

    /// <summary>Where a VM whose files did not arrive goes on, on the host that it was to leave (recover failure); null: it is in no such state.</summary>
    public static Phase? UndoOf(LcmState failure, MigrationWay way) => failure switch
    {
        LcmState.PrologMigrateFailure => StartOf(way),
        LcmState.PrologMigratePoweroffFailure => VmState.Poweroff,
        LcmState.PrologMigrateSuspendFailure => VmState.Suspended,
        _ => null,
    };

    /// <summary>The history's word for it.</summary>
    public static HistoryAction Word(MigrationWay way) => way switch
    {
        MigrationWay.Live => HistoryAction.LiveMigrate,
        MigrationWay.Poweroff => HistoryAction.PoweroffMigrate,
        MigrationWay.PoweroffHard => HistoryAction.PoweroffHardMigrate,
        _ => HistoryAction.Migrate,
    };
}
