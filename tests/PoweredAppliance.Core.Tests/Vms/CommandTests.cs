using CsCheck;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>What a guest is asked to execute.</summary>
public sealed class CommandTests
{
    private static readonly VmChange.Execute Uptime = new("uptime -p", "aW4=");

    private static VirtualMachine Executing() => Told(Sample.In("RUNNING").After(Sample.Ask(Uptime)), new(41));

    private static StepReport Report(VirtualMachine vm, CommandReport report) => Assert.IsType<VmWork.Perform>(vm.Work) is var work
        ? new(vm.Id, work.Generation, work.Transition, work.Step, StepOutcome.Ok() with { Command = report })
        : throw new InvalidOperationException();

    private static VirtualMachine Told(VirtualMachine vm, CommandReport report) => vm.After(Report(vm, report));

    private static string? Attribute(VirtualMachine vm, string name) => vm.Template.Vector(GuestCommand.Name)?[name];

    [Fact]
    public void A_command_is_started_in_HOTPLUG_and_awaited_while_the_guest_runs_on()
    {
        var before = Sample.In("RUNNING");
        var vm = before.After(Sample.Ask(Uptime));
        Assert.Equal(("HOTPLUG", "uptime -p", "aW4=", null), (vm.Phase.ToString(), Attribute(vm, "COMMAND"), Attribute(vm, "STDIN"), Attribute(vm, "STATUS")));
        Assert.Equal(1, Assert.IsType<VmChange.Execute>(vm.Changing?.What).Run);
        Assert.Equal([HistoryAction.Exec, HistoryAction.None], vm.History.Select(h => h.Action));
        vm = Told(vm, new(41));
        Assert.Equal(("RUNNING", "EXECUTING", "41"), (vm.Phase.ToString(), Attribute(vm, "STATUS"), Attribute(vm, "PID")));
        Assert.Equal(VmStep.AwaitCommand, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        Assert.Equal(0, vm.Tell(Report(vm, new(41))).Events); // it goes on
        vm = Told(vm, new(41, 3, "b3V0", "ZXJy"));
        Assert.Equal(("DONE", "3", "b3V0", "ZXJy", null), (Attribute(vm, "STATUS"), Attribute(vm, "RETURN_CODE"), Attribute(vm, "STDOUT"), Attribute(vm, "STDERR"), vm.Work));
        Assert.Equal(before.Template, vm.Template.Without(GuestCommand.Name));
    }

    [Fact]
    public void The_next_command_takes_the_place_of_the_last_which_can_be_executed_again()
    {
        var vm = Told(Executing(), new(41, 0, "b3V0"));
        vm = vm.After(Sample.Ask(new VmChange.Execute(null, null)));
        Assert.Equal(("uptime -p", "aW4=", null), (Attribute(vm, "COMMAND"), Attribute(vm, "STDIN"), Attribute(vm, "STDOUT")));
        Assert.Equal(2, Assert.IsType<VmChange.Execute>(vm.Changing?.What).Run);
        vm = Told(Told(vm, new(42)), new(42, 0)).After(Sample.Ask(new VmChange.Execute("true", "")));
        Assert.Equal(("true", ""), (Attribute(vm, "COMMAND"), Attribute(vm, "STDIN")));
    }

    [Fact]
    public void What_else_is_asked_of_the_VM_is_done_first_and_the_command_is_awaited_again()
    {
        var vm = Executing();
        var late = Report(vm, new(41, 0));
        vm = vm.After(Sample.Ask(new VmChange.DetachDisk(1)));
        Assert.Equal(0, vm.Tell(late).Events);
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(VmStep.AwaitCommand, Assert.IsType<VmWork.Perform>(vm.Work).Step);
        vm = vm.After(Sample.Ask(VmAction.Suspend));
        vm = vm.After(Sample.Answer(vm)!, Sample.Ask(VmAction.Resume));
        Assert.Equal("DONE", Attribute(vm.Settle(), "STATUS"));
    }

    [Theory]
    [InlineData(VmAction.PoweroffHard)]
    [InlineData(VmAction.TerminateHard)]
    [InlineData(VmAction.UndeployHard)]
    public void A_command_ends_with_its_guest(VmAction action) => Assert.Equal("CANCELLED", Attribute(Executing().After(Sample.Ask(action)).Settle(), "STATUS"));

    [Fact]
    public void A_command_ends_with_a_guest_that_went_by_itself() => Assert.Equal("CANCELLED", Attribute(
        Executing().After(new Observe(Sample.Vm, Sample.Alpha.Host, 1, Sighting.Crashed, "gone")), "STATUS"));

    [Fact]
    public void A_cancelled_command_is_not_awaited_any_more()
    {
        var vm = Executing().After(Sample.Ask(new VmChange.CancelExecution()));
        Assert.Equal(("HOTPLUG", VmStep.Change), (vm.Phase.ToString(), Assert.IsType<VmWork.Perform>(vm.Work).Step));
        var cancelled = vm.After(Sample.Answer(vm)!);
        Assert.Equal(("RUNNING", "CANCELLED", null), (cancelled.Phase.ToString(), Attribute(cancelled, "STATUS"), cancelled.Work));
        var failed = vm.After(Sample.Answer(vm, good: false)!);
        Assert.Equal(("RUNNING", "ERROR", null), (failed.Phase.ToString(), Attribute(failed, "STATUS"), failed.Work));
        Assert.Contains("Error cancelling command: it broke", failed.UserTemplate["ERROR"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_cannot_be_started_or_is_lost_says_so()
    {
        var begun = Sample.In("RUNNING").After(Sample.Ask(Uptime));
        foreach (var vm in new[] { begun.After(Sample.Answer(begun, good: false)!), Executing().After(Sample.Answer(Executing(), good: false)!) })
        {
            Assert.Equal(("RUNNING", "ERROR", null), (vm.Phase.ToString(), Attribute(vm, "STATUS"), vm.Work));
            Assert.Contains("Error executing command: it broke", vm.UserTemplate["ERROR"], StringComparison.Ordinal);
            Assert.Equal("EXECUTING", Attribute(Told(vm.After(Sample.Ask(Uptime)), new(43)), "STATUS"));
        }

        Assert.Equal("ERROR", Attribute(begun.After(Sample.Ask(RecoverOperation.Success)), "STATUS")); // nobody knows its process
    }

    [Fact]
    public void What_cannot_be_is_refused_in_OpenNebulas_words()
    {
        var (running, off, executing) = (Sample.In("RUNNING"), Sample.In("POWEROFF"), Executing());
        foreach (var (vm, what, text) in new (VirtualMachine, VmChange, string)[]
        {
            (off, Uptime, "Could not execute command, VM must be in running"),
            (off, new VmChange.CancelExecution(), "Could not cancel command, VM must be in running"),
            (executing, Uptime, "Could not execute command, a command is already being executed"),
            (executing, new VmChange.Execute(null, null), "Could not execute command, a command is already being executed"),
            (running, new VmChange.CancelExecution(), "Could not cancel command, there is no command being executed"),
            (running, new VmChange.Execute(null, null), "Could not execute command, COMMAND is empty"),
            (running, new VmChange.Execute("  ", ""), "Could not execute command, COMMAND is empty"),
            (running, new VmChange.Execute("echo 'a", ""), "Could not execute command, COMMAND has a quote that is not closed"),
            (running, new VmChange.Execute("echo \u0001", ""), "Could not execute command, COMMAND: a value has the character U+0001, which XML cannot carry"),
            (running, new VmChange.Execute("cat", "in?"), "Could not execute command, STDIN is not base64"),
        })
            Assert.Equal((ErrorCode.Action, text), (vm.Tell(Sample.Ask(what)).Why?.Code, vm.Tell(Sample.Ask(what)).Why?.Text));
    }

    [Theory]
    [InlineData("a  b\tc", "a|b|c")]
    [InlineData("sh -c 'echo \"x y\" \\n'", "sh|-c|echo \"x y\" \\n")]
    [InlineData("say \"a b\"'c d'e \"\" \"\\$x \\y\"", "say|a bc de||$x \\y")]
    [InlineData("a\\ b \\\"c", "a b|\"c")]
    public void A_command_is_split_as_a_shell_does(string command, string words) => Assert.Equal(words.Split('|'), GuestCommand.Words(command));

    [Fact]
    public void Any_words_come_back_from_between_single_quotes() => Gen.String.Array[1, 5].Sample(words => Assert.Equal(
        words, GuestCommand.Words(string.Join(' ', words.Select(w => $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'")))), iter: 2000);
}
