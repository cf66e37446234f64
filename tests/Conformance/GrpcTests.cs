using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using PoweredAppliance.Api.Grpc;
using PoweredAppliance.Lab.Daemon;
using static PoweredAppliance.Conformance.GrpcCaller;

namespace PoweredAppliance.Conformance;

/// <summary>The gRPC interface over a real channel: it says what XML-RPC says.</summary>
[Collection(nameof(Alone))]
public sealed class GrpcTests(Appliance appliance) : IDisposable
{
    private const string Vm = "one.vm.VirtualMachineService", Host = "one.host.HostService", User = "one.user.UserService";

    private readonly GrpcCaller _grpc = new(appliance.Daemon.GrpcPort);

    private string Session => appliance.Daemon.Secret;

    [Fact]
    public async Task Every_call_of_the_interface_asks_for_a_session()
    {
        foreach (var call in GrpcTable.All)
        {
            var status = await _grpc.Refused(call.Service, call.Name, Message("oneadmin:wrong"));
            Assert.Equal(StatusCode.Unauthenticated, status.StatusCode);
            Assert.StartsWith($"[{call.Signature.Method}] User couldn't be authenticated, aborting call.", status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Vm, "Fly")]
    [InlineData("one.moon.MoonService", "Info")]
    [InlineData("grpc.reflection.v1.ServerReflection", "ServerReflectionInfo")]
    public async Task A_call_that_there_is_not_is_unimplemented(string service, string name) =>
        Assert.Equal(StatusCode.Unimplemented, (await _grpc.Refused(service, name, Message(Session))).StatusCode);

    [Fact]
    public async Task Each_method_without_numbers_says_the_same_over_both()
    {
        var compared = 0;
        foreach (var call in GrpcTable.All.Where(c => c.AnswersXml && c.Signature.Parameters.Length == 0))
        {
            // Hosts are read between two calls, but not between all of them.
            var (one, other) = ("", "");
            await Until.True(
                async () =>
                {
                    var there = await appliance.One.Call(call.Signature.Method);
                    (one, other) = there.Ok
                        ? (Still(there.Value), Still(await _grpc.Xml(call.Service, call.Name, Session)))
                        : (there.Value, (await _grpc.Refused(call.Service, call.Name, Message(Session))).Detail);
                    return one == other;
                },
                () => $"{call.Signature.Method} says\n{one}\nand over gRPC\n{other}");
            compared++;
        }

        Assert.True(compared >= 12, $"only {compared} were compared");
    }

    [Fact]
    public async Task A_VM_made_over_gRPC_is_the_same_VM_over_XML_RPC()
    {
        var id = await _grpc.Id(Vm, "Allocate", Session, "NAME=\"made over gRPC ü\" CPU=0.1 MEMORY=16", true);
        await appliance.Reach(id, 2);
        Assert.Equal(id, await _grpc.Id(Vm, "Chmod", Session, id, 1L, 1L, 1L, 1L, -1L, -1L, 0L, 0L, 0L));
        Assert.Equal(id, await _grpc.Id(Vm, "Rename", Session, id, "renamed"));

        var over = await appliance.One.Call("one.vm.info", id, false);
        Assert.Equal("renamed", over.Document.Element("NAME")!.Value);
        Assert.Equal("1", over.Document.Element("PERMISSIONS")!.Element("GROUP_U")!.Value);
        Assert.Equal(over.Value, await _grpc.Xml(Vm, "Info", Session, id, false));
        Assert.Equal(
            Still((await appliance.One.Call("one.vmpool.infoextended", -2, id, id, -1)).Value),
            Still(await _grpc.Xml(Vm, "PoolInfoExtended", Session, -2L, (long)id, (long)id, -1L, "")));
        Assert.Equal(id, await _grpc.Id(Vm, "Action", Session, "terminate-hard", id));
        await appliance.Reach(id, 6);
    }

    [Fact]
    public async Task A_refusal_has_the_status_and_the_words_of_its_error_code()
    {
        var missing = await _grpc.Refused(Vm, "Info", Message(Session, 99999));
        Assert.Equal((StatusCode.NotFound, "[one.vm.info] Error getting virtual machine [99999]."), (missing.StatusCode, missing.Detail));
        var filter = await _grpc.Refused(Vm, "PoolInfo", Message(Session, -9L, -1L, -1L, -1L));
        Assert.Equal((StatusCode.InvalidArgument, "[one.vmpool.info] Incorrect filter_flag"), (filter.StatusCode, filter.Detail));
        var vm = await appliance.Make("NAME=refuses CPU=0.1 MEMORY=16 SUBMIT_ON_HOLD=YES");
        var action = await _grpc.Refused(Vm, "Action", Message(Session, "nosuch", vm));
        Assert.Equal(StatusCode.Internal, action.StatusCode);
        Assert.StartsWith("[one.vm.action] ", action.Detail);
        Assert.Equal(vm, await _grpc.Id(Vm, "Action", Session, "terminate", vm));

        var name = $"grpc-{Guid.NewGuid():N}";
        await _grpc.Id(User, "Allocate", Session, name, "secret", "core", 1);
        var denied = await _grpc.Refused(Host, "Delete", Message($"{name}:secret", appliance.Hosts[0]));
        Assert.Equal(StatusCode.PermissionDenied, denied.StatusCode);
        Assert.EndsWith($"Not authorized to perform ADMIN HOST [{appliance.Hosts[0]}].", denied.Detail.TrimEnd('.') + ".");
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("0a")]
    [InlineData("0affffffff0f")]
    [InlineData("0b0b0b0b0b0b")]
    [InlineData("100a0000")]
    [InlineData("0a02c328")]
    public async Task Hostile_bytes_are_an_invalid_argument(string bytes)
    {
        var status = await _grpc.Refused(Vm, "Info", Convert.FromHexString(bytes));
        Assert.True(status.StatusCode is StatusCode.InvalidArgument, $"{status}");
        Assert.Equal("7.4.0", await _grpc.Xml("one.system.SystemService", "Version", Session));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused()
    {
        var status = await _grpc.Refused(Vm, "Allocate", Message(Session, new string('x', 40 << 20)));
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
    }

    [Fact]
    public async Task A_deadline_ends_the_call()
    {
        // Names that nobody has wait in one line, which rests 250 ms after each wrong guess: the last of these waits for a second.
        var guesses = Enumerable.Range(0, 5).Select(n => _grpc.Refused(Vm, "Info", Message($"nobody-{n}:secret", 0), within: TimeSpan.FromMilliseconds(500)));
        Assert.Contains(await Task.WhenAll(guesses), status => status.StatusCode is StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Each_port_speaks_its_own_language_only()
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var rest = await http.GetAsync(new Uri($"http://127.0.0.1:{appliance.Daemon.GrpcPort}/healthz"));
        Assert.Equal(HttpStatusCode.NotFound, rest.StatusCode);

        using var plain = new HttpClient();
        using var body = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        using var grpc = await plain.PostAsync(new Uri($"http://127.0.0.1:{appliance.Daemon.RestPort}/{Vm}/Info"), body);
        Assert.Equal(HttpStatusCode.NotFound, grpc.StatusCode);
    }

    public void Dispose() => _grpc.Dispose();

    /// <summary>Without what moves on between two calls.</summary>
    private static string Still(string text) => System.Text.RegularExpressions.Regex.Replace(
        text, "<(MONITORING|LAST_MON_TIME|LAST_POLL|HOST_SHARE)>.*?</\\1>", "", System.Text.RegularExpressions.RegexOptions.Singleline);
}
