using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers.Tests;

/// <summary>
/// Adoption on libvirt's test driver: a domain of somebody else's, running, is stamped and goes on. The world is one of
/// this connection alone: <c>test:///default</c> is one for the whole process, and what is stamped there others read.
/// </summary>
public sealed class AdoptTests : IDisposable
{
    private readonly string _world = Path.Combine(Path.GetTempPath(), $"adopt-{Guid.NewGuid():N}.xml");
    private readonly Connect _connect;
    private readonly HostAddress _address = new(new(0), "host", "test:///default", "/nowhere", Specs.Deployment, null);
    private readonly DomainSteps _steps;
    private readonly DomainGuard _guard;

    public AdoptTests()
    {
        File.WriteAllText(_world, """
            <node><domain type="test"><name>test</name><memory>8388608</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain></node>
            """);
        _connect = Connect.Open("test://" + _world);
        var (pools, filters, options) = (new HostPools(_address), new NicFilters(_address), new LibvirtDriverOptions());
        _guard = new(_address);
        _steps = new(_address, pools, new(pools, oneGate: null, options.Time), _guard, filters, new(_address, pools, filters, options, isThisMachine: false), options);
    }

    [Fact]
    public void A_running_domain_is_stamped_in_place_and_only_for_one_vm()
    {
        using var wild = _connect.FindDomainByName("test")!;
        var id = wild.Id;
        Assert.Equal(StepOutcome.Ok("test"), _steps.Adopt(_connect, Step(7, wild.Uuid)));
        Assert.Equal(StepOutcome.Ok("test"), _steps.Adopt(_connect, Step(7, wild.Uuid)));
        Assert.Equal(new DomainMetadata(new(7), 1, Specs.Deployment), DomainMetadata.Of(DomainMetadata.Parse(wild.GetXmlDesc())));
        Assert.Equal((true, id), (wild.IsActive, wild.Id));

        var second = _steps.Adopt(_connect, Step(8, wild.Uuid));
        Assert.False(second.Done);
        Assert.Contains("is VM 7", second.Error);
        using var found = _guard.Look(_connect, Step(7, wild.Uuid), olderGoes: true);
        Assert.Equal("test", found.Domain?.Name);
        Assert.False(_steps.Adopt(_connect, Step(9, Guid.Parse("00000000-0000-4000-8000-000000000009"))).Done);
    }

    [Fact]
    public void An_adopted_domain_that_is_off_is_started_as_it_was_defined()
    {
        using var wild = _connect.FindDomainByName("test")!;
        Assert.True(_steps.Adopt(_connect, Step(7, wild.Uuid)).Done);
        Assert.True(_steps.ShutdownHard(_connect, Step(7, wild.Uuid)).Done);
        Assert.False(wild.IsActive);
        Assert.Equal(StepOutcome.Ok("test"), _steps.Boot(_connect, Step(7, wild.Uuid), default));
        Assert.True(wild.IsActive);
    }

    public void Dispose()
    {
        _connect.Dispose();
        File.Delete(_world);
    }

    private static HostStep Step(int vm, Guid uuid) =>
        new(new(vm), 1, VmStep.Adopt, Specs.Vm(vm) with { Uuid = uuid, Imported = true });
}
