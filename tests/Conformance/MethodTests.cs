namespace PoweredAppliance.Conformance;

/// <summary>Every method that there is: arity, types, session, and never a fake success.</summary>
public sealed class MethodTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private static async Task<List<string>> Names(Caller one) =>
        [.. (await one.Bare("system.listMethods")).Items.Select(i => i.Text).Where(n => n.StartsWith("one.", StringComparison.Ordinal))];

    [Fact]
    public async Task All_307_methods_of_the_API_are_known() => Assert.Equal(307, (await Names(One)).Count);

    [Fact]
    public async Task A_call_without_a_session_or_with_a_wrong_one_changes_nothing()
    {
        foreach (var name in await Names(One))
        {
            Assert.Equal(-500, (await One.Bare(name)).FaultCode ?? 0);
            var rejected = await One.As("oneadmin:wrong").Call(name, 1, 1, 1);
            Assert.False(rejected.Ok);
            Assert.Equal(256, rejected.Code);
            Assert.StartsWith($"[{name}] User couldn't be authenticated, aborting call.", rejected.Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_parameter_that_is_missing_or_of_another_type_is_a_fault()
    {
        var checkedTypes = 0;
        foreach (var name in await Names(One))
        {
            var signature = (await One.Bare("system.methodSignature", name)).Items;
            var types = signature.Select(s => s.Text).ToList();
            var reply = await One.Call(name);
            Assert.True(reply.FaultCode is -501 || reply.FaultCode is null, $"{name}: {reply}");
            var wrong = await One.Call(name, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5);
            if (wrong.FaultCode is null)
                continue;
            checkedTypes++;
            Assert.Equal(-501, wrong.FaultCode);
            Assert.NotEmpty(types);
        }

        Assert.True(checkedTypes > 250, $"only {checkedTypes} methods looked at the types of their parameters");
    }

    [Fact]
    public async Task An_unknown_method_is_the_fault_506()
    {
        var reply = await One.Call("one.vm.fly");
        Assert.Equal((-506, "Method 'one.vm.fly' not defined"), (reply.FaultCode, reply.FaultText));
    }

    [Fact]
    public async Task A_success_has_three_items_and_a_failure_five()
    {
        Assert.Equal(["boolean", "string", "i4"], (await One.Call("one.system.version")).Items.Select(i => i.Type));
        var failed = await One.Call("one.vm.info", 99999);
        Assert.Equal(["boolean", "string", "i4", "i4", "i8"], failed.Items.Select(i => i.Type));
        Assert.Equal("[one.vm.info] Error getting virtual machine [99999].", failed.Value);
        Assert.Equal((1024, "99999", "-1"), (failed.Code, failed.Items[3].Text, failed.Items[4].Text));
    }

    [Theory]
    [InlineData("one.vmpool.info", "VM_POOL", -2, -1, -1, -1)]
    [InlineData("one.vmpool.infoextended", "VM_POOL", -2, -1, -1, -1)]
    [InlineData("one.hostpool.info", "HOST_POOL")]
    [InlineData("one.imagepool.info", "IMAGE_POOL", -2, -1, -1)]
    [InlineData("one.templatepool.info", "VMTEMPLATE_POOL", -2, -1, -1)]
    [InlineData("one.vnpool.info", "VNET_POOL", -2, -1, -1)]
    [InlineData("one.vntemplatepool.info", "VNTEMPLATE_POOL", -2, -1, -1)]
    [InlineData("one.vrouterpool.info", "VROUTER_POOL", -2, -1, -1)]
    [InlineData("one.secgrouppool.info", "SECURITY_GROUP_POOL", -2, -1, -1)]
    [InlineData("one.vmgrouppool.info", "VM_GROUP_POOL", -2, -1, -1)]
    [InlineData("one.userpool.info", "USER_POOL")]
    [InlineData("one.grouppool.info", "GROUP_POOL")]
    [InlineData("one.clusterpool.info", "CLUSTER_POOL")]
    [InlineData("one.datastorepool.info", "DATASTORE_POOL")]
    [InlineData("one.zonepool.info", "ZONE_POOL")]
    [InlineData("one.vdcpool.info", "VDC_POOL")]
    [InlineData("one.acl.info", "ACL_POOL")]
    [InlineData("one.marketpool.info", "MARKETPLACE_POOL")]
    [InlineData("one.marketapppool.info", "MARKETPLACEAPP_POOL", -2, -1, -1)]
    [InlineData("one.documentpool.info", "DOCUMENT_POOL", -2, -1, -1, 100)]
    [InlineData("one.hookpool.info", "HOOK_POOL")]
    [InlineData("one.backupjobpool.info", "BACKUPJOB_POOL", -2, -1, -1)]
    [InlineData("one.system.config", "OPENNEBULA_CONFIGURATION")]
    [InlineData("one.zone.raftstatus", "RAFT")]
    public async Task Tools_get_the_document_they_ask_for_at_start(string method, string root, params int[] arguments)
    {
        var reply = await One.Call(method, [.. arguments.Cast<object>()]);
        Assert.True(reply.Ok, $"{method}: {reply}");
        Assert.Equal(root, reply.Document.Name.LocalName);
    }
}
