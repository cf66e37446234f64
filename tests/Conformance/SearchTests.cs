namespace PoweredAppliance.Conformance;

/// <summary>The query of <c>onevm list --search</c>.</summary>
public sealed class SearchTests(Appliance appliance)
{
    [Theory]
    [InlineData("one.vmpool.info")]
    [InlineData("one.vmpool.infoextended")]
    public async Task VMs_are_found_by_a_query(string method)
    {
        var word = $"w{Guid.NewGuid():N}";
        var both = await appliance.One.Call("one.vm.allocate", $"NAME=\"{word}-a\" CPU=0.1 MEMORY=16 ROLE=\"db {word}\" DISK=[IMAGE_ID={appliance.Image}]", true);
        var one = await appliance.One.Call("one.vm.allocate", $"NAME=\"{word}-b\" CPU=0.1 MEMORY=16", true);
        try
        {
            Assert.Equal([one.Id, both.Id], await Found($"VM.NAME={word}"));
            Assert.Equal([both.Id], await Found($"VM.NAME={word}&VM.USER_TEMPLATE.ROLE=db"));
            Assert.Equal([both.Id], await Found($"VM.TEMPLATE.DISK[*].IMAGE_ID={appliance.Image}&{word}"));
            Assert.Equal([one.Id], await Found($"VM.UNAME=oneadmin&VM.ID={one.Id}&{word}"));
            Assert.Empty(await Found($"VM.NAME={word.ToUpperInvariant()}"));
            Assert.Equal([both.Id], await Found($"VM.NAME={word}", start: 1, end: -2));
        }
        finally
        {
            foreach (var vm in new[] { both, one })
                await appliance.One.Call("one.vm.action", "terminate-hard", vm.Id);
        }

        async Task<int[]> Found(string query, int start = -1, int end = -1)
        {
            var reply = await appliance.One.Call(method, -2, start, end, -1, query);
            Assert.True(reply.Ok, $"{reply}");
            return [.. reply.Document.Elements("VM").Select(vm => (int)vm.Element("ID")!)];
        }
    }

    [Fact]
    public async Task A_query_that_cannot_be_read_is_told_where()
    {
        var reply = await appliance.One.Call("one.vmpool.info", -2, -1, -1, -1, "VM.NAME=a&VM[x]=b");
        Assert.Equal((8192, "[one.vmpool.info] The search query cannot be read: syntax error, unexpected 'x', expecting a number, last or * at column 14"), (reply.Code, reply.Value));
    }
}
