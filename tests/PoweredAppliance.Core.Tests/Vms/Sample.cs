using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>VMs in any state, and what is said to them.</summary>
internal static class Sample
{
    public static readonly VmId Vm = new(7);
    public static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    public static readonly HostOffer Alpha = Offer(1);
    public static readonly HostOffer Beta = Offer(2);

    /// <summary>The states of this life cycle: what a VM can be in, and nothing else.</summary>
    public static readonly Lifecycle.Phase[] Phases =
    [
        VmState.Pending, VmState.Hold, VmState.Stopped, VmState.Suspended, VmState.Done, VmState.Poweroff, VmState.Undeployed,
        .. new[]
        {
            LcmState.Prolog, LcmState.Boot, LcmState.Running, LcmState.SaveStop, LcmState.SaveSuspend, LcmState.PrologResume,
            LcmState.EpilogStop, LcmState.Epilog, LcmState.Shutdown, LcmState.CleanupResubmit, LcmState.Unknown,
            LcmState.ShutdownPoweroff, LcmState.BootUnknown, LcmState.BootPoweroff, LcmState.BootSuspended, LcmState.BootStopped,
            LcmState.CleanupDelete, LcmState.ShutdownUndeploy, LcmState.EpilogUndeploy, LcmState.PrologUndeploy,
            LcmState.BootUndeploy, LcmState.BootFailure, LcmState.PrologFailure, LcmState.EpilogFailure,
            LcmState.EpilogStopFailure, LcmState.EpilogUndeployFailure, LcmState.BootUndeployFailure,
            LcmState.BootStoppedFailure, LcmState.PrologResumeFailure, LcmState.PrologUndeployFailure,
            LcmState.Hotplug, LcmState.HotplugPrologPoweroff, LcmState.HotplugEpilogPoweroff, LcmState.HotplugNic, LcmState.HotplugNicPoweroff,
            LcmState.HotplugSnapshot, LcmState.DiskSnapshot, LcmState.DiskSnapshotPoweroff, LcmState.DiskSnapshotSuspended,
            LcmState.DiskSnapshotRevertPoweroff, LcmState.DiskSnapshotDelete, LcmState.DiskSnapshotDeletePoweroff,
            LcmState.DiskSnapshotDeleteSuspended, LcmState.HotplugResize, LcmState.DiskResize, LcmState.DiskResizePoweroff, LcmState.DiskResizeUndeployed,
            LcmState.HotplugSaveas, LcmState.HotplugSaveasPoweroff, LcmState.HotplugSaveasSuspended, LcmState.HotplugSaveasUndeployed,
            LcmState.HotplugSaveasStopped, LcmState.Migrate, LcmState.SaveMigrate, LcmState.PrologMigrate, LcmState.PrologMigratePoweroff,
            LcmState.PrologMigrateSuspend, LcmState.BootMigrate, LcmState.BootMigrateFailure, LcmState.PrologMigrateFailure,
            LcmState.PrologMigratePoweroffFailure, LcmState.PrologMigrateSuspendFailure,
        }.Select(lcm => (Lifecycle.Phase)lcm),
    ];

    public static HostOffer Offer(int host) => new(new(host), $"host{host}", 0, 0, "kvm", "qcow2");

    public static VirtualMachine New() => VirtualMachine.Apply(null, new Created(
        Vm, Noon, "web", Caller.Admin, 384, Template.Parse(Devices), Template.Empty, OnHold: false)) with
    {
        DiskSnapshots = [Core.Vms.DiskSnapshots.Of(0).Taken(0, "first", 1, 30)],
    };

    private const string Devices = """
        CPU=1
        MEMORY=128
        VCPU_MAX=4
        MEMORY_MAX=256
        DISK=[DISK_ID=0,IMAGE_ID=4,TARGET=vda,SIZE=30,CLONE=YES,FORMAT=qcow2,TYPE=FILE]
        DISK=[DISK_ID=1,TARGET=vdb,SIZE=16,TYPE=FS,FORMAT=raw]
        DISK=[DISK_ID=2,IMAGE_ID=5,TARGET=hda,SIZE=8,TYPE=CDROM,READONLY=YES]
        NIC=[NIC_ID=0,NETWORK_ID=6,MAC="02:00:0a:00:00:05",IP="10.0.0.5",SECURITY_GROUPS=0]
        CONTEXT=[NETWORK=YES,DISK_ID=3,TARGET=hdb,ETH0_IP="10.0.0.5"]
        SNAPSHOT=[SNAPSHOT_ID=0,NAME=s,HYPERVISOR_ID=snap-0,TIME=1,SYSTEM_DISK_SIZE=0]
        """;

    private static readonly VectorAttribute NewDisk = VectorAttribute.Of("DISK", ("SIZE", "10"), ("TYPE", "FS"), ("FORMAT", "qcow2"), ("DEV_PREFIX", "vd"));
    private static readonly VectorAttribute NewNic = VectorAttribute.Of("NIC", ("NETWORK_ID", "6"), ("MAC", "02:00:0a:00:00:06"), ("IP", "10.0.0.6"));

