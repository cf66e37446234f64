namespace PoweredAppliance.Conformance;

/// <summary>Users, groups, their administrators, VDCs and the ACL rules that come of them.</summary>
public sealed class AccessTests(Appliance appliance)
{
    private Caller One => appliance.One;
    private int Host => appliance.Hosts[0];

    private async Task<int> Made(string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.True(reply.Ok, $"{method}: {reply}");
        return reply.Id;
    }

    /// <summary>By a token, which costs no hash.</summary>
    private async Task<Caller> As(string name) => One.As($"{name}:{(await One.Call("one.user.login", name, "", 3600, -1)).Value}");

    private async Task<string[]> Rules(string of) =>
        [.. (await One.Call("one.acl.info")).Document.Elements("ACL").Select(a => a.Element("STRING")!.Value).Where(r => r.StartsWith(of + " ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private async Task<string[]> In(int vdc, string list) =>
        [.. (await One.Call("one.vdc.info", vdc)).Document.Element(list)!.Elements().Select(e => string.Join(':', e.HasElements ? e.Elements().Select(x => x.Value) : [e.Value]))];

    [Fact]
    public async Task A_group_may_use_what_its_VDCs_hold_in_step_with_every_change()
    {
        var group = await Made("one.group.allocate", "vdcs");
        Assert.Equal([$"@{group} DATASTORE/* USE #0", $"@{group} HOST/* MANAGE #0", $"@{group} NET/* USE #0"], await Rules($"@{group}"));
        Assert.Contains($"{group}", await In(0, "GROUPS"));
        var user = await Made("one.user.allocate", "vdcuser", "secret", "", new[] { group });
        var who = await As("vdcuser");
        Assert.True((await who.Call("one.vn.info", appliance.Network)).Ok);
        await Made("one.vdc.delgroup", 0, group);
        Assert.Empty(await Rules($"@{group}"));
        Assert.Equal(512, (await who.Call("one.vn.info", appliance.Network)).Code);
        Assert.Equal((8192, $"[one.vdc.delgroup] Group {group} is not assigned to the VDC 0"), await One.Call("one.vdc.delgroup", 0, group) is var none ? (none.Code, none.Value) : default);

        var (vdc, other) = (await Made("one.vdc.allocate", "NAME=small COLOR=blue"), await Made("one.vdc.allocate", "NAME=other"));
        Assert.True(vdc >= 100);
        await Made("one.vdc.addvnet", vdc, 0, appliance.Network);
        await Made("one.vdc.addgroup", vdc, group);
        Assert.Equal([$"@{group} NET/#{appliance.Network} USE #0"], await Rules($"@{group}"));
        Assert.True((await who.Call("one.vn.info", appliance.Network)).Ok);
        var again = await One.Call("one.vdc.addvnet", vdc, 0, appliance.Network);
        Assert.Equal((8192, $"[one.vdc.addvnet] NET {appliance.Network} from Zone 0 is already assigned to the VDC"), (again.Code, again.Value));
        await Made("one.vdc.addvnet", other, 0, appliance.Network);
        await Made("one.vdc.addgroup", other, group);
        await Made("one.vdc.delvnet", vdc, 0, appliance.Network);
        Assert.Equal([$"@{group} NET/#{appliance.Network} USE #0"], await Rules($"@{group}"));
        await Made("one.vdc.delete", other);
        Assert.Empty(await Rules($"@{group}"));

        await Made("one.vdc.addcluster", vdc, 0, 0);
        await Made("one.vdc.addhost", vdc, 0, Host);
        await Made("one.vdc.adddatastore", vdc, 0, 1);
        Assert.Equal(
            [$"@{group} DATASTORE/#1 USE #0", $"@{group} DATASTORE/%0 USE #0", $"@{group} HOST/#{Host} MANAGE #0", $"@{group} HOST/%0 MANAGE #0", $"@{group} NET/%0 USE #0"],
            await Rules($"@{group}"));
        await Made("one.vdc.addhost", vdc, 0, -10);
        Assert.Equal(["0:-10"], await In(vdc, "HOSTS"));
        Assert.DoesNotContain($"@{group} HOST/#{Host} MANAGE #0", await Rules($"@{group}"));
        Assert.Equal((1024, "[one.vdc.addhost] Error getting zone [7]."), await One.Call("one.vdc.addhost", vdc, 7, 0) is var zone ? (zone.Code, zone.Value) : default);
        Assert.Equal(1024, (await One.Call("one.vdc.addhost", vdc, 0, 4711)).Code);
        Assert.Equal(512, (await who.Call("one.vdc.addhost", vdc, 0, Host)).Code);
        Assert.Equal(2048, (await One.Call("one.vdc.delete", 0)).Code);

        await Made("one.user.delete", user);
        await Made("one.group.delete", group);
        Assert.Empty(await Rules($"@{group}"));
        Assert.Empty(await In(vdc, "GROUPS"));
        await Made("one.vdc.delete", vdc);
    }

    [Fact]
    public async Task An_administrator_of_a_group_manages_its_users_and_what_is_theirs()
    {
        var group = await Made("one.group.allocate", "admined");
        var (boss, worker) = (await Made("one.user.allocate", "boss", "secret", "", new[] { group }), await Made("one.user.allocate", "worker", "secret", "", new[] { group, 1 }));
        var (bosses, workers) = (await As("boss"), await As("worker"));
        var vm = await workers.Call("one.vm.allocate", "NAME=theirs CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES", false);
        Assert.True(vm.Ok, $"{vm}");
        Assert.Equal(512, (await bosses.Call("one.vm.rename", vm.Id, "mine")).Code);
        await Made("one.group.addadmin", group, boss);
        Assert.Equal(4, (await Rules($"#{boss}")).Length);
        Assert.Equal([$"{boss}"], (await One.Call("one.group.info", group)).Document.Element("ADMINS")!.Elements("ID").Select(e => e.Value));
        Assert.True((await bosses.Call("one.vm.rename", vm.Id, "mine")).Ok);
        var hired = await bosses.Call("one.user.allocate", "hired", "secret", "", new[] { group });
        Assert.True(hired.Ok, $"{hired}");
        Assert.True((await bosses.Call("one.user.quota", hired.Id, "VM=[VMS=1]")).Ok);
        Assert.True((await bosses.Call("one.user.passwd", hired.Id, "other")).Ok);
        Assert.Equal(512, (await bosses.Call("one.user.allocate", "foreign", "secret", "", new[] { 1 })).Code);
        Assert.Equal(512, (await workers.Call("one.group.addadmin", group, worker)).Code);
        var again = await One.Call("one.group.addadmin", group, boss);
        Assert.Equal((8192, $"[one.group.addadmin] Cannot edit group. User {boss} is already an administrator of Group {group}."), (again.Code, again.Value));
        Assert.Equal($"[one.group.addadmin] Cannot edit group. User 0 is not part of Group {group}.", (await One.Call("one.group.addadmin", group, 0)).Value);
        await Made("one.group.deladmin", group, boss);
        Assert.Empty(await Rules($"#{boss}"));
        Assert.Equal(512, (await bosses.Call("one.vm.rename", vm.Id, "again")).Code);
        await Made("one.group.addadmin", group, boss);
        await Made("one.user.delete", boss);
        Assert.Empty(await Rules($"#{boss}"));
        Assert.Empty((await One.Call("one.group.info", group)).Document.Element("ADMINS")!.Elements());
        Assert.True((await workers.Call("one.vm.action", "terminate", vm.Id)).Ok);
        await Made("one.user.delete", worker);
        await Made("one.user.delete", hired.Id);
        await Made("one.group.delete", group);
    }

    [Fact]
    public async Task Users_move_between_groups_by_OpenNebulas_rules()
    {
        var (first, second) = (await Made("one.group.allocate", "first"), await Made("one.group.allocate", "second"));
        var user = await Made("one.user.allocate", "mover", "secret", "core", new[] { first });
        async Task<(string Gid, string Groups)> Now() => (await One.Call("one.user.info", user)).Document is var u
            ? (u.Element("GID")!.Value, string.Join(',', u.Element("GROUPS")!.Elements().Select(e => e.Value)))
            : default;
        await Made("one.user.addgroup", user, second);
        Assert.Equal(($"{first}", $"{first},{second}"), await Now());
        Assert.Equal((2048, "[one.user.addgroup] User is already in this group"), await One.Call("one.user.addgroup", user, second) is var there ? (there.Code, there.Value) : default);
        Assert.Equal((2048, "[one.user.delgroup] Cannot remove user from the primary group"), await One.Call("one.user.delgroup", user, first) is var main ? (main.Code, main.Value) : default);
        await Made("one.user.chgrp", user, second);
        Assert.Equal(($"{second}", $"{first},{second}"), await Now());
        await Made("one.user.delgroup", user, first);
        Assert.Equal((2048, "[one.user.delgroup] User is not part of this group"), await One.Call("one.user.delgroup", user, first) is var gone ? (gone.Code, gone.Value) : default);
        await Made("one.user.chgrp", user, first);
        Assert.Equal(($"{first}", $"{first}"), await Now());
        Assert.Equal(8192, (await One.Call("one.user.chgrp", 0, first)).Code);
        Assert.Equal((2048, "[one.user.enable] Cannot enable/disable oneadmin user"), await One.Call("one.user.enable", 0, false) is var admin ? (admin.Code, admin.Value) : default);

        var who = One.As("mover:secret");
        var token = await who.Call("one.user.login", "mover", "", 3600, -1);
        Assert.True((await One.As($"mover:{token.Value}").Call("one.user.info", -1)).Ok);
        Assert.True((await who.Call("one.user.passwd", user, "other")).Ok);
        Assert.Equal(256, (await One.As($"mover:{token.Value}").Call("one.user.info", -1)).Code);
        await Made("one.user.chauth", user, "core", "third");
        Assert.True((await One.As("mover:third").Call("one.user.info", -1)).Ok);
        await Made("one.user.enable", user, false);
        Assert.Equal(256, (await One.As("mover:third").Call("one.user.info", -1)).Code);
        await Made("one.user.delete", user);
        await Made("one.group.delete", first);
        await Made("one.group.delete", second);
    }

    [Fact]
    public async Task Rules_are_added_once_shown_in_order_and_only_by_who_may()
    {
        var user = await Made("one.user.allocate", "ruled", "secret", "", Array.Empty<int>());
        var who = await As("ruled");
        Assert.Equal(512, (await who.Call("one.host.info", Host)).Code);
        var rule = new object[] { $"{0x100000000 + user:x}", $"{0x2100000000 + Host:x}", "1", "400000000" };
        var id = await Made("one.acl.addrule", rule);
        Assert.True((await who.Call("one.host.info", Host)).Ok);
        Assert.Equal((8192, $"[one.acl.addrule] Rule #{user} HOST/#{Host} USE * already exists"), await One.Call("one.acl.addrule", rule) is var again ? (again.Code, again.Value) : default);
        Assert.Equal(512, (await who.Call("one.acl.info")).Code);
        Assert.Equal(512, (await who.Call("one.acl.addrule", rule)).Code);
        Assert.Equal(8192, (await One.Call("one.acl.addrule", "1", "2100000000", "1", "400000000")).Code);
        Assert.Equal(8192, (await One.Call("one.acl.addrule", rule[0], "1800000000", "1", "400000000")).Code);
        var shown = (await One.Call("one.acl.info")).Document.Elements("ACL").Select(a => (a.Element("USER")!.Value, int.Parse(a.Element("ID")!.Value))).ToList();
        Assert.Equal(shown.OrderBy(r => Convert.ToUInt64(r.Item1, 16)).ThenBy(r => r.Item2), shown);
        await Made("one.acl.delrule", id);
        Assert.Equal((8192, $"[one.acl.delrule] Rule {id} does not exist"), await One.Call("one.acl.delrule", id) is var gone ? (gone.Code, gone.Value) : default);
        Assert.Equal(512, (await who.Call("one.host.info", Host)).Code);
        await Made("one.acl.addrule", rule);
        await Made("one.user.delete", user);
        Assert.Empty(await Rules($"#{user}"));
    }

    [Fact]
    public async Task Which_right_an_operation_takes_is_set_for_a_user_or_a_group_by_administrators()
    {
        var group = await Made("one.group.allocate", "levels");
        var user = await Made("one.user.allocate", "leveled", "secret", "", new[] { group, 1 });
        var who = await As("leveled");
        var vm = await who.Call("one.vm.allocate", "NAME=level CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES", false);
        await Made("one.group.update", group, "VM_ADMIN_OPERATIONS=\"release, terminate\"", 1);
        Assert.Equal((512, $"[one.vm.action] User [{user}] : Not authorized to perform ADMIN VM [{vm.Id}]."), await who.Call("one.vm.action", "release", vm.Id) is var no ? (no.Code, no.Value) : default);
        Assert.Equal(8192, (await who.Call("one.user.update", user, "VM_USE_OPERATIONS=terminate", 1)).Code);
        Assert.True((await who.Call("one.user.update", user, "COLOR=red", 1)).Ok);
        Assert.Equal("[one.user.update] Unknown vm operation: fly", (await One.Call("one.user.update", user, "VM_USE_OPERATIONS=fly", 1)).Value);
        await Made("one.user.update", user, "VM_USE_OPERATIONS=terminate", 1);
        Assert.True((await who.Call("one.vm.action", "terminate", vm.Id)).Ok);
        await Made("one.user.delete", user);
        await Made("one.group.delete", group);
    }
}
