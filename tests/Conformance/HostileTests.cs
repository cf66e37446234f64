using System.Net;
using System.Text;

namespace PoweredAppliance.Conformance;

/// <summary>Whatever arrives, the answer is a fault in bounded time, and the daemon lives and stays small.</summary>
[Collection(nameof(Alone))]
public sealed class HostileTests(Appliance appliance)
{
    private static string Deep(int depth) =>
        "<methodCall><methodName>one.vm.info</methodName><params><param><value>" + string.Concat(Enumerable.Repeat("<array><data><value>", depth))
        + string.Concat(Enumerable.Repeat("</value></data></array>", depth)) + "</value></param></params></methodCall>";

    public static TheoryData<string, string> Bodies => new()
    {
        { "nothing", "" },
        { "no XML", "hello" },
        { "a DTD", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><methodCall><methodName>one.vm.info</methodName><params><param><value>&b;</value></param></params></methodCall>" },
        { "an entity bomb", "<!DOCTYPE l [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><methodCall><methodName>&c;</methodName></methodCall>" },
        { "depth 100,000", Deep(100_000) },
        { "another document", "<html><body/></html>" },
        { "cut off", "<methodCall><methodName>one.vm.info</methodName><params><param><value><string>x" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_hostile_body_is_a_fault(string what, string body)
    {
        var reply = await appliance.One.Raw(body);
        Assert.True(reply.FaultCode is -503 or -501 or -506, $"{what}: {reply}");
        Assert.True((await appliance.One.Call("one.system.version")).Ok);
    }

    [Fact]
    public async Task A_hundred_megabytes_are_refused_without_being_kept()
    {
        var before = Resident();
        try
        {
            var reply = await appliance.One.Raw(new ByteArrayContent(Encoding.UTF8.GetBytes(
                "<methodCall><methodName>one.vm.allocate</methodName><params><param><value><string>" + new string('x', 100 << 20))));
            Assert.NotNull(reply.FaultCode);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // It may also be cut off while it still sends.
        }

        Assert.True((await appliance.One.Call("one.system.version")).Ok);
        Assert.True(Resident() - before < 200L << 20, $"the daemon grew by {(Resident() - before) >> 20} MiB");
    }

    /// <summary>A call of 20 MB is read where its first bytes show who sends it, and only there.</summary>
    [Fact]
    public async Task A_large_call_of_a_stranger_is_refused_before_it_is_read()
    {
        string Large(string session) => Caller.Write("one.vm.allocate", [session, "NAME=\"" + new string('x', 20 << 20), false]);
        var known = await appliance.One.Raw(Large(appliance.Daemon.Secret));
        Assert.Equal(8192, known.Code);
        string[] strangers = ["oneadmin:wrong", "nobody:x", new string('s', 1 << 20)];
        foreach (var session in strangers)
            Assert.NotEqual(0, await appliance.One.As(session).Call("one.system.version") is var refused ? refused.FaultCode ?? refused.Code : 0); // what a hash takes is not measured
        var before = Resident();
        foreach (var session in strangers)
            try
            {
                var reply = await appliance.One.Raw(Large(session));
                Assert.Equal(session.Length < 4096 ? 256 : -503, reply.FaultCode ?? reply.Code);
            }
            catch (HttpRequestException e) when (e.InnerException is IOException)
            {
                // It may also be cut off while it still sends.
            }

        Assert.True(Resident() - before < 64L << 20, $"the daemon grew by {(Resident() - before) >> 20} MiB");
    }

    [Fact]
    public async Task Other_paths_are_404_and_other_methods_405()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await appliance.One.Http(new(HttpMethod.Post, "/other") { Content = new StringContent("x") })).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await appliance.One.Http(new(HttpMethod.Get, "/RPC2"))).StatusCode);
    }

    [Fact]
    public async Task A_flood_of_wrong_passwords_does_not_lock_out_the_right_one()
    {
        var guesses = Enumerable.Range(0, 40).Select(i => appliance.One.As($"oneadmin:guess{i}").Call("one.system.version")).ToList();
        Assert.True((await appliance.One.Call("one.system.version")).Ok);
        Assert.True((await appliance.One.Call("one.user.update", 0, "COLOR=red", 1)).Ok); // then it is decided anew whether his password is right
        Assert.True((await appliance.One.Call("one.system.version")).Ok);
        Assert.Contains(guesses, g => !g.IsCompleted); // it did not stand in their line, which rests behind each of them
        Assert.All(await Task.WhenAll(guesses), g => Assert.Equal(256, g.Code));
    }

    private long Resident()
    {
        var line = File.ReadLines($"/proc/{appliance.Daemon.Pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) << 10;
    }
}
