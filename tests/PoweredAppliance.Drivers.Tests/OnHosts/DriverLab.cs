using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Two lab hosts with a driver each, for all tests of the collection, which run one after another.</summary>
public sealed class DriverLab : IAsyncLifetime
{
    private readonly List<LibvirtDriver> _drivers = [];
    private LabHosts? _hosts;

    /// <summary>The hosts; skips the running test where there can be none.</summary>
    public LabHosts Hosts
    {
        get
        {
            if (_hosts is null)
                Assert.Skip($"no lab hosts: {LabHosts.WhyNot()}");
            return _hosts;
        }
    }

    /// <summary>Of a healthy host that may be slow: emulated guests on a machine that is busy with other things.</summary>
    internal static readonly LibvirtDriverOptions Options = new()
    {
        Acceleration = "tcg: a lab",
        CallDeadline = Steps.Patience,
        OpenDeadline = Steps.Patience,
        ShutdownDeadline = Steps.Patience,
        UnplugDeadline = Steps.Patience,
        PressAgainAfter = TimeSpan.FromSeconds(2),
    };

    public async ValueTask InitializeAsync()
    {
        if (LabHosts.WhyNot() is not null)
            return;
        _hosts = await LabHosts.Start(2);
        await _hosts[1].Wire(_hosts[2]);
    }

    public HostAddress Address(int host) => new(new HostId(host), Hosts[host].Name, Hosts[host].Uri, Hosts[host].DatastorePath, Specs.Deployment, null);

    public LibvirtDriver Driver(int host, LibvirtDriverOptions? options = null)
    {
        var driver = new LibvirtDriver(Address(host), options ?? Options);
        _drivers.Add(driver);
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
            await driver.DisposeAsync();
        if (_hosts is not null)
            await _hosts.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OnLabHosts : ICollectionFixture<DriverLab>
{
    public const string Name = "driver on lab hosts";
}
