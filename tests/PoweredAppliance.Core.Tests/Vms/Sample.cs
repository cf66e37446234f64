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
        }.Select(lcm => (Lifecycle.Phase)lcm),
    ];

    public static HostOffer Offer(int host) => new(new(host), $"host{host}", 0, 0, "kvm", "qcow2");

    public static VirtualMachine New() => VirtualMachine.Apply(null, new Created(
        Vm, Noon, "web", Caller.Admin, 384, Template.Parse("CPU=1\nMEMORY=128"), Template.Empty, OnHold: false));

    /// <summary>A VM in the state of this name, with the history and the files that belong to it.</summary>
    public static VirtualMachine In(string name) => In(Phases.Single(p => p.ToString() == name));

    public static VirtualMachine In(Lifecycle.Phase phase)
    {
        var away = phase.State is VmState.Stopped or VmState.Undeployed;
        var at = Noon.ToUnixTimeSeconds();
        var been = away || Lifecycle.HoldsCapacity(phase.State);
        return New() with
        {
            State = phase.State,
            Lcm = phase.Lcm,
            Generation = been ? 1 : 0,
            Transition = 5,
            FilesOn = away ? Alpha : null,
            CameFrom = away ? phase.State : VmState.Pending,
            History = been ? [new(0, Alpha, at, End: away ? at : 0, PrologStart: at)] : [],
        };
    }

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
    public static Recover Ask(RecoverOperation operation) => new(Vm, operation, Caller.Admin);

    /// <summary>What whoever does the VM's work says when it went well or not; null: nobody works for it.</summary>
    public static ICommand? Answer(VirtualMachine vm, bool good = true) => vm.Work switch
    {
        null => null,
        VmWork.FindPlace => new Offer(vm.Id, vm.FilesOn ?? Alpha),
        VmWork.Claim claim => good ? new ClaimGranted(vm.Id, claim.Generation, 5907) : new ClaimRefused(vm.Id, claim.Generation, "full"),
        VmWork.Perform { Step: var step } work => new StepReport(
            vm.Id, work.Generation, work.Transition, step, good ? StepOutcome.Ok("one-7") : StepOutcome.Fail("it broke")),
        var other => throw new InvalidOperationException($"unknown work {other}"),
    };

    /// <summary>Everybody does what the VM waits for, until it rests.</summary>
    public static VirtualMachine Settle(this VirtualMachine vm)
    {
        for (var i = 0; i < 20; i++)
        {
            if (Answer(vm) is not { } answer)
                return vm;
            vm = vm.After(answer);
        }

        throw new InvalidOperationException($"VM in {vm.Phase} still waits for {vm.Work} after 20 answers");
    }
}
