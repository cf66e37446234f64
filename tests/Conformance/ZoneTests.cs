using PoweredAppliance.Client;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>one.zone.* of a zone that is in no federation. A daemon of its own: a disabled zone is everybody's.</summary>
public sealed class ZoneTests : IAsyncLifetime
{
    private string _folder = "";
    private DaemonProcess? _daemon;

    private Caller One => new(_daemon!.XmlRpcPort, _daemon.Secret);

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("powered-zone-").FullName;
        _daemon = await DaemonProcess.Start(Path.Combine(_folder, "data"), []);
    }

    [Fact]
    public async Task A_disabled_zone_is_read_and_not_changed_until_it_is_enabled_also_over_a_restart()
    {
        await Is(0, One.Call("one.zone.enable", 0, false));
        Assert.Equal("1", (await One.Call("one.zone.info", 0)).Document.Element("STATE")!.Value);
        await Is(0, One.Call("one.vmpool.info", -2, -1, -1, -1));
        await Is(0, One.Call("one.user.info", 0));
        await Is(0, One.Call("one.system.version"));
        var refused = await One.Call("one.template.allocate", "NAME=t CPU=1 MEMORY=16");
        Assert.Equal((8192, "[one.template.allocate] Cannot process request, zone disabled"), (refused.Code, refused.Value));
        await Is(8192, One.Call("one.cluster.info", 0));

        await _daemon!.Kill();
        await _daemon.DisposeAsync();
        _daemon = await DaemonProcess.Start(Path.Combine(_folder, "data"), []);
        await Is(8192, One.Call("one.template.allocate", "NAME=t CPU=1 MEMORY=16"));
        await Is(0, One.Call("one.zone.enable", 0, true));
        await Is(0, One.Call("one.template.allocate", "NAME=t CPU=1 MEMORY=16"));
    }

    [Fact]
    public async Task A_disabled_zone_is_changed_through_no_door()
    {
        await Is(0, One.Call("one.template.allocate", "NAME=t CPU=1 MEMORY=16"));
        var vm = int.Parse(await Is(0, One.Call("one.vm.allocate", "NAME=gated CPU=1 MEMORY=16 CONTEXT=[TOKEN=YES]", true)));
        using var site = new FlowSite(_daemon!);
        await Is(0, One.Call("one.zone.enable", 0, false));

        var problem = (await Assert.ThrowsAsync<PoweredException>(() => _daemon!.Client.Act(vm, "release"))).Problem;
        Assert.Equal((409, 8192, "Cannot process request, zone disabled"), (problem.Status, problem.Code, problem.Detail));
        Assert.Equal("gated", (await _daemon!.Client.GetVm(vm)).Name);

        await site.Refused("/service_template", "{}", "Cannot process request, zone disabled");
        Assert.Contains("DOCUMENT_POOL", await site.Text("/service_template"), StringComparison.Ordinal);

        var pushed = await site.Gate(vm, HttpMethod.Put, "/vm", "READY=YES");
        Assert.Equal((500, "Cannot process request, zone disabled"), ((int)pushed.StatusCode, await pushed.Content.ReadAsStringAsync()));
        Assert.Contains("gated", await (await site.Gate(vm, HttpMethod.Get, "/vm")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Is(0, One.Call("one.zone.enable", 0, true));
        Assert.True((await site.Gate(vm, HttpMethod.Put, "/vm", "READY=YES")).IsSuccessStatusCode);
        await _daemon.Client.Act(vm, "release");
    }

    [Fact]
    public async Task Of_other_zones_and_of_servers_there_are_none()
    {
        Assert.Equal("[one.zone.allocate] New zones can only be created at federation master", await Is(16384, One.Call("one.zone.allocate", "NAME=z ENDPOINT=\"http://x\"")));
        Assert.Equal("[one.zone.delete] Cannot delete zone. System Zones (ID < 100) cannot be deleted.", await Is(2048, One.Call("one.zone.delete", 0)));
        await Is(1024, One.Call("one.zone.delete", 100));
        Assert.Equal("[one.zone.enable] Enable/disable mode have to be set through the target zone endpoints", await Is(2048, One.Call("one.zone.enable", 5, true)));
        Assert.Equal("[one.zone.addserver] SERVER not found in template", await Is(2048, One.Call("one.zone.addserver", 0, "NAME=x")));
        await Is(2048, One.Call("one.zone.addserver", 0, "SERVER=[NAME=x,ENDPOINT=\"http://x\"]"));
        Assert.Equal("[one.zone.delserver] SERVER not found in zone", await Is(2048, One.Call("one.zone.delserver", 0, 3)));
        await Is(2048, One.Call("one.zone.resetserver", 0, 3));

        await Is(0, One.Call("one.user.allocate", "plain", "plain-pw", "", new[] { 1 }));
        await Is(512, One.As("plain:plain-pw").Call("one.zone.enable", 0, false));
        await Is(512, One.As("plain:plain-pw").Call("one.zone.delserver", 0, 0));
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Its code, and gives its text.</summary>
    private static async Task<string> Is(int code, Task<Reply> call)
    {
        var reply = await call;
        Assert.True((reply.Ok ? 0 : reply.Code) == code, $"{reply}");
        return reply.Value;
    }
}
