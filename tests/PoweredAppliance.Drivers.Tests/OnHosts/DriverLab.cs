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

    internal static readonly LibvirtDriverOptions Options = new()
    {
        Acceleration = "tcg: a lab",
        ShutdownDeadline = TimeSpan.FromSeconds(60),
        PressAgainAfter = TimeSpan.FromSeconds(2),
    };

    public async ValueTask InitializeAsync()
    {
        if (LabHosts.WhyNot() is null)
            _hosts = await LabHosts.Start(2);
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
