using System.Xml.Linq;

namespace PoweredAppliance.Conformance;

/// <summary>one.vn.* as OpenNebula's tools see it.</summary>
public sealed class NetworkTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<int> Make(string template)
    {
        var reply = await One.Call("one.vn.allocate", template, -1);
        Assert.True(reply.Ok, $"{reply}");
        return reply.Id;
    }

    private async Task<XElement> Info(int id) => (await One.Call("one.vn.info", id)).Document;

    private async Task<int> Do(string method, int id, params object[] arguments)
    {
        var reply = await One.Call(method, [id, .. arguments]);
        Assert.True(reply.Ok, $"{method}: {reply}");
        return reply.Id;
    }

    private static IEnumerable<string> Leases(XElement network) => network.Descendants("LEASE")
        .Select(l => string.Join(' ', l.Elements().Where(e => e.Name.LocalName is not "MAC").Select(e => $"{e.Name}={e.Value}")));

    [Fact]
    public async Task VLANs_are_for_those_whose_group_has_rules_that_name_them()
    {
        var group = (await One.Call("one.group.allocate", "vlanners")).Id;
        var user = (await One.Call("one.user.allocate", "vlanner", "vlanner-pw", "", new[] { group })).Id;
        var who = One.As("vlanner:vlanner-pw");
        var network = await Make("NAME=tagged VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID=50 BRIDGE=br-tagged AR=[TYPE=IP4,IP=10.33.0.1,SIZE=4]");
        await Do("one.vn.chown", network, user, group);

        var refused = await who.Call("one.vn.update", network, "CVLANS=\"12,14\"", 1);
        Assert.Equal((512, $"[one.vn.update] User [{user}] : User is not authorized to use the requested CVLAN"), (refused.Code, refused.Value));
        Assert.Equal(512, (await who.Call("one.group.vlan", group, "RULE=[ID=1,SCOPE=ANY]")).Code);
        var wrong = await One.Call("one.group.vlan", group, "RULE=[ID=1,SCOPE=NOSUCH]");
        Assert.Equal((2048, "[one.group.vlan] Wrong SCOPE in rule."), (wrong.Code, wrong.Value));
        Assert.Equal(1024, (await One.Call("one.group.vlan", 99_999, "")).Code);

        Assert.Equal(group, await Do("one.group.vlan", group, "RULE=[ID=\"10-20\",SCOPE=cvlan]"));
        var rule = (await One.Call("one.group.info", group)).Document.Element("VLAN_RULES")!.Element("RULE")!;
        Assert.Equal(("10-20", "CVLAN", "-1"), (rule.Element("ID")!.Value, rule.Element("SCOPE")!.Value, rule.Element("VNTEMPLATE")!.Value));
        Assert.True((await who.Call("one.vn.update", network, "CVLANS=\"12,14\"", 1)).Ok);
        Assert.Equal(512, (await who.Call("one.vn.update_ar", network, "AR=[AR_ID=0,VLAN_ID=12]")).Code);
        await Do("one.group.vlan", group, "");
        Assert.Null((await One.Call("one.group.info", group)).Document.Element("VLAN_RULES")!.Element("RULE"));
        Assert.Equal(512, (await who.Call("one.vn.update", network, "CVLANS=13", 1)).Code);
        await Do("one.vn.delete", network);
    }

    [Fact]
    public async Task Ranges_are_added_changed_and_removed()
    {
        var id = await Make("NAME=ranges VN_MAD=dummy BRIDGE=b0 AR=[TYPE=IP4,IP=10.1.0.1,SIZE=10]");
        Assert.Equal(id, await Do("one.vn.add_ar", id, "AR=[TYPE=IP4_6,IP=10.1.1.1,SIZE=4,GLOBAL_PREFIX=\"2001:db8::\"]"));
        Assert.Equal(id, await Do("one.vn.update_ar", id, "AR=[AR_ID=1,SIZE=6,GATEWAY=10.1.1.254,GLOBAL_PREFIX=\"2001:db8::\"]"));
        var range = (await Info(id)).Descendants("AR").Last();
        Assert.Equal(
            ["AR_ID=1", "GATEWAY=10.1.1.254", "GLOBAL_PREFIX=2001:db8::", "IP=10.1.1.1", "MAC=02:00:0a:01:01:01", "NEXT_INDEX=0", "SHARED=NO", "SIZE=6", "TYPE=IP4_6",
                "MAC_END=02:00:0a:01:01:06", "IP_END=10.1.1.6", "IP6_GLOBAL=2001:db8::aff:fe01:101", "IP6_GLOBAL_END=2001:db8::aff:fe01:106", "USED_LEASES=0", "LEASES="],
            range.Elements().Select(e => $"{e.Name}={e.Value}"));
        await Do("one.vn.hold", id, "LEASES=[IP=10.1.1.3]");
        var refused = await One.Call("one.vn.rm_ar", id, 1, false);
        Assert.Equal((8192, "[one.vn.rm_ar] Address Range has leases in use"), (refused.Code, refused.Value));
        Assert.Equal(8192, (await One.Call("one.vn.update_ar", id, "AR=[AR_ID=1,SIZE=2]")).Code);
        Assert.Equal(id, await Do("one.vn.rm_ar", id, 1, true));
        Assert.Single((await Info(id)).Descendants("AR"));
        Assert.Equal((8192, "[one.vn.free_ar] Address Range does not exist"), await Refused("one.vn.free_ar", id, 7));
        Assert.Equal((8192, "[one.vn.add_ar] Wrong AR definition. AR vector attribute is missing."), await Refused("one.vn.add_ar", id, "SIZE=1"));
        Assert.Equal(id, await Do("one.vn.delete", id));
        Assert.Equal((1024, $"[one.vn.info] Error getting virtual network [{id}]."), await Refused("one.vn.info", id));
    }

    [Fact]
    public async Task An_address_on_hold_is_lent_to_nobody()
    {
        var id = await Make("NAME=held VN_MAD=dummy BRIDGE=b0 AR=[TYPE=IP4,IP=10.2.0.1,SIZE=2]");
        Assert.Equal(id, await Do("one.vn.hold", id, "LEASES=[IP=10.2.0.1]"));
        Assert.Equal(["IP=10.2.0.1 VM=-1"], Leases(await Info(id)));
        Assert.Equal((8192, "[one.vn.hold] Address is not part of the address range or in use."), await Refused("one.vn.hold", id, "LEASES=[IP=10.2.0.1]"));
        Assert.Equal((8192, "[one.vn.hold] Address is not part of the address range or in use."), await Refused("one.vn.hold", id, "LEASES=[MAC=\"02:00:00:00:00:01\"]"));
        Assert.Equal((8192, "[one.vn.hold] Missing MAC, IP or IP6."), await Refused("one.vn.hold", id, "LEASES=[AR_ID=0]"));
        Assert.Equal((8192, "[one.vn.hold] Empty lease description."), await Refused("one.vn.hold", id, "IP=10.2.0.1"));
        Assert.False((await One.Call("one.vm.allocate", $"NAME=h CPU=0.1 MEMORY=16 NIC=[NETWORK_ID={id},IP=10.2.0.1]", true)).Ok);
        var vm = await appliance.Make($"NAME=h CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES NIC=[NETWORK_ID={id}]");
        Assert.Equal(["IP=10.2.0.1 VM=-1", $"IP=10.2.0.2 VM={vm}"], Leases(await Info(id)));
        Assert.Equal((2048, $"[one.vn.delete] Can not remove a virtual network with leases in use: VM {vm} (h) has one"), await Refused("one.vn.delete", id));
        Assert.Equal(id, await Do("one.vn.release", id, "LEASES=[MAC=\"02:00:0a:02:00:01\"]"));
        Assert.Equal(id, await Do("one.vn.release", id, "LEASES=[IP=10.2.0.2]"));
        Assert.Equal([$"IP=10.2.0.2 VM={vm}"], Leases(await Info(id)));
        Assert.Equal([$"{vm}"], (await Info(id)).Element("UPDATED_VMS")!.Elements().Select(e => e.Value));
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
        Assert.Equal(id, await Do("one.vn.delete", id));
    }

    [Fact]
    public async Task A_reservation_is_a_network_of_its_own_with_addresses_of_its_parent()
    {
        var id = await Make("NAME=parent VN_MAD=802.1Q PHYDEV=eth0 VLAN_ID=50 BRIDGE=br50 GATEWAY=10.3.0.254 AR=[TYPE=IP4,IP=10.3.0.1,SIZE=10]");
        var child = await Do("one.vn.reserve", id, "NAME=mine SIZE=3");
        var document = await Info(child);
        Assert.Equal(($"{id}", "br50", "50", "3"), (document.Element("PARENT_NETWORK_ID")!.Value, document.Element("BRIDGE")!.Value, document.Element("VLAN_ID")!.Value, document.Descendants("SIZE").Single().Value));
        Assert.Equal("0", document.Descendants("PARENT_NETWORK_AR_ID").Single().Value);
        Assert.Equal([$"IP=10.3.0.1 VNET={child}", $"IP=10.3.0.2 VNET={child}", $"IP=10.3.0.3 VNET={child}"], Leases(await Info(id)));
        Assert.Equal(child, await Do("one.vn.reserve", id, $"NETWORK_ID={child} SIZE=2 AR_ID=0 IP=10.3.0.6"));
        Assert.Equal(2, (await Info(child)).Descendants("AR").Count());
        Assert.Equal("5", (await Info(id)).Element("USED_LEASES")!.Value);
        foreach (var (template, words) in new[]
        {
            ("NAME=x", "Reservation SIZE must be a greater than 0"), ("SIZE=1", "NAME for reservation has to be set"), ("NAME=x SIZE=1 IP=10.3.0.9", "AR_ID must be specified"),
            ($"SIZE=1 NETWORK_ID={id}", "same network"), ($"SIZE=1 NETWORK_ID={appliance.Network}", "non-reservation VNET"), ("NAME=x SIZE=6", "6 free address"),
            ("NAME=x SIZE=1 AR_ID=0 IP=10.3.0.7", "10.3.0.7"),
        })
        {
            var (code, text) = await Refused("one.vn.reserve", id, template);
            Assert.Equal(2048, code);
            Assert.Contains(words, text, StringComparison.Ordinal);
        }

        Assert.Equal(2048, (await Refused("one.vn.reserve", child, "NAME=grandchild SIZE=1")).Code);
        var vm = await appliance.Make($"NAME=r CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES NIC=[NETWORK_ID={child}] CONTEXT=[NETWORK=YES]");
        var nic = (await One.Call("one.vm.info", vm)).Document.Descendants("NIC").Single();
        Assert.Equal(("10.3.0.1", "10.3.0.254", "50", $"{id}"), (nic.Element("IP")!.Value, nic.Element("GATEWAY")!.Value, nic.Element("VLAN_ID")!.Value, nic.Element("PARENT_NETWORK_ID")!.Value));
        Assert.Equal(child, await Do("one.vn.free_ar", child, 1));
        Assert.Equal("3", (await Info(id)).Element("USED_LEASES")!.Value);
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
        Assert.Equal(child, await Do("one.vn.delete", child));
        Assert.Empty(Leases(await Info(id)));
        Assert.Equal(id, await Do("one.vn.delete", id));
    }

    [Fact]
    public async Task Networks_are_updated_renamed_and_given_away()
    {
        var id = await Make("NAME=toedit VN_MAD=dummy BRIDGE=b0 AR=[TYPE=ETHER,SIZE=2]");
        Assert.Equal(id, await Do("one.vn.update", id, "DNS=10.0.0.53", 1));
        Assert.Equal(id, await Do("one.vn.rename", id, "edited"));
        Assert.Equal(id, await Do("one.vn.chmod", id, -1, -1, -1, 1, -1, -1, 1, -1, -1));
        Assert.Equal(id, await Do("one.vn.chown", id, -1, 1));
        var document = await Info(id);
        Assert.Equal(("edited", "1", "10.0.0.53", "b0"), (document.Element("NAME")!.Value, document.Element("GID")!.Value, document.Element("TEMPLATE")!.Element("DNS")!.Value, document.Element("TEMPLATE")!.Element("BRIDGE")!.Value));
        Assert.Equal((8192, $"[one.vn.recover] Could not perform 'recover success' on VN {id}, wrong state READY."), await Refused("one.vn.recover", id, 1));
        Assert.Equal((2048, "[one.vn.recover] Wrong recovery operation code"), await Refused("one.vn.recover", id, 9));
        Assert.Equal(8192, (await Refused("one.vn.allocate", "NAME=edited VN_MAD=dummy", -1)).Code);
        Assert.Equal(id, await Do("one.vn.delete", id));
    }

    private async Task<(int Code, string Text)> Refused(string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.False(reply.Ok, $"{method}: {reply}");
        return (reply.Code, reply.Value);
    }
}
