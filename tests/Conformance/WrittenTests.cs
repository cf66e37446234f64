namespace PoweredAppliance.Conformance;

/// <summary>Documents, virtual network templates, VM groups and backup jobs over the wire.</summary>
public sealed class WrittenTests(Appliance appliance)
{
    private static readonly string[] Head = ["ID", "UID", "GID", "UNAME", "GNAME", "NAME"];

    private Caller One => appliance.One;

    private async Task<int> Made(string method, params object[] arguments)
    {
        var reply = await One.Call(method, arguments);
        Assert.True(reply.Ok, $"{method}: {reply}");
        return reply.Id;
    }

    [Theory]
    [InlineData("vntemplate", "NAME=alike CLUSTER_IDS=0", true)]
    [InlineData("document", "NAME=alike BODY=\"{}\"", true)]
    [InlineData("vmgroup", "NAME=alike ROLE=[NAME=a]", false)]
    [InlineData("backupjob", "NAME=alike BACKUP_VMS=\"\"", false)]
    public async Task Whatever_people_write_takes_the_usual_calls(string word, string template, bool clones)
    {
        object[] given = word is "document" ? [template, 100] : [template];
        var id = await Made($"one.{word}.allocate", given);
        if (word is not "document") // services of one template have its name
            Assert.Equal(8192, (await One.Call($"one.{word}.allocate", given)).Code);
        Assert.Equal(id, await Made($"one.{word}.rename", id, "renamed"));
        Assert.Equal(id, await Made($"one.{word}.update", id, "COLOR=blue", 1));
        Assert.Equal(4096, (await One.Call($"one.{word}.update", id, "COLOR=blue", 2)).Code);
        Assert.Equal(8192, (await One.Call($"one.{word}.update", id, "COLOR=[", 0)).Code);
        Assert.Equal(id, await Made($"one.{word}.chmod", id, 1, 1, 0, 1, 0, 0, 0, 0, 0));
        Assert.Equal(id, await Made($"one.{word}.chown", id, 1, 1));
        Assert.Equal(id, await Made($"one.{word}.lock", id, 2));
        Assert.Equal(512, (await One.Call($"one.{word}.rename", id, "stopped")).Code);
        Assert.Equal(id, await Made($"one.{word}.unlock", id));
        var shown = (await One.Call($"one.{word}.info", id)).Document;
        Assert.Equal(Head, shown.Elements().Take(6).Select(e => e.Name.LocalName));
        Assert.Equal(($"{id}", "1", "1", "renamed"), (shown.Element("ID")!.Value, shown.Element("UID")!.Value, shown.Element("GID")!.Value, shown.Element("NAME")!.Value));
        Assert.Equal("110100000", string.Concat(shown.Element("PERMISSIONS")!.Elements().Select(e => e.Value)));
        Assert.Equal("blue", shown.Element("TEMPLATE")!.Element("COLOR")!.Value);
        object[] all = word is "document" ? [-2, id, id, 100] : [-2, id, id];
        Assert.Equal([$"{id}"], (await One.Call($"one.{word}pool.info", all)).Document.Elements().Select(e => e.Element("ID")!.Value));
        if (clones)
        {
            var clone = await Made($"one.{word}.clone", id, "cloned");
            Assert.Equal("cloned", (await One.Call($"one.{word}.info", clone)).Document.Element("NAME")!.Value);
            await Made($"one.{word}.delete", clone);
        }

        await Made($"one.{word}.delete", id);
        foreach (var call in new object[][] { ["info", id], ["delete", id], ["rename", id, "x"], ["lock", id, 1], ["unlock", id], ["update", id, "A=b", 0] })
            Assert.Equal((1024, $"{id}"), await One.Call($"one.{word}.{call[0]}", call[1..]) is var gone ? (gone.Code, gone.Items[3].Text) : default);
    }

    [Fact]
    public async Task Documents_are_told_apart_by_their_type()
    {
        var (service, template) = (await Made("one.document.allocate", "NAME=web", 100), await Made("one.document.allocate", "NAME=web", 101));
        async Task<IEnumerable<string>> Ids(int type) =>
            (await One.Call("one.documentpool.info", -2, -1, -1, type)).Document.Elements("DOCUMENT").Select(d => d.Element("ID")!.Value);
        Assert.Contains($"{service}", await Ids(100));
        Assert.DoesNotContain($"{service}", await Ids(101));
        Assert.Equal("101", (await One.Call("one.document.info", template)).Document.Element("TYPE")!.Value);
        foreach (var id in new[] { service, template })
            await Made("one.document.delete", id);
    }

