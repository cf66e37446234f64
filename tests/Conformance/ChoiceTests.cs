namespace PoweredAppliance.Conformance;

/// <summary>NICs with NETWORK_MODE = AUTO, and VMs that name their group.</summary>
public sealed class ChoiceTests(Appliance appliance)
{
    [Fact]
    public async Task A_NIC_that_leaves_the_choice_gets_a_network_and_an_address()
    {
        var label = $"L{Guid.NewGuid():N}";
        var network = await appliance.One.Call("one.vn.allocate", $"NAME={label} VN_MAD=bridge BRIDGE=br0 LABEL={label} AR=[TYPE=IP4,IP=10.8.0.1,SIZE=2]", -1);
        Assert.True(network.Ok, $"{network}");
        var vm = await appliance.Make($"NAME=auto CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES NIC=[NETWORK_MODE=AUTO,SCHED_REQUIREMENTS=\"LABEL = {label}\"]");
        var nic = (await appliance.One.Call("one.vm.info", vm)).Document.Element("TEMPLATE")!.Element("NIC")!;
        Assert.Equal((network.Value, "10.8.0.1"), (nic.Element("NETWORK_ID")!.Value, nic.Element("IP")!.Value));
        var none = await appliance.One.Call("one.vm.allocate", "NAME=none CPU=0.1 MEMORY=16 NIC=[NETWORK_MODE=AUTO,SCHED_REQUIREMENTS=\"LABEL = nosuch\"]", true);
        Assert.Contains("none meets SCHED_REQUIREMENTS LABEL = nosuch", none.Value, StringComparison.Ordinal);
        await appliance.One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_VM_is_placed_only_where_its_images_and_networks_are()
    {
        var one = appliance.One;
        var cluster = (await one.Call("one.cluster.allocate", $"C{Guid.NewGuid():N}")).Id;
        var network = await one.Call("one.vn.allocate", $"NAME=N{Guid.NewGuid():N} VN_MAD=bridge BRIDGE=br0 AR=[TYPE=IP4,IP=10.7.0.1,SIZE=9]", cluster);
        Assert.True(network.Ok, $"{network}");

        var torn = await one.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={appliance.Image}] NIC=[NETWORK_ID={network.Id}]", false);
        Assert.Equal(
            "[one.vm.allocate] Incompatible clusters in NIC. Network for NIC 0 is not in the same cluster as the one used by other VM elements (cluster 0)", torn.Value);
        var waits = await appliance.Make($"CPU=0.1 MEMORY=16 NIC=[NETWORK_ID={network.Id}]");
        Assert.Equal($"(CLUSTER_ID = {cluster}) & !(PIN_POLICY = PINNED)", await Requirements(waits));
        await Lab.Daemon.Until.True(
            async () => (await one.Call("one.vm.info", waits)).Document.Element("USER_TEMPLATE")!.Element("SCHED_MESSAGE") is not null);

        Assert.True((await one.Call("one.cluster.addvnet", 0, network.Id)).Ok);
        var runs = await appliance.Make($"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={appliance.Image}] NIC=[NETWORK_ID={network.Id}]");
        await appliance.Reach(runs, 3, 3);
        Assert.Equal("(CLUSTER_ID = 0) & !(PIN_POLICY = PINNED)", await Requirements(runs));
        foreach (var vm in new[] { waits, runs })
            Assert.True((await one.Call("one.vm.action", "terminate-hard", vm)).Ok);

        async Task<string> Requirements(int vm) => (await one.Call("one.vm.info", vm)).Document.Element("TEMPLATE")!.Element("AUTOMATIC_REQUIREMENTS")!.Value;
    }

    [Fact]
    public async Task A_VM_may_name_its_group_and_must_name_a_role_of_it()
    {
        var name = $"G{Guid.NewGuid():N}";
        var group = await appliance.One.Call("one.vmgroup.allocate", $"NAME={name} ROLE=[NAME=web]");
        Assert.True(group.Ok, $"{group}");
        var vm = await appliance.Make($"NAME=member CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES VMGROUP=[VMGROUP_NAME={name},ROLE=web]");
        var role = (await appliance.One.Call("one.vmgroup.info", group.Id)).Document.Descendants("ROLE").Single(r => r.Element("NAME")?.Value == "web");
        Assert.Equal($"{vm}", role.Element("VMS")!.Value);
        var wrong = await appliance.One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 VMGROUP=[VMGROUP_ID={group.Value},ROLE=db]", true);
        Assert.EndsWith($"VM group {group.Value} has no role 'db'; it has web.", wrong.Value);
        await appliance.One.Call("one.vm.action", "terminate-hard", vm);
    }
}
