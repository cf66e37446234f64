namespace PoweredAppliance.Conformance;

/// <summary>What OpenNebula keeps for administrators inside templates, and the zone's own record.</summary>
public sealed class RestrictedTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private static async Task Refuses(int code, string text, Task<Reply> call)
    {
        var reply = await call;
        Assert.Equal((code, text), (reply.Ok ? 0 : reply.Code, reply.Value));
    }

    private async Task<int> Made(Task<Reply> call)
    {
        var reply = await call;
        Assert.True(reply.Ok, $"{reply}");
        return reply.Id;
    }

    [Fact]
    public async Task Restricted_attributes_are_for_administrators_to_give_and_for_others_to_keep()
    {
        var user = await Made(One.Call("one.user.allocate", "restricted", "secret", "", Array.Empty<int>()));
        var who = One.As($"restricted:{(await One.Call("one.user.login", "restricted", "", 3600, -1)).Value}");
        var mac = $"NIC=[NETWORK_ID={appliance.Network},MAC=\"02:00:0a:09:00:63\"]";
        await Refuses(512, $"[one.vm.allocate] User [{user}] : VM Template includes a restricted attribute MAC.", who.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 {mac}", true));
        await Refuses(512, $"[one.template.allocate] User [{user}] : VM Template includes a restricted attribute EMULATOR.", who.Call("one.template.allocate", "NAME=r EMULATOR=/bin/sh"));
        await Refuses(512, $"[one.image.allocate] User [{user}] : Template includes a restricted attribute SOURCE.", who.Call("one.image.allocate", "NAME=r TYPE=OS SOURCE=/etc/passwd SIZE=1", 1));

        var template = await Made(One.Call("one.template.allocate", $"NAME=restricted CPU=0.1 MEMORY=16 {mac}"));
        await Made(One.Call("one.template.chmod", template, 1, 1, 0, 0, 0, 0, 1, 0, 0, false));
        await Refuses(512, $"[one.template.instantiate] User [{user}] : User Template includes a restricted attribute NIC.",
            who.Call("one.template.instantiate", template, "r", true, $"NIC=[NETWORK_ID={appliance.Network},MAC=\"02:00:0a:09:00:64\"]", false));
        await Refuses(512, $"[one.template.instantiate] User [{user}] : User Template includes a restricted attribute RAW.",
            who.Call("one.template.instantiate", template, "r", true, "RAW=[DATA=\"<x/>\",TYPE=kvm]", false));
        var vm = await Made(who.Call("one.template.instantiate", template, "restricted", true, "CPU=0.2", false));
        await Refuses(8192, "[one.vm.update] Cannot update template. User Template includes a restricted attribute USER_PRIORITY", who.Call("one.vm.update", vm, "USER_PRIORITY=9", 1));
        await Made(One.Call("one.vm.update", vm, "USER_PRIORITY=9", 1));
        await Refuses(8192, "[one.vm.update] Cannot update template. Tried to change restricted attribute: USER_PRIORITY", who.Call("one.vm.update", vm, "USER_PRIORITY=8", 0));
        await Made(who.Call("one.vm.update", vm, "COLOR=red", 0));
        Assert.Equal("9", (await One.Call("one.vm.info", vm)).Document.Element("USER_TEMPLATE")!.Element("USER_PRIORITY")!.Value);
        await Made(One.Call("one.vm.recover", vm, 3));
        await Made(One.Call("one.template.delete", template, false));
        await Made(One.Call("one.user.delete", user));
    }

    [Fact]
    public async Task The_owner_of_a_network_changes_its_template_and_not_its_wire()
    {
        var user = await Made(One.Call("one.user.allocate", "wired", "secret", "", Array.Empty<int>()));
        var who = One.As($"wired:{(await One.Call("one.user.login", "wired", "", 3600, -1)).Value}");
        var network = await Made(One.Call("one.vn.allocate", "NAME=wired BRIDGE=br7 AR=[TYPE=IP4,IP=10.44.0.1,SIZE=4]", -1));
        await Made(One.Call("one.vn.chown", network, user, 1));
        await Refuses(8192, "[one.vn.update] Cannot update template. User Template includes a restricted attribute BRIDGE", who.Call("one.vn.update", network, "BRIDGE=br8", 1));
        var shown = (await who.Call("one.vn.info", network)).Document.Element("TEMPLATE")!;
        await Made(who.Call("one.vn.update", network, shown.ToString().Replace("</TEMPLATE>", "<COLOR>red</COLOR></TEMPLATE>", StringComparison.Ordinal), 0));
        await Made(who.Call("one.vn.update", network, "COLOR=blue", 0));
        var after = (await who.Call("one.vn.info", network)).Document;
        Assert.Equal(("br7", "br7", "blue"), (after.Element("BRIDGE")!.Value, after.Element("TEMPLATE")!.Element("BRIDGE")!.Value, after.Element("TEMPLATE")!.Element("COLOR")!.Value));
        await Refuses(512, $"[one.vn.update_ar] User [{user}] : AR includes a restricted attribute AR.", who.Call("one.vn.update_ar", network, "AR=[AR_ID=0,BRIDGE=br9]"));
        await Made(One.Call("one.vn.delete", network));
        await Made(One.Call("one.user.delete", user));
    }

    [Fact]
    public async Task The_zone_is_renamed_and_described_by_administrators()
    {
        var zone = (await One.Call("one.zone.info", 0)).Document;
        var (name, endpoint) = (zone.Element("NAME")!.Value, zone.Element("TEMPLATE")!.Element("ENDPOINT")!.Value);
        await Made(One.Call("one.zone.rename", 0, "north"));
        await Made(One.Call("one.zone.update", 0, "COLOR=red SERVER=[NAME=x]", 1));
        zone = (await One.Call("one.zone.info", 0)).Document;
        Assert.Equal(("north", endpoint, "red", null), (zone.Element("NAME")!.Value, zone.Element("TEMPLATE")!.Element("ENDPOINT")!.Value,
            zone.Element("TEMPLATE")!.Element("COLOR")!.Value, zone.Element("TEMPLATE")!.Element("SERVER")));
        await Made(One.Call("one.zone.update", 0, "COLOR=blue", 0));
        Assert.Equal("-", (await One.Call("one.zonepool.info")).Document.Element("ZONE")!.Element("TEMPLATE")!.Element("ENDPOINT")!.Value);
        await Made(One.Call("one.zone.update", 0, $"ENDPOINT=\"{endpoint}\"", 0));
        await Refuses(2048, "[one.zone.rename] Invalid NAME, it cannot be empty", One.Call("one.zone.rename", 0, ""));
        await Made(One.Call("one.zone.rename", 0, name));
        await Refuses(1024, "[one.zone.rename] Error getting zone [7].", One.Call("one.zone.rename", 7, "far"));
    }

    [Fact]
    public async Task The_configuration_is_sorted_by_name_as_OpenNebula_writes_it()
    {
        var names = (await One.Call("one.system.config")).Document.Elements().Select(e => e.Name.LocalName).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }
}