    [Fact]
    public async Task A_network_is_made_of_its_template()
    {
        var template = await Made("one.vntemplate.allocate", "NAME=spare BRIDGE=br7 VN_MAD=bridge AR=[TYPE=IP4,IP=10.70.0.1,SIZE=3]");
        var network = await Made("one.vntemplate.instantiate", template, "seven", "AR=[TYPE=IP4,IP=10.71.0.1,SIZE=4] DNS=10.70.0.9");
        Assert.Equal($"{template}", (await One.Call("one.vn.info", network)).Document.Element("TEMPLATE_ID")!.Value);
        var shown = (await One.Call("one.vn.info", network)).Document;
        Assert.Equal(("seven", "10.70.0.9"), (shown.Element("NAME")!.Value, shown.Element("TEMPLATE")!.Element("DNS")!.Value));
        Assert.Equal(["10.70.0.1", "10.71.0.1"], shown.Descendants("AR").Select(a => a.Element("IP")!.Value));
        Assert.Equal(1024, (await One.Call("one.vntemplate.instantiate", 99_999, "x", "")).Code);
        await Made("one.vn.delete", network);
        await Made("one.vntemplate.delete", template);
    }

    [Fact]
    public async Task A_VM_group_keeps_its_roles_and_their_VMs()
    {
        var group = await Made("one.vmgroup.allocate", "NAME=floors ROLE=[NAME=front] ROLE=[NAME=back,POLICY=ANTI_AFFINED] AFFINED=front");
        Assert.Equal(group, await Made("one.vmgroup.roleadd", group, "ROLE=[NAME=cache]"));
        Assert.Equal("[one.vmgroup.roleadd] Role already exists", (await One.Call("one.vmgroup.roleadd", group, "ROLE=[NAME=cache]")).Value);
        Assert.Equal(2048, (await One.Call("one.vmgroup.roleadd", group, "NAME=cache")).Code);
        Assert.Equal(2048, (await One.Call("one.vmgroup.roledelete", group, 0)).Code);
        await Made("one.vmgroup.roledelete", group, 2);
        var vm = await appliance.Make($"NAME=member CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES VMGROUP=[VMGROUP_ID={group},ROLE=back]");
        var roles = (await One.Call("one.vmgroup.info", group)).Document.Element("ROLES")!.Elements("ROLE").ToList();
        Assert.Equal([("0", "front", null), ("1", "back", $"{vm}")], roles.Select(r => (r.Element("ID")!.Value, r.Element("NAME")!.Value, r.Element("VMS")?.Value)));
        Assert.Equal(2048, (await One.Call("one.vmgroup.roleupdate", group, 1, "ROLE=[NAME=rear]")).Code);
        Assert.Equal(2048, (await One.Call("one.vmgroup.delete", group)).Code);
        Assert.Equal(8192, (await One.Call("one.vmgroup.update", group, "A=b", 0)).Code);
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
        await Made("one.vmgroup.roleupdate", group, 1, "ROLE=[NAME=rear]");
        await Made("one.vmgroup.delete", group);
    }

    [Fact]
    public async Task A_backup_job_has_a_schedule_and_a_priority_and_does_not_claim_to_back_up()
    {
        var job = await Made("one.backupjob.allocate", "NAME=nightly BACKUP_VMS=\"1,2\" PRIORITY=40 SCHED_ACTION=[TIME=1900000000,REPEAT=0,DAYS=\"0,6\"]");
        Assert.Equal(1, await Made("one.backupjob.schedadd", job, "SCHED_ACTION=[TIME=1900000001]"));
        Assert.Equal(1, await Made("one.backupjob.schedupdate", job, 1, "SCHED_ACTION=[TIME=1900000002]"));
        Assert.Equal(0, await Made("one.backupjob.scheddelete", job, 0));
        Assert.Equal(1024, (await One.Call("one.backupjob.scheddelete", job, 0)).Code);
        Assert.Equal(2048, (await One.Call("one.backupjob.priority", job, 100)).Code);
        await Made("one.backupjob.priority", job, 60);
        var shown = (await One.Call("one.backupjob.info", job)).Document;
        Assert.Equal(
            ["PERMISSIONS", "PRIORITY", "LAST_BACKUP_TIME", "LAST_BACKUP_DURATION", "SCHED_ACTIONS", "UPDATED_VMS", "OUTDATED_VMS", "BACKING_UP_VMS", "ERROR_VMS", "TEMPLATE"],
            shown.Elements().Skip(6).Select(e => e.Name.LocalName));
        Assert.Equal(("60", "1"), (shown.Element("PRIORITY")!.Value, shown.Element("SCHED_ACTIONS")!.Element("ID")!.Value));
        Assert.Equal(("1900000002", $"{job}"), shown.Element("TEMPLATE")!.Element("SCHED_ACTION") is { } action ? (action.Element("TIME")!.Value, action.Element("PARENT_ID")!.Value) : default);
        Assert.Equal("1,2", shown.Element("TEMPLATE")!.Element("BACKUP_VMS")!.Value);
        foreach (var deed in new[] { "backup", "cancel", "retry" })
            Assert.Equal(2048, (await One.Call($"one.backupjob.{deed}", job)).Code);
        await Made("one.backupjob.delete", job);
    }
}
