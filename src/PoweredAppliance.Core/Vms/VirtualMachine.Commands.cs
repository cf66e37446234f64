using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// Commands that the guest executes: started and cancelled as changes are, and awaited while the VM is RUNNING and whatever else is asked
/// of it is done first.
/// </summary>
public sealed partial record VirtualMachine
{
    public GuestCommand? Command => GuestCommand.Of(Template);

    /// <summary>The command with all that is to be known of it, the last one where none is given.</summary>
    private (VmChange? Whole, Refusal? Why) Taken(VmChange.Execute execute)
    {
        if (Command is { IsExecuting: true })
            return No("Could not execute command, a command is already being executed");
        var (command, stdin) = execute.Command is null ? (Command?.Command ?? "", Command?.Stdin ?? "") : (execute.Command, execute.Stdin ?? "");
        return GuestCommand.Wrong(command, stdin) is { } why
            ? No($"Could not execute command, {why}")
            : (new VmChange.Execute(command, stdin, History[^1].Sequence + 1), null);
    }

    /// <summary>What is told of a command: nothing of one that has not ended when its end is awaited.</summary>
    private Decision<IEvent> Reported(VmStep step, CommandReport? command, DateTimeOffset now) => (step, command) switch
    {
        (VmStep.AwaitCommand, not { ReturnCode: not null }) => Nothing,
        (VmStep.AwaitCommand, { } ended) => Of(new CommandReported(Id, now, ended)),
        (_, { } begun) => Of(new CommandReported(Id, now, begun), new StepDone(Id, now, Generation, step, null)),
        _ => throw new ArgumentException($"{step} is not about a command", nameof(step)),
    };

    private VirtualMachine WithCommand(string status) => this with { Template = GuestCommand.With(Template, status) };

    /// <summary>A command ends with its guest, which these states have none of and no memory of.</summary>
    private Template WithoutGuest(Lifecycle.Phase next) => Command is { IsExecuting: true }
        && (next.State is VmState.Poweroff or VmState.Undeployed or VmState.Done
            || next.Lcm is LcmState.Epilog or LcmState.EpilogUndeploy or LcmState.CleanupDelete or LcmState.CleanupResubmit)
            ? GuestCommand.With(Template, GuestCommand.Cancelled)
            : Template;
}
