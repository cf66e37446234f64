using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>Disks, NICs and snapshots of a VM as OpenNebula's tools change and see them.</summary>
public sealed class VmChangeTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<int> Running(string more = "")
    {
        var vm = await appliance.Make($"NAME=change CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={appliance.Image}] {more}");
        await appliance.Reach(vm, 3, 3);
        return vm;
    }

    private async Task<XElement> Info(int vm) => (await One.Call("one.vm.info", vm)).Document;

    /// <summary>Asks, expects the answer, and waits until the VM is back.</summary>
    private async Task Done(int vm, int answer, string method, params object[] arguments)
    {
        var (state, lcm) = await Info(vm) is var before ? (int.Parse(before.Element("STATE")!.Value), int.Parse(before.Element("LCM_STATE")!.Value)) : default;
        var reply = await One.Call(method, arguments);
        Assert.True(reply.Ok, $"{method}: {reply}");
        Assert.Equal(answer, reply.Id);
        await appliance.Reach(vm, state, lcm);
        Assert.Null((await Info(vm)).Element("USER_TEMPLATE")!.Element("ERROR"));
    }

    private async Task Refused(int code, string text, string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.False(reply.Ok, $"{method}: {reply}");
        Assert.Equal((code, $"[{method}] {text}"), (reply.Code, reply.Value));
    }

    [Fact]
    public async Task Disks_are_attached_and_detached_and_carry_OpenNebulas_attributes()
    {
        var vm = await Running();
        await Done(vm, vm, "one.vm.attach", vm, $"DISK=[IMAGE_ID={appliance.Image},DEV_PREFIX=sd]");
        await Done(vm, vm, "one.vm.attach", vm, "<TEMPLATE><DISK><SIZE>8</SIZE><TYPE>fs</TYPE></DISK></TEMPLATE>");
        var disks = (await Info(vm)).Element("TEMPLATE")!.Elements("DISK").ToDictionary(d => d.Element("DISK_ID")!.Value);
        Assert.Equal(("sda", "base", "vdb"), (disks["1"].Element("TARGET")!.Value, disks["1"].Element("IMAGE")!.Value, disks["2"].Element("TARGET")!.Value));
        Assert.Equal(("0", null), (disks["1"].Element("CLUSTER_ID")?.Value, disks["2"].Element("CLUSTER_ID")?.Value)); // of the datastore of its image
        Assert.All(disks.Values, d => Assert.Null(d.Element("ATTACH")));
        await Done(vm, vm, "one.vm.detach", vm, 1);
        await Refused(2048, "Disk 1 does not exist", "one.vm.detach", vm, 1);
        await Refused(2048, "Target vda is already in use.", "one.vm.attach", vm, "DISK=[SIZE=1,TARGET=vda]");
        Assert.Equal(1024, (await One.Call("one.vm.attach", vm, "DISK=[IMAGE_ID=4711]")).Code);
        Assert.Equal(8192, (await One.Call("one.vm.attach", vm, "DISK=[SIZE=none]")).Code);
        Assert.Equal(8192, (await One.Call("one.vm.attach", vm, "DISK=[")).Code);
        Assert.Equal(["21", "21", "22", "0"], (await Info(vm)).Element("HISTORY_RECORDS")!.Elements("HISTORY").Select(h => h.Element("ACTION")!.Value));
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        await Done(vm, vm, "one.vm.attach", vm, "DISK=[SIZE=8]");
        await One.Call("one.vm.action", "terminate-hard", vm);
        await appliance.Reach(vm, 6);
        await Refused(2048, $"Could not attach a new disk to VM {vm}, wrong state DONE.", "one.vm.attach", vm, "DISK=[SIZE=8]");
        Assert.Equal(1024, (await One.Call("one.vm.attach", 4711, "DISK=[SIZE=8]")).Code);
    }

    [Fact]
    public async Task NICs_are_attached_updated_and_detached_and_their_leases_follow()
    {
        var vm = await Running("CONTEXT=[NETWORK=YES]");
        await Done(vm, vm, "one.vm.attachnic", vm, $"NIC=[NETWORK_ID={appliance.Network}]");
        var template = (await Info(vm)).Element("TEMPLATE")!;
        var ip = template.Element("NIC")!.Element("IP")!.Value;
        Assert.Equal(ip, template.Element("CONTEXT")!.Element("ETH0_IP")!.Value);
        async Task<bool> Lent() => (await One.Call("one.vn.info", appliance.Network)).Document.Descendants("LEASE").Any(l => l.Element("IP")?.Value == ip);
        Assert.True(await Lent());
        await Done(vm, vm, "one.vm.updatenic", vm, 0, "NIC=[INBOUND_AVG_BW=512,MAC=\"00:00:00:00:00:01\"]", 1);
        var nic = (await Info(vm)).Element("TEMPLATE")!.Element("NIC")!;
        Assert.Equal(("512", ip), (nic.Element("INBOUND_AVG_BW")!.Value, nic.Element("IP")!.Value));
        Assert.NotEqual("00:00:00:00:00:01", nic.Element("MAC")!.Value);
        await Refused(2048, $"VM {vm}: NIC 7 does not exists", "one.vm.updatenic", vm, 7, "NIC=[A=b]", 1);
        await Refused(8192, $"VM {vm} doesn't have NIC id 7", "one.vm.attachsg", vm, 7, 0);
        await Done(vm, vm, "one.vm.detachsg", vm, 0, 0);
        await Refused(2048, $"VM {vm} NIC 0 doesn't contain SG 0", "one.vm.detachsg", vm, 0, 0);
        await Refused(2048, "Could not attach SG 4711 to VM, SG does not exist", "one.vm.attachsg", vm, 0, 4711);
        await Done(vm, vm, "one.vm.detachnic", vm, 0);
        Assert.False(await Lent());
        Assert.Null((await Info(vm)).Element("TEMPLATE")!.Element("CONTEXT")!.Element("ETH0_IP"));
        await Refused(2048, "Could not detach NIC with NIC_ID 0, it does not exist.", "one.vm.detachnic", vm, 0);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task Snapshots_of_a_machine_have_ids_and_go_with_their_actions()
    {
        var vm = await Running();
        await Done(vm, 0, "one.vm.snapshotcreate", vm, "before");
        await Done(vm, 1, "one.vm.snapshotcreate", vm, "");
        var snapshots = (await Info(vm)).Element("TEMPLATE")!.Elements("SNAPSHOT").ToList();
        Assert.Equal(["ACTIVE", "HYPERVISOR_ID", "NAME", "SNAPSHOT_ID", "SYSTEM_DISK_SIZE", "TIME"], snapshots[1].Elements().Select(e => e.Name.LocalName));
        Assert.Equal(["before", "snapshot-1"], snapshots.Select(s => s.Element("NAME")!.Value));
        await Done(vm, vm, "one.vm.snapshotrevert", vm, 0);
        await Done(vm, vm, "one.vm.snapshotdelete", vm, 1);
        await Refused(2048, $"Could not delete snapshot 1 for VM {vm}, it does not exist.", "one.vm.snapshotdelete", vm, 1);
        await Refused(2048, $"Could not revert VM {vm} to snapshot 9, it does not exist.", "one.vm.snapshotrevert", vm, 9);
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        await Refused(2048, $"Could not create a new snapshot for VM {vm}, wrong state POWEROFF.", "one.vm.snapshotcreate", vm, "off");
        await Done(vm, vm, "one.vm.snapshotdelete", vm, 0);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task Snapshots_of_a_disk_are_a_tree_in_the_document()
    {
        var vm = await Running("DISK=[SIZE=4]");
        await Done(vm, 0, "one.vm.disksnapshotcreate", vm, 0, "a");
        await Refused(2048, "Cannot make snapshots on volatile disks", "one.vm.disksnapshotcreate", vm, 1, "v");
        await One.Call("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        await Done(vm, 1, "one.vm.disksnapshotcreate", vm, 0, "b");
        await Done(vm, vm, "one.vm.disksnapshotrevert", vm, 0, 0);
        await Done(vm, vm, "one.vm.disksnapshotrename", vm, 0, 1, "c");
        var tree = (await Info(vm)).Element("SNAPSHOTS")!;
        Assert.Equal(
            ["ALLOW_ORPHANS=NO", "CURRENT_BASE=-1", "DISK_ID=0", "NEXT_SNAPSHOT=2"], tree.Elements().Where(e => !e.HasElements).Select(e => $"{e.Name}={e.Value}"));
        Assert.Equal(
            ["ACTIVE=YES CHILDREN=1 ID=0 NAME=a PARENT=-1 SIZE=16", "ID=1 NAME=c PARENT=0 SIZE=16"],
            tree.Elements("SNAPSHOT").Select(s => string.Join(' ', s.Elements().Where(e => e.Name != "DATE").Select(e => $"{e.Name}={e.Value}"))));
        await Refused(2048, "Cannot delete the active snapshot with children", "one.vm.disksnapshotdelete", vm, 0, 0);
        await Done(vm, vm, "one.vm.disksnapshotdelete", vm, 0, 1);
        await Refused(2048, "Disk id (0) or snapshot id (1) is not valid.", "one.vm.disksnapshotrevert", vm, 0, 1);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_disk_only_grows()
    {
        var vm = await Running();
        await Done(vm, vm, "one.vm.diskresize", vm, 0, "32");
        Assert.Equal("32", (await Info(vm)).Element("TEMPLATE")!.Element("DISK")!.Element("SIZE")!.Value);
        await Refused(2048, "New disk size has to be greater than current one", "one.vm.diskresize", vm, 0, "32");
        await Refused(2048, "Disk SIZE is not a valid integer", "one.vm.diskresize", vm, 0, "big");
        await Refused(2048, "VM disk does not exist", "one.vm.diskresize", vm, 9, "99");
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_disk_becomes_an_image_that_other_VMs_use()
    {
        var vm = await Running();
        var reply = await One.Call("one.vm.disksaveas", vm, 0, "saved", "", -1);
        Assert.True(reply.Ok, $"{reply}");
        await appliance.Reach(vm, 3, 3);
        await Until.True(async () => (await One.Call("one.image.info", reply.Id)).Document.Element("STATE")!.Value == "1");
        var image = (await One.Call("one.image.info", reply.Id)).Document;
        Assert.Equal(("2", "16", $"{vm}"), (image.Element("TYPE")!.Value, image.Element("SIZE")!.Value, image.Element("TEMPLATE")!.Element("SAVED_VM_ID")!.Value));
        var user = await appliance.Make($"NAME=user CPU=0.1 MEMORY=16 DISK=[IMAGE=saved]");
        await appliance.Reach(user, 3, 3);
        Assert.Equal(0x4000, (await One.Call("one.vm.disksaveas", vm, 0, "saved", "", -1)).Code); // the name is taken
        await Refused(2048, "Cannot use DISK. VM disk does not exist", "one.vm.disksaveas", vm, 9, "other", "", -1);
        await Refused(2048, "Cannot use DISK. Snapshot does not exist", "one.vm.disksaveas", vm, 0, "other", "", 3);
        var held = await appliance.Make("NAME=held CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES DISK=[SIZE=1]");
        await Refused(2048, "VM has to be RUNNING, POWEROFF or SUSPENDED to save disks.", "one.vm.disksaveas", held, 0, "other", "", -1);
        Assert.DoesNotContain((await One.Call("one.imagepool.info", -2, -1, -1)).Document.Elements("IMAGE"), i => i.Element("NAME")!.Value == "other");
        foreach (var gone in new[] { vm, user, held })
            await One.Call("one.vm.action", "terminate-hard", gone);
    }
}
