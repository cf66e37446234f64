using System.Xml.Linq;

namespace PoweredAppliance.Conformance;

/// <summary>A VM's life as OpenNebula's tools see it.</summary>
public sealed class VmTests(Appliance appliance)
{
    /// <summary>The filter of lists for what is the caller's own.</summary>
    private const int Mine = -3;

    private Caller One => appliance.One;

    private static readonly string[] Elements =
    [
        "ID", "UID", "GID", "UNAME", "GNAME", "NAME", "PERMISSIONS", "LAST_POLL", "STATE", "LCM_STATE", "PREV_STATE", "PREV_LCM_STATE", "RESCHED", "STIME",
        "ETIME", "DEPLOY_ID", "MONITORING", "SCHED_ACTIONS", "TEMPLATE", "USER_TEMPLATE", "HISTORY_RECORDS", "BACKUPS",
    ];

    private static readonly string[] HistoryElements =
    [
        "OID", "SEQ", "HOSTNAME", "HID", "CID", "STIME", "ETIME", "VM_MAD", "TM_MAD", "DS_ID", "PLAN_ID", "ACTION_ID", "PSTIME", "PETIME", "RSTIME", "RETIME",
        "ESTIME", "EETIME", "ACTION", "UID", "GID", "REQUEST_ID",
    ];

