using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// The life of a VM as tables: which state asks which step of its host, where a done or failed step leads, and where an
/// action may start. Source: OpenNebula 7.4's states and actions.
/// <code>
/// PENDING ─claim─► PROLOG ─► BOOT ─► RUNNING ─► SHUTDOWN ─► EPILOG ─► DONE
///                                     │ ▲ ├─► SHUTDOWN_POWEROFF ─► POWEROFF ─► BOOT_POWEROFF ─► RUNNING
///                                     │ │ ├─► SAVE_SUSPEND ─► SUSPENDED ─► BOOT_SUSPENDED ─► RUNNING
///                                     │ │ ├─► SAVE_STOP ─► EPILOG_STOP ─► STOPPED ─► (PENDING, PROLOG_RESUME, BOOT_STOPPED)
///                                     ▼ │ └─► SHUTDOWN_UNDEPLOY ─► EPILOG_UNDEPLOY ─► UNDEPLOYED ─► (PENDING, PROLOG_UNDEPLOY ...)
///                                    UNKNOWN
/// </code>
/// </summary>
public static partial class Lifecycle
{
    public readonly record struct Phase(VmState State, LcmState Lcm)
    {
        public static implicit operator Phase(LcmState lcm) => new(VmState.Active, lcm);
        public static implicit operator Phase(VmState state) => new(state, LcmState.LcmInit);
        public override string ToString() => StateNames.Of(State, Lcm);
    }

    /// <summary>The step that a VM in this LCM state waits for, null where it waits for nobody.</summary>
    public static VmStep? StepOf(LcmState lcm, bool hard) => lcm switch
    {
        LcmState.Prolog or LcmState.PrologResume or LcmState.PrologUndeploy => VmStep.Prolog,
        LcmState.Boot or LcmState.BootPoweroff or LcmState.BootUnknown or LcmState.BootUndeploy => VmStep.Boot,
        LcmState.BootSuspended or LcmState.BootStopped or LcmState.BootMigrate => VmStep.Restore,
        LcmState.Migrate => VmStep.Migrate,
        LcmState.PrologMigrate or LcmState.PrologMigratePoweroff or LcmState.PrologMigrateSuspend => VmStep.Receive,
        LcmState.Shutdown or LcmState.ShutdownPoweroff or LcmState.ShutdownUndeploy =>
            hard ? VmStep.ShutdownHard : VmStep.Shutdown,
        LcmState.SaveStop or LcmState.SaveSuspend or LcmState.SaveMigrate => VmStep.Save,
        LcmState.EpilogStop or LcmState.EpilogUndeploy => VmStep.Undefine,
        LcmState.Epilog or LcmState.CleanupDelete or LcmState.CleanupResubmit => VmStep.Cleanup,
        _ when IsChange(lcm) => VmStep.Change,
        _ => null,
    };

    /// <summary>Where a done step leads; a change goes back to where it came from, CLEANUP_RESUBMIT ends in PENDING.</summary>
    public static Phase? AfterDone(LcmState lcm) => lcm switch
    {
        LcmState.Prolog => LcmState.Boot,
        LcmState.PrologResume => LcmState.BootStopped,
        LcmState.PrologUndeploy => LcmState.BootUndeploy,
        LcmState.Boot or LcmState.BootPoweroff or LcmState.BootUnknown or LcmState.BootUndeploy
            or LcmState.BootSuspended or LcmState.BootStopped or LcmState.BootMigrate or LcmState.Migrate => LcmState.Running,
        LcmState.SaveMigrate => LcmState.PrologMigrate,
        LcmState.PrologMigrate => LcmState.BootMigrate,
        LcmState.PrologMigratePoweroff => VmState.Poweroff,
        LcmState.PrologMigrateSuspend => VmState.Suspended,
        LcmState.Shutdown => LcmState.Epilog,
        LcmState.ShutdownPoweroff => VmState.Poweroff,
        LcmState.ShutdownUndeploy => LcmState.EpilogUndeploy,
        LcmState.SaveStop => LcmState.EpilogStop,
        LcmState.SaveSuspend => VmState.Suspended,
        LcmState.EpilogStop => VmState.Stopped,
        LcmState.EpilogUndeploy => VmState.Undeployed,
        LcmState.Epilog or LcmState.CleanupDelete => VmState.Done,
        LcmState.CleanupResubmit => VmState.Pending,
        _ => null,
    };

