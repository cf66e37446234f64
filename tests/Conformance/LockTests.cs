namespace PoweredAppliance.Conformance;

/// <summary>one.*.lock and unlock: what a level stops, whom, and with which words.</summary>
public sealed class LockTests(Appliance appliance)
{
    private Caller One => appliance.One;

    [Theory]
    [InlineData(1, false, false, false)]
    [InlineData(2, true, false, false)]
    [InlineData(3, true, true, false)]
    [InlineData(4, false, false, false)]
    public async Task A_level_stops_even_oneadmin(int level, bool mayUse, bool mayManage, bool mayAdmin)
    {
        var template = await One.Call("one.template.allocate", $"NAME=level{level} CPU=0.1 MEMORY=16");
        Assert.True((await One.Call("one.template.lock", template.Id, level)).Ok);
        var used = await One.Call("one.template.instantiate", template.Id, "", true);
        var managed = await One.Call("one.template.update", template.Id, "A=b", 1);
        var administered = await One.Call("one.template.chown", template.Id, 1, -1);
        Assert.Equal((mayUse, mayManage, mayAdmin), (used.Ok, managed.Ok, administered.Ok));
        Assert.Equal(
            (512, $"[one.template.chown] User [0] : TEMPLATE is locked. [{template.Id}]."), (administered.Code, administered.Value));

        // Looking at it is not stopped.
        var shown = (await One.Call("one.template.info", template.Id)).Document;
        Assert.Equal(["ID", "UID", "GID", "UNAME", "GNAME", "NAME", "LOCK", "PERMISSIONS", "REGTIME", "TEMPLATE"], shown.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(["LOCKED", "OWNER", "TIME", "REQ_ID"], shown.Element("LOCK")!.Elements().Select(e => e.Name.LocalName));
        Assert.Equal($"{(level == 4 ? 1 : level)}", shown.Element("LOCK")!.Element("LOCKED")!.Value);
        Assert.Contains(
            (await One.Call("one.templatepool.info", -2, -1, -1)).Document.Elements("VMTEMPLATE"), t => t.Element("ID")!.Value == $"{template.Id}");

        var tested = await One.Call("one.template.lock", template.Id, 1, true);
        Assert.Equal((2048, $"[one.template.lock] {shown.Element("LOCK")!.Element("TIME")!.Value}"), (tested.Code, tested.Value));
        Assert.True((await One.Call("one.template.unlock", template.Id)).Ok);
        Assert.Null((await One.Call("one.template.info", template.Id)).Document.Element("LOCK"));
        Assert.True((await One.Call("one.template.delete", template.Id)).Ok);
        if (used.Ok)
            Assert.True((await One.Call("one.vm.action", "terminate", used.Id)).Ok);
    }

    [Fact]
    public async Task A_wrong_level_or_a_missing_object_is_refused_in_the_order_of_checks()
    {
        Assert.Equal(1024, (await One.Call("one.image.lock", 99_999, 7)).Code);
        var reply = await One.Call("one.image.lock", appliance.Image, 7);
        Assert.Equal((2048, "[one.image.lock] Wrong lock level specified"), (reply.Code, reply.Value));
    }

    [Fact]
    public async Task A_locked_VM_is_seen_and_not_acted_on()
    {
        var vm = await appliance.Make("NAME=locked CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        Assert.True((await One.Call("one.vm.lock", vm, 2, false)).Ok);
        var document = (await One.Call("one.vm.info", vm)).Document;
        Assert.Equal("LOCK", document.Element("DEPLOY_ID")!.ElementsAfterSelf().First().Name.LocalName);
        Assert.Equal("2", (await One.Call("one.vmpool.info", -2, vm, vm, -1)).Document.Element("VM")!.Element("LOCK")!.Element("LOCKED")!.Value);
        foreach (var reply in new[]
        {
            await One.Call("one.vm.action", "terminate", vm), await One.Call("one.vm.rename", vm, "other"), await One.Call("one.vm.chown", vm, 1, -1),
            await One.Call("one.vm.chmod", vm, 1, 1, 1, 1, 1, 1, 1, 1, 1), await One.Call("one.vm.update", vm, "A=b", 1), await One.Call("one.vm.deploy", vm, 0),
        })
            Assert.Equal((512, $"User [0] : VM is locked. [{vm}]."), (reply.Code, reply.Value[(reply.Value.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        Assert.True((await One.Call("one.vm.unlock", vm)).Ok);
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
    }

    [Fact]
    public async Task A_lock_is_its_owners_and_the_administrators()
    {
        var ids = new List<int>();
        foreach (var name in new[] { "locker", "other" })
            ids.Add((await One.Call("one.user.allocate", name, "secret", "", Array.Empty<int>())).Id);
        var (locker, other) = (One.As("locker:secret"), One.As("other:secret"));
        var template = (await locker.Call("one.template.allocate", "NAME=lockers CPU=1 MEMORY=64")).Id;
        Assert.Equal(512, (await other.Call("one.template.lock", template, 1)).Code);
        Assert.True((await One.Call("one.template.chmod", template, -1, -1, -1, 1, 1, -1, -1, -1, -1)).Ok);
        Assert.True((await locker.Call("one.template.lock", template, 1)).Ok);
        Assert.Equal(
            (2048, "[one.template.lock] Error trying to lock the resource."), await other.Call("one.template.lock", template, 1) is var took ? (took.Code, took.Value) : default);
        Assert.Equal(
            (2048, "[one.template.unlock] Cannot unlock: Lock is owned by another user"),
            await other.Call("one.template.unlock", template) is var lifted ? (lifted.Code, lifted.Value) : default);
        Assert.True((await One.Call("one.template.unlock", template)).Ok);
        Assert.True((await locker.Call("one.template.unlock", template)).Ok);
        Assert.True((await locker.Call("one.template.delete", template)).Ok);
        foreach (var id in ids)
            Assert.True((await One.Call("one.user.delete", id)).Ok);
    }
}
