using System.Text;
using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>Commands in guests as <c>onevm exec</c>, <c>exec-retry</c> and <c>exec-cancel</c> ask for and see them.</summary>
public sealed class VmCommandTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<int> Running()
    {
        var vm = await appliance.Make("NAME=command CPU=0.1 MEMORY=16 QEMU_GA_EXEC=[STATUS=EXECUTING,PID=1]");
        await appliance.Reach(vm, 3, 3);
        return vm;
    }

    private async Task<XElement?> Command(int vm) => (await One.Call("one.vm.info", vm)).Document.Element("TEMPLATE")!.Element("QEMU_GA_EXEC");

    private async Task<XElement> Comes(int vm, string status)
    {
        await Until.True(async () => (await Command(vm))?.Element("STATUS")?.Value == status, () => $"the command of VM {vm} is not {status}");
        await appliance.Reach(vm, 3, 3);
        return (await Command(vm))!;
    }

    private async Task Done(int vm, string method, params object[] more) => Assert.Equal((true, vm), await One.Call(method, [vm, .. more]) is var r ? (r.Ok, r.Id) : default);

    private async Task Refused(int code, string text, string method, params object[] arguments) =>
        Assert.Equal((code, $"[{method}] {text}"), await One.Call(method, arguments) is var r ? (r.Code, r.Value) : default);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task A_command_is_executed_and_its_output_is_in_the_document()
    {
        var vm = await Running();
        Assert.Null(await Command(vm)); // nobody says in a template what a guest executes
        await Refused(2048, "Could not cancel command, there is no command being executed", "one.vm.cancelexec", vm);
        await Done(vm, "one.vm.exec", "echo 'a  b' c", "");
        var done = await Comes(vm, "DONE");
        Assert.Equal(["COMMAND", "PID", "RETURN_CODE", "STATUS", "STDERR", "STDIN", "STDOUT"], done.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(("echo 'a  b' c", "0", Base64("a  b c\n"), ""), (done.Element("COMMAND")!.Value, done.Element("RETURN_CODE")!.Value, done.Element("STDOUT")!.Value, done.Element("STDERR")!.Value));
        await Done(vm, "one.vm.exec", "cat", Base64("in"));
        Assert.Equal(Base64("in"), (await Comes(vm, "DONE")).Element("STDOUT")!.Value);
        await Done(vm, "one.vm.retryexec");
        Assert.Equal(("cat", Base64("in")), await Comes(vm, "DONE") is var again ? (again.Element("COMMAND")!.Value, again.Element("STDOUT")!.Value) : default);
        await Done(vm, "one.vm.exec", "frobnicate", "");
        Assert.Equal("127", (await Comes(vm, "DONE")).Element("RETURN_CODE")!.Value);
        Assert.Equal(
            ["61", "61", "61", "61", "0"],
            (await One.Call("one.vm.info", vm)).Document.Element("HISTORY_RECORDS")!.Elements("HISTORY").Select(h => h.Element("ACTION")!.Value));
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_command_is_cancelled_by_a_person_or_by_the_guests_end()
    {
        var vm = await Running();
        await Done(vm, "one.vm.exec", "sleep 600", "");
        await Comes(vm, "EXECUTING");
        await Refused(2048, "Could not execute command, a command is already being executed", "one.vm.exec", vm, "true", "");
        await Refused(2048, "Could not execute command, a command is already being executed", "one.vm.retryexec", vm);
        await Done(vm, "one.vm.cancelexec");
        await Comes(vm, "CANCELLED");
        await Done(vm, "one.vm.retryexec");
        await Comes(vm, "EXECUTING");
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        Assert.Equal("CANCELLED", (await Command(vm))!.Element("STATUS")!.Value);
        await Refused(2048, "Could not execute command, VM must be in running", "one.vm.exec", vm, "true", "");
        await Refused(2048, "Could not cancel command, VM must be in running", "one.vm.cancelexec", vm);
        await Refused(1024, "Error getting virtual machine [4711].", "one.vm.exec", 4711, "true", "");
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task Who_may_only_use_a_VM_does_not_execute_anything_in_it()
    {
        var vm = await Running();
        var guest = await One.Call("one.user.allocate", "commander", "secret", "core");
        Assert.True(guest.Ok, $"{guest}");
        var her = One.As("commander:secret");
        Assert.True((await One.Call("one.vm.chown", vm, guest.Id, -1)).Ok);
        await One.Call("one.vm.chmod", vm, 1, 0, 0, -1, -1, -1, -1, -1, -1);
        Assert.Equal(512, (await her.Call("one.vm.exec", vm, "true", "")).Code);
        await One.Call("one.vm.chmod", vm, 1, 1, 0, -1, -1, -1, -1, -1, -1);
        Assert.True((await her.Call("one.vm.exec", vm, "true", "")).Ok);
        await Comes(vm, "DONE");
        await One.Call("one.vm.action", "terminate-hard", vm);
    }
}