    /// <summary>Every change, from where, and the state in which it is made. From everywhere else it is refused.</summary>
    public static readonly (VmChange What, string From, string During)[] Changes =
    [
        (new VmChange.AttachDisk(NewDisk), "RUNNING", "HOTPLUG"),
        (new VmChange.AttachDisk(NewDisk), "POWEROFF", "HOTPLUG_PROLOG_POWEROFF"),
        (new VmChange.DetachDisk(1), "RUNNING", "HOTPLUG"),
        (new VmChange.DetachDisk(1), "POWEROFF", "HOTPLUG_EPILOG_POWEROFF"),
        (new VmChange.AttachNic(NewNic), "RUNNING", "HOTPLUG_NIC"),
        (new VmChange.AttachNic(NewNic), "POWEROFF", "HOTPLUG_NIC_POWEROFF"),
        (new VmChange.DetachNic(0), "RUNNING", "HOTPLUG_NIC"),
        (new VmChange.DetachNic(0), "POWEROFF", "HOTPLUG_NIC_POWEROFF"),
        (new VmChange.UpdateNic(NewNic.With("NIC_ID", "0"), HistoryAction.NicUpdate), "RUNNING", "HOTPLUG_NIC"),
        (new VmChange.UpdateNic(NewNic.With("NIC_ID", "0"), HistoryAction.NicUpdate), "POWEROFF", "HOTPLUG_NIC_POWEROFF"),
        (new VmChange.CreateSnapshot(-1, "now"), "RUNNING", "HOTPLUG_SNAPSHOT"),
        (new VmChange.RevertSnapshot(0), "RUNNING", "HOTPLUG_SNAPSHOT"),
        (new VmChange.DeleteSnapshot(0), "RUNNING", "HOTPLUG_SNAPSHOT"),
        (new VmChange.DeleteSnapshot(0), "POWEROFF", "HOTPLUG_SNAPSHOT"),
        (new VmChange.CreateDiskSnapshot(0, -1, "now"), "RUNNING", "DISK_SNAPSHOT"),
        (new VmChange.CreateDiskSnapshot(0, -1, "now"), "POWEROFF", "DISK_SNAPSHOT_POWEROFF"),
        (new VmChange.CreateDiskSnapshot(0, -1, "now"), "SUSPENDED", "DISK_SNAPSHOT_SUSPENDED"),
        (new VmChange.RevertDiskSnapshot(0, 0), "POWEROFF", "DISK_SNAPSHOT_REVERT_POWEROFF"),
        (new VmChange.DeleteDiskSnapshot(0, 0), "RUNNING", "DISK_SNAPSHOT_DELETE"),
        (new VmChange.DeleteDiskSnapshot(0, 0), "POWEROFF", "DISK_SNAPSHOT_DELETE_POWEROFF"),
        (new VmChange.DeleteDiskSnapshot(0, 0), "SUSPENDED", "DISK_SNAPSHOT_DELETE_SUSPENDED"),
        (new VmChange.ResizeDisk(0, 60), "RUNNING", "DISK_RESIZE"),
        (new VmChange.ResizeDisk(0, 60), "POWEROFF", "DISK_RESIZE_POWEROFF"),
        (new VmChange.ResizeDisk(0, 60), "UNDEPLOYED", "DISK_RESIZE_UNDEPLOYED"),
        (new VmChange.Resize(2, 2, 200), "RUNNING", "HOTPLUG_RESIZE"),
        (new VmChange.Resize(2, 2, 200), "POWEROFF", "HOTPLUG_RESIZE"),
        (new VmChange.Reconfigure(Template.Parse(Devices).Set("VCPU", "2")), "RUNNING", "HOTPLUG"),
        (new VmChange.Execute("uptime", ""), "RUNNING", "HOTPLUG"),
        (new VmChange.SaveDisk(0, 9, "/saved"), "RUNNING", "HOTPLUG_SAVEAS"),
        (new VmChange.SaveDisk(0, 9, "/saved"), "POWEROFF", "HOTPLUG_SAVEAS_POWEROFF"),
        (new VmChange.SaveDisk(0, 9, "/saved"), "SUSPENDED", "HOTPLUG_SAVEAS_SUSPENDED"),
        (new VmChange.SaveDisk(0, 9, "/saved"), "UNDEPLOYED", "HOTPLUG_SAVEAS_UNDEPLOYED"),
        (new VmChange.SaveDisk(0, 9, "/saved"), "STOPPED", "HOTPLUG_SAVEAS_STOPPED"),
    ];

    /// <summary>A VM in the state of this name, with the history and the files that belong to it.</summary>
    public static VirtualMachine In(string name) => In(Phases.Single(p => p.ToString() == name));

