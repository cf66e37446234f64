using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>Capacity, configuration, VM group and schedule of a VM as OpenNebula's tools change and see them.</summary>
public sealed class VmConfigurationTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<int> Made(string more = "", bool hold = false)
    {
        var reply = await One.Call("one.vm.allocate", $"NAME=conf CPU=0.1 MEMORY=16 {more}", hold);
        Assert.True(reply.Ok, $"{reply}");
        return reply.Id;
    }

    private async Task<XElement> Info(int vm) => (await One.Call("one.vm.info", vm)).Document;

    private async Task<XElement> Template(int vm) => (await Info(vm)).Element("TEMPLATE")!;

    private async Task Done(int answer, string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.True(reply.Ok, $"{method}: {reply}");
        Assert.Equal(answer, reply.Id);
    }

    private async Task Refused(int code, string text, string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.False(reply.Ok, $"{method}: {reply}");
        Assert.Equal(code, reply.Code);
        Assert.Contains($"[{method}] ", reply.Value, StringComparison.Ordinal);
        Assert.Contains(text, reply.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_VM_is_resized_where_it_waits_where_it_is_off_and_while_it_runs()
    {
        var vm = await Made("VCPU_MAX=4 MEMORY_MAX=64", hold: true);
        await Done(vm, "one.vm.resize", vm, "CPU=0.2 MEMORY=32", true);
        await One.Call("one.vm.action", "release", vm);
        await appliance.Reach(vm, 3, 3);
        await Done(vm, "one.vm.resize", vm, "<TEMPLATE><VCPU>2</VCPU><MEMORY>64</MEMORY></TEMPLATE>", false);
        await appliance.Reach(vm, 3, 3);
        Assert.Equal(("0.2", "64", "2"), await Template(vm) is var t ? (t.Element("CPU")!.Value, t.Element("MEMORY")!.Value, t.Element("VCPU")!.Value) : default);
        await Refused(2048, "VCPU_MAX lets it have 4", "one.vm.resize", vm, "VCPU=8", true);
        await Refused(2048, "Not enough capacity in host", "one.vm.resize", vm, "CPU=10000", true);
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        await Done(vm, "one.vm.resize", vm, "MEMORY=128", true);
        Assert.Equal("8", (await Info(vm)).Element("STATE")!.Value);
        Assert.Equal(["35", "35", "0"], (await Info(vm)).Element("HISTORY_RECORDS")!.Elements("HISTORY").Select(h => h.Element("ACTION")!.Value));
        await Refused(8192, "MEMORY must be a positive integer value.", "one.vm.resize", vm, "MEMORY=-1", true);
        await Refused(1024, "Error getting virtual machine [4711].", "one.vm.resize", 4711, "CPU=1", true);
        await One.Call("one.vm.action", "terminate-hard", vm);
        await appliance.Reach(vm, 6);
        await Refused(2048, "Cannot resize a VM in state DONE", "one.vm.resize", vm, "CPU=1", true);
    }

    [Fact]
    public async Task The_configuration_is_changed_and_a_running_guests_context_with_it()
    {
        var vm = await Made("CONTEXT=[GREETING=hello] OS=[BOOT=disk0]");
        await appliance.Reach(vm, 3, 3);
        await Done(vm, "one.vm.updateconf", vm, "OS=[BOOT=nic0] FEATURES=[ACPI=no] CPU=3", 1);
        await Done(vm, "one.vm.updateconf", vm, "CONTEXT=[GREETING=\"hi, $NAME\"]", 1);
        await appliance.Reach(vm, 3, 3);
        var template = await Template(vm);
        Assert.Equal(("nic0", "no", "hi, conf"), (template.Element("OS")!.Element("BOOT")!.Value, template.Element("FEATURES")!.Element("ACPI")!.Value, template.Element("CONTEXT")!.Element("GREETING")!.Value));
        Assert.Equal("0.1", template.Element("CPU")!.Value);
        Assert.NotNull(template.Element("OS")!.Element("UUID"));
        await Refused(8192, "Unable to add ETH0_IP", "one.vm.updateconf", vm, "CONTEXT=[ETH0_IP=\"1.2.3.4\"]", 1);
        await Refused(4096, "Wrong update type 7", "one.vm.updateconf", vm, "OS=[BOOT=nic0]", 7);
        await One.Call("one.vm.action", "suspend", vm);
        await appliance.Reach(vm, 5);
        await Refused(8192, "configuration cannot be updated in state SUSPENDED", "one.vm.updateconf", vm, "OS=[BOOT=disk0]", 0);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_VM_comes_into_a_role_and_leaves_it()
    {
        var group = (await One.Call("one.vmgroup.allocate", "NAME=tiers ROLE=[NAME=web]")).Id;
        var vm = await Made(hold: true);
        await Done(vm, "one.vm.vmgroupadd", vm, group, "web");
        Assert.Equal($"{group}", (await Template(vm)).Element("VMGROUP")!.Element("VMGROUP_ID")!.Value);
        Assert.Contains($"{vm}", (await One.Call("one.vmgroup.info", group)).Document.Descendants("VMS").Single().Value, StringComparison.Ordinal);
        await Refused(2048, "Role does not exist in VM Group", "one.vm.vmgroupadd", vm, group, "db");
        await Refused(1024, "[4711].", "one.vm.vmgroupadd", vm, 4711, "web");
        await Done(vm, "one.vm.vmgroupdel", vm);
        Assert.Null((await Template(vm)).Element("VMGROUP"));
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task What_is_scheduled_is_done_at_its_time_and_shown_as_OpenNebula_does()
    {
        var vm = await Made("SCHED_ACTION=[ACTION=resume,TIME=4000000000]", hold: true);
        await Done(1, "one.vm.schedadd", vm, $"SCHED_ACTION=[ACTION=release,TIME={DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60}]");
        await appliance.Reach(vm, 3, 3);
        await Done(2, "one.vm.schedadd", vm, "SCHED_ACTION=[ACTION=hold,TIME=1,REPEAT=0,DAYS=\"0,6\"]");
        await Done(0, "one.vm.schedupdate", vm, 0, "SCHED_ACTION=[TIME=\"+4000000000\"]");
        var start = long.Parse((await Info(vm)).Element("STIME")!.Value);
        await Until.True(
            async () => (await Template(vm)).Elements("SCHED_ACTION").Last().Element("MESSAGE")!.Value.Contains("not available for state RUNNING", StringComparison.Ordinal));
        var shown = (await Template(vm)).Elements("SCHED_ACTION").ToList();
        Assert.Equal(["0", "1", "2"], (await Info(vm)).Element("SCHED_ACTIONS")!.Elements("ID").Select(i => i.Value));
        Assert.Equal(["SCHED_ACTION", "SCHED_ACTION", "SCHED_ACTION"], (await Template(vm)).Elements().TakeLast(3).Select(e => e.Name.LocalName)); // as vm.xsd has it
        Assert.Equal($"{start + 4000000000}", shown[0].Element("TIME")!.Value);
        Assert.Equal(
            ["ID", "PARENT_ID", "TYPE", "ACTION", "ARGS", "TIME", "REPEAT", "DAYS", "END_TYPE", "END_VALUE", "DONE", "MESSAGE", "WARNING"],
            shown[1].Elements().Select(e => e.Name.LocalName));
        Assert.Equal(("-1", "VM", $"{vm}"), (shown[0].Element("DONE")!.Value, shown[1].Element("TYPE")!.Value, shown[1].Element("PARENT_ID")!.Value));
        Assert.NotEqual("-1", shown[1].Element("DONE")!.Value);
        await Done(vm, "one.vm.scheddelete", vm, 2);
        await Refused(1024, "Error getting scheduled action [2].", "one.vm.scheddelete", vm, 2);
        await Refused(8192, "SCHED_ACTION with id = 9 doesn't exist", "one.vm.schedupdate", vm, 9, "SCHED_ACTION=[TIME=1]");
        await Refused(2048, "No SCHED_ACTION attribute in template", "one.vm.schedadd", vm, "A=b");
        await Refused(2048, "explode is not supported.", "one.vm.schedadd", vm, "SCHED_ACTION=[ACTION=explode,TIME=1]");
        await Refused(2048, "Unable to parse the time value", "one.vm.allocate", "NAME=bad CPU=1 MEMORY=1 SCHED_ACTION=[ACTION=stop,TIME=soon]", true);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task Accounting_and_showback_come_from_the_history()
    {
        var vm = await Made("CPU_COST=3600 MEMORY_COST=0 VCPU_MAX=4");
        await appliance.Reach(vm, 3, 3);
        await Done(vm, "one.vm.resize", vm, "CPU=0.2", true);
        await appliance.Reach(vm, 3, 3);
        async Task<XElement?> Cost() => (await One.Call("one.vmpool.showback", -2, -1, -1, -1, -1)).Document.Elements("SHOWBACK").LastOrDefault(s => s.Element("VMID")!.Value == $"{vm}");
        await Until.True(async () => await Cost() is not null); // it costs from its first second on
        await One.Call("one.vm.action", "terminate-hard", vm);
        await appliance.Reach(vm, 6);
        var records = (await One.Call("one.vmpool.accounting", -2, -1, -1)).Document;
        Assert.Equal("HISTORY_RECORDS", records.Name.LocalName);
        var own = records.Elements("HISTORY").Where(h => h.Element("OID")!.Value == $"{vm}").ToList();
        Assert.Equal(["0 0.1", "1 0.2"], own.Select(h => $"{h.Element("SEQ")!.Value} {h.Element("VM")!.Element("TEMPLATE")!.Element("CPU")!.Value}"));
        Assert.All(own, h => Assert.Empty(h.Element("VM")!.Element("HISTORY_RECORDS")!.Elements()));
        Assert.All(own, h => Assert.Equal("qcow2", h.Element("VM")!.Element("TEMPLATE")!.Element("TM_MAD_SYSTEM")?.Value)); // acct.xsd wants it
        Assert.Empty((await One.Call("one.vmpool.accounting", -2, 1, 2)).Document.Elements());
        Assert.Equal(4096, (await One.Call("one.vmpool.accounting", -9, -1, -1)).Code);
        var cost = (await Cost())!;
        Assert.Equal(
            ["VMID", "VMNAME", "UID", "GID", "UNAME", "GNAME", "YEAR", "MONTH", "CPU_COST", "MEMORY_COST", "DISK_COST", "TOTAL_COST", "HOURS", "RHOURS"],
            cost.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(("oneadmin", "0"), (cost.Element("UNAME")!.Value, cost.Element("DISK_COST")!.Value));
        var calculated = await One.Call("one.vmpool.calculateshowback", -1, -1, -1, -1);
        Assert.Equal((true, "string", ""), (calculated.Ok, calculated.Items[1].Type, calculated.Value.Trim())); // a blank
        Assert.Equal(4096, (await One.Call("one.vmpool.showback", -2, 13, 2026, -1, -1)).Code);
        Assert.True((await One.Call("one.user.allocate", "accountant", "secret", "core")).Ok);
        // A VM that was given to somebody is his to change, but for what is the administrators'.
        var given = await Made("CONTEXT=[A=b]", hold: true);
        await Done(given, "one.vm.chown", given, (await One.As("accountant:secret").Call("one.user.info", -1)).Document.Element("ID") is { } id ? int.Parse(id.Value) : -1, -1);
        Assert.True((await One.As("accountant:secret").Call("one.vm.updateconf", given, "CONTEXT=[A=c]", 1)).Ok);
        Assert.Equal(512, (await One.As("accountant:secret").Call("one.vm.updateconf", given, "RAW=[TYPE=kvm,DATA=\"<x/>\"]", 1)).Code);
        Assert.Equal(512, (await One.As("accountant:secret").Call("one.vmpool.calculateshowback", -1, -1, -1, -1)).Code);
        Assert.DoesNotContain((await One.As("accountant:secret").Call("one.vmpool.accounting", -2, -1, -1)).Document.Elements(), h => h.Element("OID")!.Value == $"{vm}");
        await One.Call("one.vm.action", "terminate-hard", given);
    }

    [Fact]
    public async Task Samples_are_kept_and_the_last_is_asked_for_with_0()
    {
        var vm = await Made();
        await appliance.Reach(vm, 3, 3);
        await Until.True(
            async () => (await One.Call("one.vm.monitoring", vm)).Document.Elements("MONITORING").Count() >= 2);
        async Task<int> Samples(string method, params object[] arguments) =>
            (await One.Call(method, arguments)).Document.Elements("MONITORING").Count(m => m.Element("ID")!.Value == (method.Contains("vm", StringComparison.Ordinal) ? $"{vm}" : $"{appliance.Hosts[0]}"));
        Assert.Equal(1, await Samples("one.vmpool.monitoring", -2, 0));
        Assert.True(await Samples("one.vmpool.monitoring", -2, -1) >= 2);
        Assert.Equal(1, await Samples("one.hostpool.monitoring", 0));
        await Until.True(async () => await Samples("one.hostpool.monitoring", 3600) >= 2);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }
}
