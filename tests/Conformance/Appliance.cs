using PoweredAppliance.Lab.Daemon;

[assembly: AssemblyFixture(typeof(PoweredAppliance.Conformance.Appliance))]

namespace PoweredAppliance.Conformance;

/// <summary>One real daemon for all tests here, with two simulated hosts, an image and a network.</summary>
public sealed class Appliance : IAsyncLifetime
{
    private string _folder = "";
    private DaemonProcess? _daemon;

    public Caller One { get; private set; } = null!;
    public DaemonProcess Daemon => _daemon!;
    public int Image { get; private set; }
    public int Network { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("powered-conformance-").FullName;
        _daemon = await DaemonProcess.Start(Path.Combine(_folder, "data"), ["--Monitoring:ReadEverySeconds", "1"]);
        One = new Caller(_daemon.XmlRpcPort, _daemon.Secret);
        foreach (var name in new[] { "host-a", "host-b" })
            Assert.True((await One.Call("one.host.allocate", name, "dummy", "dummy", -1)).Ok);
        var image = await One.Call("one.image.allocate", "NAME=base TYPE=DATABLOCK SIZE=16 FORMAT=raw", 1);
        Assert.True(image.Ok, $"{image}");
        Image = image.Id;
        var network = await One.Call("one.vn.allocate", "NAME=lan BRIDGE=br0 AR=[TYPE=IP4,IP=10.9.0.1,SIZE=200] GATEWAY=10.9.0.254 NETWORK_MASK=255.255.255.0 DNS=10.9.0.53", -1);
        Assert.True(network.Ok, $"{network}");
        Network = network.Id;
        await Until.True(async () => (await One.Call("one.image.info", Image)).Document.Element("STATE")!.Value == "1", TimeSpan.FromSeconds(20));
        await Until.True(
            async () => (await One.Call("one.hostpool.info")).Document.Elements("HOST").Count(h => h.Element("STATE")!.Value == "2") == 2, TimeSpan.FromSeconds(20));
    }

    /// <summary>Waits until the VM's STATE and LCM_STATE are these.</summary>
    public Task Reach(int vm, int state, int lcm = 0) => Until.True(
        async () => (await One.Call("one.vm.info", vm)).Document is var now && now.Element("STATE")!.Value == $"{state}" && now.Element("LCM_STATE")!.Value == $"{lcm}",
        TimeSpan.FromSeconds(20), () => $"VM {vm} is not in state {state}/{lcm}");

    public async Task<int> Make(string template)
    {
        var reply = await One.Call("one.vm.allocate", template, false);
        Assert.True(reply.Ok, $"{reply}");
        return reply.Id;
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