    public static VirtualMachine In(Lifecycle.Phase phase)
    {
        if (Lifecycle.IsChange(phase.Lcm))
        {
            var (what, from, _) = Changes.First(c => c.During == phase.ToString());
            // Begun and not done: of the NICs of a guest that is off both are one decision, which was two once.
            return VirtualMachine.Apply(In(from), VirtualMachine.Decide(In(from), Ask(what), Noon.AddSeconds(1)).Events.OfType<ChangeBegun>().Single());
        }

        if (Lifecycle.IsMigration(phase.Lcm))
            return Moving(phase);
        var away = phase.State is VmState.Stopped or VmState.Undeployed;
        var at = Noon.ToUnixTimeSeconds();
        var been = away || Lifecycle.HoldsCapacity(phase.State);
        return New() with
        {
            State = phase.State,
            Lcm = phase.Lcm,
            Generation = been ? 1 : 0,
            Newest = been ? 1 : 0,
            Transition = 5,
            FilesOn = away ? Alpha : null,
            CameFrom = away ? phase.State : VmState.Pending,
            History = been ? [new(0, Alpha, at, End: away ? at : 0, PrologStart: at)] : [],
        };
    }

    /// <summary>On the way from Alpha to Beta, whose claim is granted.</summary>
    private static VirtualMachine Moving(Lifecycle.Phase phase)
    {
        var (from, way) = phase.Lcm switch
        {
            LcmState.Migrate => ("RUNNING", MigrationWay.Live),
            LcmState.PrologMigratePoweroff or LcmState.PrologMigratePoweroffFailure => ("POWEROFF", MigrationWay.Save),
            LcmState.PrologMigrateSuspend or LcmState.PrologMigrateSuspendFailure => ("SUSPENDED", MigrationWay.Save),
            _ => ("RUNNING", MigrationWay.Save),
        };
        var vm = Movable(In(from)).After(To(Beta, way));
        vm = vm.After(Answer(vm)!);
        while (vm.Phase != phase)
            vm = vm.After(Answer(vm, good: !phase.ToString().EndsWith("FAILURE", StringComparison.Ordinal) || vm.Lcm is LcmState.SaveMigrate)!);
        return vm;
    }

    /// <summary>Without the snapshots that keep it from migrating live.</summary>
    public static VirtualMachine Movable(VirtualMachine vm) => vm with { DiskSnapshots = [], Template = vm.Template.Without("SNAPSHOT") };

    public static Migrate To(HostOffer host, MigrationWay way) => new(Vm, host, way, Caller.Admin);

    /// <summary>What the host says that has removed what the VM left there.</summary>
    public static StepReport Removed(VirtualMachine vm, Remnant remnant) =>
        new(vm.Id, remnant.Generation, remnant.Transition, VmStep.Cleanup, StepOutcome.Ok());

    public static (VirtualMachine Vm, Refusal? Why, int Events) Tell(this VirtualMachine vm, ICommand command, int second = 1)
    {
        var decision = VirtualMachine.Decide(vm, command, Noon.AddSeconds(second));
        return (decision.Events.Aggregate(vm, VirtualMachine.Apply), decision.Refusal, decision.Events.Count);
    }

    /// <summary>Told and accepted.</summary>
    public static VirtualMachine After(this VirtualMachine vm, params ICommand[] commands)
    {
        foreach (var command in commands)
        {
            (vm, var why, _) = vm.Tell(command);
            Assert.Null(why);
        }

        return vm;
    }

    public static Act Ask(VmAction action) => new(Vm, action, Caller.Admin);
    public static Change Ask(VmChange what) => new(Vm, what, Caller.Admin);
    public static Recover Ask(RecoverOperation operation) => new(Vm, operation, Caller.Admin);

    /// <summary>What whoever does the VM's work says when it went well or not; null: nobody works for it.</summary>
    public static ICommand? Answer(VirtualMachine vm, bool good = true) => vm.Work switch
    {
        null => null,
        VmWork.FindPlace => new Offer(vm.Id, vm.FilesOn ?? Alpha),
        VmWork.Claim claim => good ? new ClaimGranted(vm.Id, claim.Generation, 5907) : new ClaimRefused(vm.Id, claim.Generation, "full"),
        VmWork.Perform { Step: var step } work => new StepReport(
            vm.Id, work.Generation, work.Transition, step, !good ? StepOutcome.Fail("it broke") : step switch
            {
                VmStep.AwaitCommand => StepOutcome.Ok() with { Command = new(41, 0) },
                VmStep.Change when vm.Changing is { What: VmChange.Execute } => StepOutcome.Ok() with { Command = new(41) },
                _ => StepOutcome.Ok("one-7"),
            }),
        var other => throw new InvalidOperationException($"unknown work {other}"),
    };

    /// <summary>Everybody does what the VM waits for, until it rests.</summary>
    public static VirtualMachine Settle(this VirtualMachine vm)
    {
        for (var i = 0; i < 20; i++)
        {
            vm = vm.After([.. vm.Remnants.Select(r => Removed(vm, r))]);
            if (Answer(vm) is not { } answer)
                return vm;
            vm = vm.After(answer);
        }

        throw new InvalidOperationException($"VM in {vm.Phase} still waits for {vm.Work} after 20 answers");
    }
}
