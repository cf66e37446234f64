using System.Xml.Linq;

namespace PoweredAppliance.Conformance;

/// <summary>one.vm.migrate as OpenNebula's tools ask for it and see it.</summary>
public sealed class MigrationTests(Appliance appliance)
{
    private Caller One => appliance.One;

    [Theory]
    [InlineData(true, 0, "2")]
    [InlineData(false, 0, "1")]
    [InlineData(false, 1, "48")]
    [InlineData(false, 2, "49")]
    [InlineData(false, 7, "1")]
    public async Task A_running_VM_goes_to_the_other_host_and_its_history_says_how(bool live, int type, string action)
    {
        var vm = await appliance.Make($"NAME=mover CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={appliance.Image}] NIC=[NETWORK_ID={appliance.Network}]");
        await appliance.Reach(vm, 3, 3);
        var (from, to) = await Hosts(vm);
        var before = (await Info(vm)).Element("TEMPLATE")!.Element("NIC")!.Element("IP")!.Value;
        var reply = await One.Call("one.vm.migrate", vm, to, live, true, -1, type);
        Assert.True(reply.Ok, $"{reply}");
        Assert.Equal(vm, reply.Id);
        await appliance.Reach(vm, 3, 3);
        await Lab.Daemon.Until.True(async () => (await Hosts(vm)).At == to, () => $"VM {vm} is not on host {to}");
        var now = await Info(vm);
        var records = now.Element("HISTORY_RECORDS")!.Elements("HISTORY").ToList();
        Assert.Equal(["0", "1"], records.Select(r => r.Element("SEQ")!.Value));
        Assert.Equal([$"{from}", $"{to}"], records.Select(r => r.Element("HID")!.Value));
        Assert.Equal([action, "0"], records.Select(r => r.Element("ACTION")!.Value));
        Assert.NotEqual("0", records[0].Element("ETIME")!.Value);
        Assert.Equal(("0", "0"), (records[1].Element("ETIME")!.Value, records[1].Element("RETIME")!.Value));
        Assert.Equal(before, now.Element("TEMPLATE")!.Element("NIC")!.Element("IP")!.Value);
        await End(vm);
    }

    [Fact]
    public async Task One_that_is_off_goes_as_it_is()
    {
        var vm = await appliance.Make("NAME=off CPU=0.1 MEMORY=16 DISK=[SIZE=8,TYPE=fs]");
        await appliance.Reach(vm, 3, 3);
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        var (_, to) = await Hosts(vm);
        Assert.Equal(vm, (await One.Call("one.vm.migrate", vm, to, false)).Id);
        await Lab.Daemon.Until.True(async () => (await Hosts(vm)).At == to, () => $"VM {vm} is not on host {to}");
        await appliance.Reach(vm, 8);
        await End(vm);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_OpenNebulas_codes()
    {
        var vm = await appliance.Make("NAME=stay CPU=0.1 MEMORY=16");
        await appliance.Reach(vm, 3, 3);
        var (at, to) = await Hosts(vm);
        await Refused(2048, $"VM is already running on host [{at}] and datastore [0]", vm, at, true, true);
        await Refused(1024, "Error getting host [4711].", vm, 4711, true);
        await Refused(1024, "Error getting virtual machine [4711].", 4711, to, true);
        await Refused(1024, "Error getting datastore [4711].", vm, to, true, true, 4711);
        await Refused(2048, "Datastore 1 is no system datastore.", vm, to, true, true, 1);
        await One.Call("one.vm.action", "undeploy-hard", vm);
        await appliance.Reach(vm, 9);
        await Refused(2048, "Migrate action is not available for state UNDEPLOYED", vm, to, false);
        await End(vm);
    }

    private async Task Refused(int code, string text, params object[] arguments)
    {
        var reply = await One.Call("one.vm.migrate", arguments);
        Assert.Equal((false, code, $"[one.vm.migrate] {text}"), (reply.Ok, reply.Code, reply.Value));
    }

    private async Task<XElement> Info(int vm) => (await One.Call("one.vm.info", vm)).Document;

    /// <summary>The host that it is on, and the other one.</summary>
    private async Task<(int At, int Other)> Hosts(int vm)
    {
        var at = int.Parse((await Info(vm)).Element("HISTORY_RECORDS")!.Elements("HISTORY").Last().Element("HID")!.Value);
        return (at, appliance.Hosts.Single(h => h != at));
    }

    private async Task End(int vm)
    {
        await One.Call("one.vm.action", "terminate-hard", vm);
        await appliance.Reach(vm, 6);
    }
}
