namespace PoweredAppliance.Conformance;

/// <summary>Session, parameters, object, rights, then the deed: the first that fails is the one that is told.</summary>
public sealed class OrderOfChecksTests(Appliance appliance)
{
    private Caller One => appliance.One;

    private async Task<(Caller Who, int Id)> Somebody(string name)
    {
        var made = await One.Call("one.user.allocate", name, "secret", "", Array.Empty<int>());
        Assert.True(made.Ok, $"{made}");
        return (One.As($"{name}:secret"), made.Id);
    }

    [Fact]
    public async Task The_session_is_looked_at_before_the_parameters()
    {
        Assert.Equal(256, (await One.As("nobody:x").Call("one.vm.info", "no number")).Code);
        Assert.Equal(-501, (await One.Call("one.vm.info", "no number")).FaultCode);
    }

    [Fact]
    public async Task The_object_is_looked_for_before_rights_and_values()
    {
        var (who, id) = await Somebody("order");
        var template = await One.Call("one.template.allocate", "NAME=order CPU=1 MEMORY=64");
        Assert.Equal(1024, (await who.Call("one.template.update", 99_999, "A=", 7)).Code);
        Assert.Equal(512, (await who.Call("one.template.update", template.Id, "A=[", 7)).Code);
        Assert.Equal(
            (4096, $"[one.template.update] Wrong update type 7"),
            await One.Call("one.template.update", template.Id, "A=[", 7) is var reply ? (reply.Code, reply.Value) : default);
        Assert.Equal(8192, (await One.Call("one.template.update", template.Id, "A=[", 0)).Code);
        Assert.Equal(
            $"[one.template.info] User [{id}] : Not authorized to perform USE TEMPLATE [{template.Id}].", (await who.Call("one.template.info", template.Id)).Value);
        Assert.True((await One.Call("one.template.delete", template.Id)).Ok);
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }

    [Fact]
    public async Task Names_are_refused_with_OpenNebulas_words()
    {
        Assert.Equal("[one.template.allocate] Invalid NAME, it cannot be empty", (await One.Call("one.template.allocate", "CPU=1")).Value);
        var group = await One.Call("one.group.allocate", "twice");
        Assert.True(group.Ok && group.Id >= 100, $"{group}");
        var again = await One.Call("one.group.allocate", "twice");
        Assert.Equal((8192, $"[one.group.allocate] NAME is already taken by GROUP {group.Id}."), (again.Code, again.Value));
        Assert.True((await One.Call("one.group.delete", group.Id)).Ok);
    }

    [Fact]
    public async Task Updating_a_network_leaves_its_addresses()
    {
        var network = await One.Call("one.vn.allocate", "NAME=kept BRIDGE=br9 AR=[TYPE=IP4,IP=10.3.0.1,SIZE=5]", -1);
        Assert.True((await One.Call("one.vn.update", network.Id, "DNS=10.3.0.53", 0)).Ok);
        Assert.True((await One.Call("one.vn.add_ar", network.Id, "AR=[TYPE=IP4,IP=10.4.0.1,SIZE=6]")).Ok);
        var document = (await One.Call("one.vn.info", network.Id)).Document;
        Assert.Equal(["10.3.0.1", "10.4.0.1"], document.Descendants("AR").Select(ar => ar.Element("IP")!.Value));
        Assert.Equal("10.3.0.53", document.Element("TEMPLATE")!.Element("DNS")!.Value);
        Assert.True((await One.Call("one.vn.delete", network.Id)).Ok);
    }

    [Fact]
    public async Task A_multicall_answers_each_call_and_nests_no_other()
    {
        static string Inner(string method, string parameters) => "<value><struct><member><name>methodName</name><value>" + method
            + "</value></member><member><name>params</name><value><array><data>" + parameters + "</data></array></value></member></struct></value>";
        var session = System.Security.SecurityElement.Escape(appliance.Daemon.Secret);
        var reply = await One.Raw("<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>"
            + Inner("one.system.version", $"<value>{session}</value>") + Inner("system.multicall", "<value><array><data/></array></value>") + Inner("one.no.such", "")
            + "</data></array></value></param></params></methodCall>");
        Assert.Equal(["array", "struct", "struct"], reply.Items.Select(i => i.Type));
        Assert.Contains("7.4.0", reply.Items[0].Text, StringComparison.Ordinal);
        Assert.Contains("-506", reply.Items[2].Text, StringComparison.Ordinal);
    }
}