    /// <summary>Where a failed step leads. Cleanups do not fail: the host goes on trying until nothing is left.</summary>
    public static Phase? AfterFailure(LcmState lcm) => lcm switch
    {
        LcmState.Prolog => LcmState.PrologFailure,
        LcmState.PrologResume => LcmState.PrologResumeFailure,
        LcmState.PrologUndeploy => LcmState.PrologUndeployFailure,
        LcmState.Boot => LcmState.BootFailure,
        LcmState.BootUndeploy => LcmState.BootUndeployFailure,
        LcmState.BootStopped => LcmState.BootStoppedFailure,
        LcmState.BootMigrate => LcmState.BootMigrateFailure,
        LcmState.PrologMigrate => LcmState.PrologMigrateFailure,
        LcmState.PrologMigratePoweroff => LcmState.PrologMigratePoweroffFailure,
        LcmState.PrologMigrateSuspend => LcmState.PrologMigrateSuspendFailure,
        LcmState.BootPoweroff => VmState.Poweroff,
        LcmState.BootSuspended => VmState.Suspended,
        LcmState.BootUnknown => LcmState.Unknown,
        LcmState.Shutdown or LcmState.ShutdownPoweroff or LcmState.ShutdownUndeploy
            or LcmState.SaveStop or LcmState.SaveSuspend or LcmState.SaveMigrate or LcmState.Migrate => LcmState.Running,
        LcmState.Epilog => LcmState.EpilogFailure,
        LcmState.EpilogStop => LcmState.EpilogStopFailure,
        LcmState.EpilogUndeploy => LcmState.EpilogUndeployFailure,
        _ => null,
    };

    /// <summary>The state in which a failed step is tried again (recover retry).</summary>
    public static LcmState? RetryOf(LcmState failure) => failure switch
    {
        LcmState.PrologFailure => LcmState.Prolog,
        LcmState.PrologResumeFailure => LcmState.PrologResume,
        LcmState.PrologUndeployFailure => LcmState.PrologUndeploy,
        LcmState.BootFailure => LcmState.Boot,
        LcmState.BootUndeployFailure => LcmState.BootUndeploy,
        LcmState.BootStoppedFailure => LcmState.BootStopped,
        LcmState.BootMigrateFailure => LcmState.BootMigrate,
        LcmState.PrologMigrateFailure => LcmState.PrologMigrate,
        LcmState.PrologMigratePoweroffFailure => LcmState.PrologMigratePoweroff,
        LcmState.PrologMigrateSuspendFailure => LcmState.PrologMigrateSuspend,
        LcmState.EpilogFailure => LcmState.Epilog,
        LcmState.EpilogStopFailure => LcmState.EpilogStop,
        LcmState.EpilogUndeployFailure => LcmState.EpilogUndeploy,
        _ => null,
    };

    /// <summary>Where the action leads from here; null: not from this state.</summary>
    public static Phase? After(VmAction action, Phase from)
    {
        var running = from is { State: VmState.Active, Lcm: LcmState.Running };
        var up = running || from is { State: VmState.Active, Lcm: LcmState.Unknown };
        return action switch
        {
            VmAction.Hold when from.State is VmState.Pending => VmState.Hold,
            VmAction.Release when from.State is VmState.Hold => VmState.Pending,
            VmAction.Poweroff or VmAction.PoweroffHard when up => LcmState.ShutdownPoweroff,
            VmAction.Undeploy or VmAction.UndeployHard when up => LcmState.ShutdownUndeploy,
            VmAction.Undeploy or VmAction.UndeployHard when from.State is VmState.Poweroff => LcmState.EpilogUndeploy,
            VmAction.Suspend when running => LcmState.SaveSuspend,
            VmAction.Stop when running => LcmState.SaveStop,
            VmAction.Stop when from.State is VmState.Suspended => LcmState.EpilogStop,
            VmAction.Resume => from switch
            {
                { State: VmState.Stopped or VmState.Undeployed } => VmState.Pending,
                { State: VmState.Suspended } => LcmState.BootSuspended,
                { State: VmState.Poweroff } => LcmState.BootPoweroff,
                { State: VmState.Active, Lcm: LcmState.Unknown } => LcmState.BootUnknown,
                _ => null,
            },
            VmAction.Reboot or VmAction.RebootHard when running => LcmState.Running,
            VmAction.Resched or VmAction.Unresched when up || from.State is VmState.Poweroff => from,
            VmAction.Terminate or VmAction.TerminateHard => AfterTerminate(action is VmAction.TerminateHard, from, up),
            _ => null,
        };
    }

    private static Phase? AfterTerminate(bool hard, Phase from, bool up) => from switch
    {
        _ when up => LcmState.Shutdown,
        { State: VmState.Suspended or VmState.Poweroff or VmState.Stopped or VmState.Undeployed } => LcmState.Epilog,
        { State: VmState.Init or VmState.Pending or VmState.Hold or VmState.Cloning or VmState.CloningFailure } => VmState.Done,
        { State: VmState.Active, Lcm: LcmState.Shutdown } when hard => LcmState.Shutdown,
        { State: VmState.Active } when hard && RetryOf(from.Lcm) is not null => LcmState.CleanupDelete,
        _ => null,
    };

    /// <summary>States in which a host keeps room for the VM.</summary>
    public static bool HoldsCapacity(VmState state) => state is VmState.Active or VmState.Poweroff or VmState.Suspended;

    /// <summary>LCM states in which the guest's run time counts (between RSTIME and RETIME).</summary>
    public static bool GuestIsUp(Phase phase) => phase is { State: VmState.Active } and
        ({ Lcm: LcmState.Running or LcmState.Unknown or LcmState.Migrate } or
        { Lcm: LcmState.Shutdown or LcmState.ShutdownPoweroff or LcmState.ShutdownUndeploy or LcmState.SaveStop or LcmState.SaveSuspend or LcmState.SaveMigrate });
}