    [Fact]
    public async Task Who_deletes_a_VM_that_has_ended_is_not_told_no()
    {
        var id = await appliance.Make("NAME=ended CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        Assert.True((await appliance.One.Call("one.vm.action", "terminate", id)).Ok);
        await appliance.Reach(id, state: 6);
        Assert.Equal(2048, (await appliance.One.Call("one.vm.action", "terminate-hard", id)).Code);
        Assert.True((await appliance.One.Call("one.vm.recover", id, 3)).Ok);
        Assert.Equal(2048, (await appliance.One.Call("one.vm.recover", id, 4)).Code);
    }

    [Fact]
    public async Task A_life_passes_through_OpenNebulas_states()
    {
        var vm = await appliance.Make($"NAME=life CPU=0.5 MEMORY=64 DISK=[IMAGE_ID={appliance.Image}] DISK=[TYPE=fs,SIZE=8] GRAPHICS=[TYPE=VNC] COLOR=blue");
        await appliance.Reach(vm, 3, 3);
        foreach (var (action, state, lcm) in new[]
        {
            ("poweroff", 8, 0), ("resume", 3, 3), ("suspend", 5, 0), ("resume", 3, 3), ("stop", 4, 0), ("resume", 3, 3), ("undeploy-hard", 9, 0), ("resume", 3, 3),
            ("reboot", 3, 3), ("terminate", 6, 0),
        })
        {
            var reply = await One.Call("one.vm.action", action, vm);
            Assert.True(reply.Ok, $"{action}: {reply}");
            Assert.Equal(vm, reply.Id);
            await appliance.Reach(vm, state, lcm);
        }

        var history = (await One.Call("one.vm.info", vm)).Document.Element("HISTORY_RECORDS")!.Elements("HISTORY").ToList();
        Assert.Equal(["0", "1", "2"], history.Select(h => h.Element("SEQ")!.Value));
        Assert.All(history, h => Assert.NotEqual("0", h.Element("ETIME")!.Value));
    }

    [Fact]
    public async Task The_document_of_a_VM_has_OpenNebulas_elements_in_their_order()
    {
        var vm = await appliance.Make($"NAME=shape CPU=1 MEMORY=64 VCPU=2 NIC=[NETWORK_ID={appliance.Network}] CONTEXT=[NETWORK=YES,SET_HOSTNAME=\"$NAME\"] COLOR=\"deep <blue> & ]] more\"");
        await appliance.Reach(vm, 3, 3);
        var document = (await One.Call("one.vm.info", vm)).Document;
        Assert.Equal(Elements, document.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(HistoryElements, document.Element("HISTORY_RECORDS")!.Element("HISTORY")!.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("deep <blue> & ]] more", document.Element("USER_TEMPLATE")!.Element("COLOR")!.Value);
        var template = document.Element("TEMPLATE")!;
        var names = template.Elements().Select(e => e.Name.LocalName).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        var nic = template.Element("NIC")!;
        Assert.StartsWith("10.9.0.", nic.Element("IP")!.Value, StringComparison.Ordinal);
        Assert.Equal(nic.Element("IP")!.Value, template.Element("CONTEXT")!.Element("ETH0_IP")!.Value);
        Assert.Equal("shape", template.Element("CONTEXT")!.Element("SET_HOSTNAME")!.Value);
        Assert.All(document.Element("PERMISSIONS")!.Elements(), e => Assert.Contains(e.Value, new[] { "0", "1" }));
        await One.Call("one.vm.action", "terminate-hard", vm);
    }

    [Fact]
    public async Task The_short_pool_says_less_and_the_extended_all()
    {
        var vm = await appliance.Make("NAME=inpool CPU=1 MEMORY=64 SECRET=x LABELS=l1");
        await appliance.Reach(vm, 3, 3);
        XElement In(XElement pool) => pool.Elements("VM").Single(v => v.Element("ID")!.Value == $"{vm}");
        var brief = In((await One.Call("one.vmpool.info", -2, -1, -1, -1)).Document);
        Assert.Null(brief.Element("PERMISSIONS"));
        Assert.Equal(["LABELS"], brief.Element("USER_TEMPLATE")!.Elements().Select(e => e.Name.LocalName));
        var whole = In((await One.Call("one.vmpool.infoextended", -2, -1, -1, -1)).Document);
        Assert.Equal(Elements, whole.Elements().Select(e => e.Name.LocalName));
        Assert.NotNull(whole.Element("USER_TEMPLATE")!.Element("SECRET"));
        await One.Call("one.vm.action", "terminate-hard", vm);
        await appliance.Reach(vm, 6);
        Assert.DoesNotContain((await One.Call("one.vmpool.info", -2, -1, -1, -1)).Document.Elements("VM"), v => v.Element("ID")!.Value == $"{vm}");
        Assert.Contains((await One.Call("one.vmpool.info", -2, -1, -1, 6)).Document.Elements("VM"), v => v.Element("ID")!.Value == $"{vm}");
    }

    [Fact]
    public async Task Ranges_and_pages_follow_the_documented_rules()
    {
        var user = await One.Call("one.user.allocate", "pager", "secret", "", Array.Empty<int>());
        Assert.True(user.Ok, $"{user}");
        var who = One.As($"pager:{(await One.Call("one.user.login", "pager", "", 3600, -1)).Value}");
        var made = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            var vm = await who.Call("one.vm.allocate", $"NAME=page{i} CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES", false);
            Assert.True(vm.Ok, $"{vm}");
            made.Insert(0, vm.Id);
        }

        async Task<List<int>> Ids(int start, int end) =>
            [.. (await who.Call("one.vmpool.info", Mine, start, end, -2)).Document.Elements("VM").Select(v => int.Parse(v.Element("ID")!.Value, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(made, await Ids(-1, -1));
        Assert.Equal(made[1..4], await Ids(made[3], made[1]));
        Assert.Equal(made[..2], await Ids(0, -2));
        Assert.Equal(made[2..4], await Ids(2, -2));
        Assert.Equal(made[4..], await Ids(4, -2));
        Assert.Equal(4096, (await One.Call("one.vmpool.info", -5, -1, -1, -1)).Code);
        Assert.Equal("[one.vmpool.info] Incorrect state filter 99", (await One.Call("one.vmpool.info", -2, -1, -1, 99)).Value);
        foreach (var vm in made)
            Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
        Assert.True((await One.Call("one.user.delete", user.Id)).Ok);
    }

    [Theory]
    [InlineData("CPU=1", "MEMORY")]
    [InlineData("MEMORY=64", "CPU")]
    [InlineData("CPU=-1 MEMORY=64", "CPU")]
    [InlineData("CPU=1 MEMORY=64 DISK=[IMAGE_ID=4711]", "image [4711]")]
    [InlineData("CPU=1 MEMORY=64 NIC=[NETWORK=nosuch]", "virtual network with name nosuch")]
    [InlineData("CPU=1 MEMORY=64 NIC=[NETWORK=lan,IP=10.8.0.1]", "10.8.0.1")]
    [InlineData("CPU=1 MEMORY=[", "Parse error")]
    public async Task A_template_that_cannot_be_is_refused_with_what_is_wrong(string template, string words)
    {
        var name = $"refused-{Guid.NewGuid():N}";
        var reply = await One.Call("one.vm.allocate", $"NAME={name} {template}", false);
        Assert.False(reply.Ok);
        Assert.Contains(words, reply.Value, StringComparison.Ordinal);
        Assert.DoesNotContain((await One.Call("one.vmpool.info", -2, -1, -1, -2)).Document.Descendants("NAME"), n => n.Value == name);
    }

    [Fact]
    public async Task A_wrong_state_is_an_action_error_with_its_name()
    {
        var vm = await appliance.Make("NAME=held CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        var reply = await One.Call("one.vm.action", "suspend", vm);
        Assert.Equal((2048, "[one.vm.action] Error performing action \"suspend\": This action is not available for state HOLD"), (reply.Code, reply.Value));
        Assert.Equal("[one.vm.action] Action \"nosuch\" is not supported", (await One.Call("one.vm.action", "nosuch", vm)).Value);
        Assert.True((await One.Call("one.vm.action", "release", vm)).Ok);
        await appliance.Reach(vm, 3, 3);
        Assert.True((await One.Call("one.vm.action", "terminate-hard", vm)).Ok);
        await appliance.Reach(vm, 6);
        Assert.Equal($"[one.vm.action] Could not terminate VM {vm}, wrong state DONE.", (await One.Call("one.vm.action", "terminate", vm)).Value);
    }

    [Fact]
    public async Task Another_user_sees_and_touches_only_what_he_may()
    {
        Assert.True((await One.Call("one.user.allocate", "anna", "secret-of-anna", "", Array.Empty<int>())).Ok);
        var anna = One.As("anna:secret-of-anna");
        var hers = await anna.Call("one.vm.allocate", "NAME=hers CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES", false);
        Assert.True(hers.Ok, $"{hers}");
        var others = await appliance.Make("NAME=mine CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        var refused = await anna.Call("one.vm.info", others);
        Assert.Equal(512, refused.Code);
        Assert.Contains($"Not authorized to perform USE VM [{others}]", refused.Value, StringComparison.Ordinal);
        Assert.Equal(512, (await anna.Call("one.vm.action", "terminate", others)).Code);
        async Task<IEnumerable<string>> Seen(int filter) => (await anna.Call("one.vmpool.info", filter, -1, -1, -1)).Document.Elements("VM").Select(v => v.Element("ID")!.Value);
        Assert.Equal([$"{hers.Id}"], await Seen(Mine));
        Assert.Contains($"{hers.Id}", await Seen(-2));
        Assert.DoesNotContain($"{others}", await Seen(-2));
        Assert.Equal(512, (await anna.Call("one.host.allocate", "hers", "dummy", "dummy", -1)).Code);
        var token = await anna.Call("one.user.login", "anna", "", 3600, -1);
        Assert.True(token.Ok, $"{token}");
        Assert.True((await One.As($"anna:{token.Value}").Call("one.vm.info", hers.Id)).Ok);
        Assert.True((await anna.Call("one.user.login", "anna", token.Value, 0, -1)).Ok);
        Assert.Equal(256, (await One.As($"anna:{token.Value}").Call("one.vm.info", hers.Id)).Code);
        foreach (var vm in new[] { hers.Id, others })
            Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
    }
}
