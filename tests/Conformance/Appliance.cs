using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

[assembly: AssemblyFixture(typeof(PoweredAppliance.Conformance.Appliance))]

namespace PoweredAppliance.Conformance;

/// <summary>
/// A real daemon with two simulated hosts, an image and a network: one for all tests here, which run beside one another and find only
/// their own as they left it, and one more for those that say so (<see cref="Alone"/>, or a fixture of their class).
/// </summary>
public sealed class Appliance : IAsyncLifetime
{
    /// <summary>
    /// Silence is not what is tested here, and a machine that has too much to do must not turn hosts into ERROR and VMs into UNKNOWN.
    /// </summary>
    public static readonly string[] Settings = ["--Monitoring:ReadEverySeconds", "1", "--Monitoring:SilentAfterSeconds", "600"];

    private string _folder = "";
    private DaemonProcess? _daemon;

    public Caller One { get; private set; } = null!;
    public DaemonProcess Daemon => _daemon!;

    /// <summary>All that there are.</summary>
    public IReadOnlyList<int> Hosts { get; private set; } = [];
    public int Image { get; private set; }
    public int Network { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("powered-conformance-").FullName;
        _daemon = await DaemonProcess.Start(Path.Combine(_folder, "data"), Settings);
        One = new Caller(_daemon.XmlRpcPort, _daemon.Secret);
        foreach (var name in new[] { "host-a", "host-b" })
        {
            var host = await One.Call("one.host.allocate", name, "dummy", "dummy", -1);
            Assert.True(host.Ok, $"{host}");
            Hosts = [.. Hosts, host.Id];
        }

        var image = await One.Call("one.image.allocate", "NAME=base TYPE=DATABLOCK SIZE=16 FORMAT=raw", 1);
        Assert.True(image.Ok, $"{image}");
        Image = image.Id;
        var network = await One.Call("one.vn.allocate", "NAME=lan BRIDGE=br0 AR=[TYPE=IP4,IP=10.9.0.1,SIZE=200] GATEWAY=10.9.0.254 NETWORK_MASK=255.255.255.0 DNS=10.9.0.53", -1);
        Assert.True(network.Ok, $"{network}");
        Network = network.Id;
        await Until.True(async () => (await One.Call("one.image.info", Image)).Document.Element("STATE")!.Value == "1", () => "the image is not READY");
        await Until.True(
            async () => (await One.Call("one.hostpool.info")).Document.Elements("HOST").Count(h => h.Element("STATE")!.Value == "2") == Hosts.Count, () => "the hosts are not MONITORED");
    }

    /// <summary>Waits until the VM's STATE and LCM_STATE are these.</summary>
    public async Task Reach(int vm, int state, int lcm = 0)
    {
        var now = new XElement("VM");
        await Until.True(
            async () => (now = (await One.Call("one.vm.info", vm)).Document).Element("STATE")!.Value == $"{state}" && now.Element("LCM_STATE")!.Value == $"{lcm}",
            () => $"VM {vm} is not in state {state}/{lcm}: {now}");
    }

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

/// <summary>Tests that flood a daemon, or measure or compare all of it: one after another, at a daemon that nobody else calls.</summary>
[CollectionDefinition(nameof(Alone))]
public sealed class Alone : ICollectionFixture<Appliance>;
