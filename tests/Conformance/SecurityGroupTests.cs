using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>one.secgroup.* and one.vrouter.* as OpenNebula's tools see them.</summary>
public sealed class SecurityGroupTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<int> Do(string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.True(reply.Ok, $"{method}: {reply}");
        return reply.Id;
    }

    private async Task<(int Code, string Text)> Refused(string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.False(reply.Ok, $"{method}: {reply}");
        return (reply.Code, reply.Value);
    }

    [Fact]
    public async Task A_group_is_made_cloned_changed_and_kept_while_VMs_use_it()
    {
        var group = await Do("one.secgroup.allocate", "NAME=web RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=80]");
        Assert.True(group >= 100);
        Assert.Equal((8192, "[one.secgroup.allocate] Wrong PROTOCOL in rule. Valid options: TCP, UDP, ICMP, ICMPV6, IPSEC, ALL."),
            await Refused("one.secgroup.allocate", "NAME=bad RULE=[PROTOCOL=X,RULE_TYPE=INBOUND]"));
        var clone = await Do("one.secgroup.clone", group, "web2");
        Assert.Equal(clone, await Do("one.secgroup.rename", clone, "web3"));
        Assert.Equal(clone, await Do("one.secgroup.chmod", clone, -1, -1, -1, 1, -1, -1, -1, -1, -1));
        Assert.Equal(clone, await Do("one.secgroup.chown", clone, -1, 1));
        Assert.Equal(8192, (await Refused("one.secgroup.update", clone, "RULE=[PROTOCOL=TCP]", 1)).Code);
        Assert.Equal(clone, await Do("one.secgroup.delete", clone));
        Assert.Equal((2048, "[one.secgroup.delete] The default security group (ID 0) cannot be deleted."), await Refused("one.secgroup.delete", 0));

        var vm = await appliance.Make($"NAME=sg CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES NIC=[NETWORK_ID={appliance.Network},SECURITY_GROUPS=\"{group}\"]");
        var rules = (await One.Call("one.vm.info", vm)).Document.Descendants("SECURITY_GROUP_RULE").ToList();
        Assert.Equal(["0", "0", $"{group}"], rules.Select(r => r.Element("SECURITY_GROUP_ID")!.Value));
        Assert.Equal(("80", "web"), (rules[2].Element("RANGE")!.Value, rules[2].Element("SECURITY_GROUP_NAME")!.Value));
        Assert.Equal((2048, "[one.secgroup.delete] The security group has VMs using it"), await Refused("one.secgroup.delete", group));
        Assert.Equal($"{vm}", (await One.Call("one.secgroup.info", group)).Document.Element("UPDATED_VMS")!.Value);
        Assert.Equal(group, await Do("one.secgroup.update", group, "RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=443]", 1));
        await Until.True(async () => (await Ranges(vm)).SequenceEqual(["443"]), () => "the VM has the old rule");
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
        Assert.Equal(group, await Do("one.secgroup.delete", group));
    }

    private async Task<IEnumerable<string>> Ranges(int vm) =>
        (await One.Call("one.vm.info", vm)).Document.Descendants("SECURITY_GROUP_RULE").Select(r => r.Element("RANGE")?.Value).OfType<string>().Order();

    private async Task<string> Lists(int group) => (await One.Call("one.secgroup.info", group)).Document is var document
        ? string.Join('/', new[] { "UPDATED_VMS", "OUTDATED_VMS", "UPDATING_VMS", "ERROR_VMS" }.Select(l => document.Element(l)!.Value))
        : "";

    [Fact]
    public async Task New_rules_reach_running_VMs_and_a_commit_tells_their_hosts_again()
    {
        var group = await Do("one.secgroup.allocate", "NAME=live RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=80]");
        var vm = await appliance.Make($"NAME=live CPU=0.1 MEMORY=16 NIC=[NETWORK_ID={appliance.Network},SECURITY_GROUPS=\"{group}\"]");
        await appliance.Reach(vm, 3, 3);
        Assert.Equal($"{vm}///", await Lists(group));
        Assert.Equal(group, await Do("one.secgroup.update", group, "RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=22]", 1));
        await Until.True(async () => await Lists(group) == $"{vm}///" && (await Ranges(vm)).Contains("22"), () => "the VM is not up to date");
        Assert.Equal(group, await Do("one.secgroup.commit", group, false));
        await Until.True(async () => await Lists(group) == $"{vm}///", () => "the VM was not told again");
        Assert.Equal(group, await Do("one.secgroup.commit", group, true));
        Assert.Equal($"{vm}///", await Lists(group));
        Assert.Equal(1024, (await Refused("one.secgroup.commit", 4711, false)).Code);
        await appliance.Reach(vm, 3, 3);
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task A_guest_that_is_off_gets_NICs_and_groups_at_once()
    {
        var group = await Do("one.secgroup.allocate", "NAME=off RULE=[PROTOCOL=TCP,RULE_TYPE=INBOUND,RANGE=8080]");
        var vm = await appliance.Make("NAME=off CPU=0.1 MEMORY=16");
        await appliance.Reach(vm, 3, 3);
        await Do("one.vm.action", "poweroff-hard", vm);
        await appliance.Reach(vm, 8);
        foreach (var (method, arguments) in new (string, object[])[]
        {
            ("attachnic", [$"NIC=[NETWORK_ID={appliance.Network}]"]), ("updatenic", [0, "NIC=[INBOUND_AVG_BW=256]", 1]), ("attachsg", [0, group]),
        })
            Assert.Equal(vm, await Do($"one.vm.{method}", [vm, .. arguments]));
        var nic = (await One.Call("one.vm.info", vm)).Document.Descendants("NIC").Single();
        Assert.Equal(("256", $"0,{group}"), (nic.Element("INBOUND_AVG_BW")!.Value, nic.Element("SECURITY_GROUPS")!.Value));
        Assert.Equal(["8080"], await Ranges(vm));
        Assert.Equal($"{vm}///", await Lists(group));
        Assert.Equal(vm, await Do("one.vm.detachsg", vm, 0, group));
        Assert.Empty(await Ranges(vm));
        Assert.Equal(vm, await Do("one.vm.detachnic", vm, 0));
        Assert.Empty((await One.Call("one.vm.info", vm)).Document.Descendants("SECURITY_GROUP_RULE"));
        Assert.Equal(group, await Do("one.secgroup.delete", group));
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task Only_who_may_use_a_group_puts_VMs_into_it()
    {
        var group = await Do("one.secgroup.allocate", "NAME=theirs RULE=[PROTOCOL=ALL,RULE_TYPE=INBOUND]");
        var network = await Do("one.vn.allocate", "NAME=everybodys VN_MAD=dummy BRIDGE=b0 AR=[TYPE=IP4,IP=10.4.1.1,SIZE=4]", -1);
        Assert.Equal(network, await Do("one.vn.chmod", network, -1, -1, -1, -1, -1, -1, 1, -1, -1));
        var user = await Do("one.user.allocate", "sg-user", "secret", "", Array.Empty<int>());
        var theirs = new Caller(appliance.Daemon.XmlRpcPort, "sg-user:secret");
        var nic = $"NIC=[NETWORK_ID={network},SECURITY_GROUPS=\"{group}\"]";
        Assert.Equal(512, (await theirs.Call("one.vm.allocate", $"NAME=x CPU=0.1 MEMORY=16 {nic}", true)).Code);
        var vm = (await theirs.Call("one.vm.allocate", $"NAME=x CPU=0.1 MEMORY=16 NIC=[NETWORK_ID={network}]", true)).Id;
        Assert.Equal(512, (await theirs.Call("one.vm.attachsg", vm, 0, group)).Code);
        Assert.Equal(group, await Do("one.secgroup.chmod", group, -1, -1, -1, -1, -1, -1, 1, -1, -1));
        Assert.True((await theirs.Call("one.vm.attachsg", vm, 0, group)).Ok);
        Assert.True((await theirs.Call("one.vm.allocate", $"NAME=y CPU=0.1 MEMORY=16 {nic}", true)).Ok);
        Assert.Equal(512, (await theirs.Call("one.secgroup.commit", group, false)).Code);
        Assert.Equal(user, await Do("one.user.chgrp", user, 0));
    }

    [Fact]
    public async Task A_router_holds_its_floating_address_and_its_VMs_have_their_own()
    {
        var network = await Do("one.vn.allocate", "NAME=routed VN_MAD=dummy BRIDGE=b0 AR=[TYPE=IP4,IP=10.4.0.1,SIZE=4]", -1);
        var router = await Do("one.vrouter.allocate", $"NAME=gate NIC=[NETWORK_ID={network},FLOATING_IP=YES,IP=10.4.0.4]");
        var document = (await One.Call("one.vrouter.info", router)).Document;
        Assert.Equal(["ID", "UID", "GID", "UNAME", "GNAME", "NAME", "PERMISSIONS", "VMS", "TEMPLATE"], document.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(("10.4.0.4", "0"), (document.Descendants("VROUTER_IP").Single().Value, document.Descendants("NIC_ID").Single().Value));
        var lease = (await One.Call("one.vn.info", network)).Document.Descendants("LEASE").Single();
        Assert.Equal(("10.4.0.4", $"{router}"), (lease.Element("IP")!.Value, lease.Element("VROUTER")!.Value));
        Assert.Equal(8192, (await Refused("one.vrouter.allocate", $"NAME=gate2 NIC=[NETWORK_ID={network},FLOATING_IP=YES,IP=10.4.0.4]")).Code);
        Assert.Equal(2048, (await Refused("one.vn.delete", network)).Code);

        Assert.Equal(2048, (await Refused("one.vrouter.instantiate", router, 2, -1, "", false, "")).Code);
        var plain = await Do("one.template.allocate", "NAME=plain CPU=0.1 MEMORY=16");
        Assert.Equal((2048, "[one.vrouter.instantiate] Only virtual router templates are allowed"), await Refused("one.vrouter.instantiate", router, 2, plain, "", false, ""));
        var template = await Do("one.template.allocate", "NAME=vr CPU=0.1 MEMORY=16 VROUTER=YES CONTEXT=[NETWORK=YES]");
        Assert.False((await One.Call("one.vrouter.instantiate", router, 9, template, "", true, "")).Ok); // three addresses are left
        Assert.Equal(router, await Do("one.vrouter.instantiate", router, 2, template, "gw-%i", true, ""));
        document = (await One.Call("one.vrouter.info", router)).Document;
        var vms = document.Element("VMS")!.Elements("ID").Select(e => int.Parse(e.Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal((2, $"{template}"), (vms.Count, document.Element("TEMPLATE")!.Element("TEMPLATE_ID")!.Value));
        var vm = (await One.Call("one.vm.info", vms[0])).Document;
        Assert.Equal(("gw-0", "10.4.0.4", $"{router}"), (vm.Element("NAME")!.Value, vm.Descendants("ETH0_VROUTER_IP").Single().Value, vm.Descendants("VROUTER_ID").Single().Value));
        Assert.NotEqual("10.4.0.4", vm.Descendants("NIC").Single().Element("IP")!.Value);
        Assert.Equal(2048, (await Refused("one.vrouter.attachnic", router, $"NIC=[NETWORK_ID={network}]")).Code);
        Assert.Equal(router, await Do("one.vrouter.delete", router));
        foreach (var left in vms)
            await appliance.Reach(left, 6);
        Assert.Empty((await One.Call("one.vn.info", network)).Document.Descendants("LEASE"));
        Assert.Equal(network, await Do("one.vn.delete", network));
    }

    [Fact]
    public async Task NICs_and_permissions_of_a_router_reach_its_VMs()
    {
        var network = await Do("one.vn.allocate", "NAME=second VN_MAD=dummy BRIDGE=b1 AR=[TYPE=IP4,IP=10.5.0.1,SIZE=8]", -1);
        var router = await Do("one.vrouter.allocate", $"NAME=busy NIC=[NETWORK_ID={appliance.Network}]");
        var template = await Do("one.template.allocate", "NAME=busy CPU=0.1 MEMORY=16 VROUTER=YES CONTEXT=[NETWORK=YES]");
        Assert.Equal(router, await Do("one.vrouter.instantiate", router, 2, template, "", false, ""));
        var vms = (await One.Call("one.vrouter.info", router)).Document.Element("VMS")!.Elements("ID").Select(e => int.Parse(e.Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        foreach (var vm in vms)
            await appliance.Reach(vm, 3, 3);
        Assert.Equal(router, await Do("one.vrouter.attachnic", router, $"NIC=[NETWORK_ID={network},FLOATING_IP=YES,IP=10.5.0.8]"));
        var own = new HashSet<string>();
        foreach (var vm in vms)
        {
            await appliance.Reach(vm, 3, 3);
            var nic = (await One.Call("one.vm.info", vm)).Document.Descendants("NIC").Single(n => n.Element("NIC_ID")!.Value == "1");
            Assert.Equal(("10.5.0.8", $"{network}"), (nic.Element("VROUTER_IP")!.Value, nic.Element("NETWORK_ID")!.Value));
            Assert.True(own.Add(nic.Element("IP")!.Value));
            Assert.Equal("10.5.0.8", (await One.Call("one.vm.info", vm)).Document.Descendants("ETH1_VROUTER_IP").Single().Value);
        }

        Assert.DoesNotContain("10.5.0.8", own);
        Assert.Equal(router, await Do("one.vrouter.attachnic", router, $"NIC=[NETWORK_ID={network},FLOATING_IP=YES,FLOATING_ONLY=YES]"));
        foreach (var vm in vms)
            await appliance.Reach(vm, 3, 3);
        Assert.Equal(4, (await One.Call("one.vn.info", network)).Document.Descendants("LEASE").Count()); // two VMs' and two of the router
        foreach (var nic in new[] { 2, 1 })
        {
            Assert.Equal(router, await Do("one.vrouter.detachnic", router, nic));
            foreach (var vm in vms)
                await appliance.Reach(vm, 3, 3);
        }

        Assert.Empty((await One.Call("one.vn.info", network)).Document.Descendants("LEASE"));
        Assert.Equal(router, await Do("one.vrouter.chmod", router, -1, -1, -1, 1, -1, -1, 1, -1, -1));
        foreach (var vm in vms)
            Assert.Equal("1", (await One.Call("one.vm.info", vm)).Document.Element("PERMISSIONS")!.Element("OTHER_U")!.Value);
        Assert.Equal(router, await Do("one.vrouter.delete", router));
        Assert.Equal(network, await Do("one.vn.delete", network));
    }

    [Fact]
    public async Task Who_only_uses_a_network_sees_the_leases_of_what_he_may_use()
    {
        var network = await Do("one.vn.allocate", "NAME=watched VN_MAD=dummy BRIDGE=b2 AR=[TYPE=IP4,IP=10.6.0.1,SIZE=8]", -1);
        Assert.Equal(network, await Do("one.vn.chmod", network, -1, -1, -1, -1, -1, -1, 1, -1, -1));
        Assert.Equal(network, await Do("one.vn.hold", network, "LEASES=[IP=10.6.0.7]"));
        await appliance.Make($"NAME=hidden CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES NIC=[NETWORK_ID={network}]");
        await Do("one.user.allocate", "lease-user", "secret", "", Array.Empty<int>());
        var theirs = new Caller(appliance.Daemon.XmlRpcPort, "lease-user:secret");
        var own = (await theirs.Call("one.vm.allocate", $"NAME=seen CPU=0.1 MEMORY=16 NIC=[NETWORK_ID={network}]", true)).Id;
        Assert.Equal([$"{own}"], (await theirs.Call("one.vn.info", network)).Document.Descendants("LEASE").Select(l => l.Element("VM")!.Value));
        Assert.Equal("3", (await theirs.Call("one.vn.info", network)).Document.Element("USED_LEASES")!.Value);
        Assert.Equal(3, (await One.Call("one.vn.info", network)).Document.Descendants("LEASE").Count());
    }

    [Fact]
    public async Task NICs_of_a_router_without_VMs_come_and_go()
    {
        var router = await Do("one.vrouter.allocate", "NAME=bare");
        Assert.Equal(router, await Do("one.vrouter.attachnic", router, $"NIC=[NETWORK_ID={appliance.Network},FLOATING_IP=YES]"));
        Assert.Equal(router, await Do("one.vrouter.attachnic", router, $"NIC=[NETWORK_ID={appliance.Network}]"));
        Assert.Equal(router, await Do("one.vrouter.detachnic", router, 0));
        Assert.Equal(router, await Do("one.vrouter.update", router, "DESCRIPTION=x", 0));
        var document = (await One.Call("one.vrouter.info", router)).Document;
        Assert.Equal(("1", "x"), (document.Descendants("NIC").Single().Element("NIC_ID")!.Value, document.Descendants("DESCRIPTION").Single().Value));
        Assert.Equal((2048, "[one.vrouter.detachnic] NIC with NIC_ID 0 does not exist."), await Refused("one.vrouter.detachnic", router, 0));
        Assert.Equal((2048, "[one.vrouter.attachnic] The template must contain one NIC attribute"), await Refused("one.vrouter.attachnic", router, "X=1"));
        Assert.Equal(router, await Do("one.vrouter.delete", router));
    }
}
