using System.Text;
using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>one.hook.* and one.hooklog.info: hooks that fire, run and are run again. An appliance of their own: the calls and VMs of others would fire them too.</summary>
public sealed class HookTests(Appliance appliance) : IClassFixture<Appliance>
{
    private Caller One => appliance.One;

    private void Script(string name, string text)
    {
        var path = Path.Combine(appliance.Daemon.Data, "hooks", name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<List<XElement>> Log(int hook, int executions)
    {
        List<XElement> log = [];
        await Until.True(
            async () => (log = [.. (await One.Call("one.hook.info", hook)).Document.Element("HOOKLOG")!.Elements("HOOK_EXECUTION_RECORD")]).Count >= executions,
            () => $"hook {hook} ran {log.Count} times, not {executions}");
        return log;
    }

    private static string Said(XElement record, string stream) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(record.Element("EXECUTION_RESULT")!.Element(stream)!.Value));

    [Fact]
    public async Task A_state_hook_gets_the_VM_as_it_was_and_its_end_is_logged()
    {
        Script("vm-state", "base64 -d; echo done >&2; exit 4");
        var hook = await One.Call("one.hook.allocate", "NAME=held TYPE=state RESOURCE=VM ON=CUSTOM STATE=HOLD LCM_STATE=LCM_INIT COMMAND=vm-state ARGUMENTS=\"$TEMPLATE\" ARGUMENTS_STDIN=yes");
        Assert.True(hook.Ok, $"{hook}");
        var vm = await appliance.Make("NAME=hooked CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        var record = (await Log(hook.Id, 1))[0];
        Assert.Equal(["HOOK_ID", "EXECUTION_ID", "TIMESTAMP", "ARGUMENTS", "EXECUTION_RESULT"], record.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(["COMMAND", "STDOUT", "STDERR", "CODE"], record.Element("EXECUTION_RESULT")!.Elements().Select(e => e.Name.LocalName));
        var seen = XElement.Parse(Said(record, "STDOUT"));
        Assert.Equal(("VM", $"{vm}", "2"), (seen.Name.LocalName, seen.Element("ID")!.Value, seen.Element("STATE")!.Value));
        Assert.Equal(("done\n", "4"), (Said(record, "STDERR"), record.Element("EXECUTION_RESULT")!.Element("CODE")!.Value));

        Assert.True((await One.Call("one.hook.retry", hook.Id, 0)).Ok);
        Assert.Equal("yes", (await Log(hook.Id, 2))[1].Element("RETRY")!.Value);
        Assert.Equal(8192, (await One.Call("one.hook.retry", hook.Id, 77)).Code);
        foreach (var (result, count) in new[] { (-1, 2), (1, 0), (0, 2) })
            Assert.Equal(count, (await One.Call("one.hooklog.info", -1, -1, hook.Id, result)).Document.Elements("HOOK_EXECUTION_RECORD").Count());
        Assert.True((await One.Call("one.hook.delete", hook.Id)).Ok);
        Assert.Empty((await One.Call("one.hooklog.info", -1, -1, hook.Id, 0)).Document.Elements());
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
    }

    [Fact]
    public async Task An_api_hook_gets_the_call_without_its_secrets()
    {
        Script("api-call", "echo \"$1\" | base64 -d");
        var hook = await One.Call("one.hook.allocate", "NAME=made TYPE=api CALL=one.user.allocate COMMAND=api-call ARGUMENTS=\"$API\"");
        Assert.True(hook.Ok, $"{hook}");
        var user = await One.Call("one.user.allocate", "hooky", "secret-of-hooky", "", Array.Empty<int>());
        Assert.False((await One.Call("one.user.allocate", "hooky", "secret-of-hooky", "", Array.Empty<int>())).Ok);
        var log = await Log(hook.Id, 2);
        var call = XElement.Parse(Said(log[0], "STDOUT"));
        Assert.Equal(["1", "0"], log.Select(l => XElement.Parse(Said(l, "STDOUT")).Element("RESULT")!.Value));
        Assert.Equal(
            [("1", "IN", "****"), ("2", "IN", "hooky"), ("3", "IN", "****"), ("4", "IN", ""), ("5", "IN", ""), ("1", "OUT", "true"), ("2", "OUT", $"{user.Id}"), ("3", "OUT", "0")],
            call.Descendants("PARAMETER").Select(p => (p.Element("POSITION")!.Value, p.Element("TYPE")!.Value, p.Element("VALUE")!.Value)));
        Assert.True((await One.Call("one.hook.delete", hook.Id)).Ok);
        Assert.True((await One.Call("one.user.delete", user.Id)).Ok);
    }

    [Fact]
    public async Task What_is_no_file_of_the_folder_is_not_run_and_the_log_says_so()
    {
        var hook = await One.Call("one.hook.allocate", "NAME=outside TYPE=api CALL=one.template.allocate COMMAND=\"/bin/true\"");
        var template = await One.Call("one.template.allocate", "NAME=fires CPU=1 MEMORY=64");
        var record = (await Log(hook.Id, 1))[0];
        Assert.Equal("255", record.Element("EXECUTION_RESULT")!.Element("CODE")!.Value);
        Assert.Contains("not in the folder of hooks", Said(record, "STDERR"), StringComparison.Ordinal);
        Assert.True((await One.Call("one.hook.delete", hook.Id)).Ok);
        Assert.True((await One.Call("one.template.delete", template.Id)).Ok);
    }

    [Fact]
    public async Task Hooks_are_the_administrators_and_take_the_usual_calls()
    {
        Assert.Equal("[one.hook.allocate] API call does not exist or is not supported: one.vm.info", (await One.Call("one.hook.allocate", "NAME=x TYPE=api CALL=one.vm.info COMMAND=x")).Value);
        Assert.Equal((8192, "[one.hook.allocate] Invalid Hook type: cron"), await One.Call("one.hook.allocate", "NAME=x TYPE=cron COMMAND=x") is var bad ? (bad.Code, bad.Value) : default);
        var hook = (await One.Call("one.hook.allocate", "NAME=usual TYPE=api CALL=one.vm.rename COMMAND=x")).Id;
        Assert.True((await One.Call("one.hook.rename", hook, "renamed")).Ok);
        Assert.Equal(8192, (await One.Call("one.hook.update", hook, "CALL=one.vm.info", 1)).Code);
        Assert.Equal(8192, (await One.Call("one.hook.update", hook, "CALL=one.vm.chown", 0)).Code);
        Assert.True((await One.Call("one.hook.update", hook, "CALL=one.vm.chown", 1)).Ok);
        Assert.True((await One.Call("one.hook.lock", hook, 1)).Ok);
        var shown = (await One.Call("one.hook.info", hook)).Document;
        Assert.Equal(["ID", "NAME", "TYPE", "LOCK", "TEMPLATE", "HOOKLOG"], shown.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(("renamed", "api", "one.vm.chown"), (shown.Element("NAME")!.Value, shown.Element("TYPE")!.Value, shown.Element("TEMPLATE")!.Element("CALL")!.Value));
        Assert.Contains((await One.Call("one.hookpool.info")).Document.Elements("HOOK"), h => h.Element("ID")!.Value == $"{hook}" && h.Element("HOOKLOG") is null);
        Assert.True((await One.Call("one.hook.unlock", hook)).Ok);
        Assert.True((await One.Call("one.user.allocate", "nohooks", "secret", "", Array.Empty<int>())).Ok);
        var other = One.As("nohooks:secret");
        Assert.Equal(512, (await other.Call("one.hook.allocate", "NAME=y TYPE=api CALL=one.vm.rename COMMAND=x")).Code);
        Assert.Equal(512, (await other.Call("one.hook.info", hook)).Code);
        Assert.Equal(512, (await other.Call("one.hooklog.info", -1, -1, -1, 0)).Code);
        Assert.Equal(1024, (await One.Call("one.hook.retry", 99_999, 0)).Code);
        Assert.True((await One.Call("one.hook.delete", hook)).Ok);
    }
}
