namespace LibvirtSharp.Tests.RealQemu;

/// <summary>One host for all tests of the collection; none where there can be none.</summary>
public sealed class QemuHost : IDisposable
{
    private readonly Lazy<PrivateHost> _host = new(() => PrivateHost.Start("one"));
    private readonly Lazy<PrivateHost> _other = new(() => PrivateHost.Start("two"));

    /// <summary>Skips the test, and says why, where there can be no host.</summary>
    public PrivateHost Host => Wanted(_host);

    /// <summary>A second one, to migrate to.</summary>
    public PrivateHost Other => Wanted(_other);

    public void Dispose()
    {
        foreach (var host in new[] { _host, _other }.Where(h => h.IsValueCreated))
            host.Value.Dispose();
    }

    internal static PrivateHost Wanted(Lazy<PrivateHost> host)
    {
        if (PrivateHost.WhyNot() is { } why)
        {
            Console.WriteLine($"skipped: {why}");
            Assert.Skip(why);
        }

        return host.Value;
    }
}

[CollectionDefinition(nameof(RealQemuTests))]
public sealed class RealQemuCollection : ICollectionFixture<QemuHost>;

/// <summary>A connection to the real host, and guests that only run their firmware: cheap, and enough for all that needs no
/// operating system inside.</summary>
[Collection(nameof(RealQemuTests))]
public abstract class RealQemuTests(QemuHost hosts) : IDisposable
{
    private readonly List<Domain> _domains = [];
    private Connect? _connect;

    protected QemuHost Hosts { get; } = hosts;

    protected Connect Connect => _connect ??= Hosts.Host.Open();

    public void Dispose()
    {
        foreach (var domain in _domains)
            using (domain)
                CleanUp(domain);
        _connect?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Xml(string name, string devices = "") => $"""
        <domain type='qemu'><name>{name}</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc'>hvm</type><bios useserial='yes'/></os><features><acpi/></features>
        <cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model></cpu>
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator><controller type='usb' model='none'/>
        <serial type='pty'/><memballoon model='virtio'/>{devices}</devices></domain>
        """;

    /// <summary>Defined, and removed with all that belongs to it when the test ends.</summary>
    protected Domain Define(string name, string devices = "")
    {
        var domain = Connect.DefineXml(Xml(name, devices));
        _domains.Add(domain);
        return domain;
    }

    protected Domain Run(string name, string devices = "")
    {
        var domain = Define(name, devices);
        domain.Create();
        return domain;
    }

    private static void CleanUp(Domain domain)
    {
        if (domain.Connect.FindDomainByUuid(domain.Uuid) is not { } there)
            return;
        using (there)
        {
            if (there.IsActive)
                there.Destroy();
            there.Undefine(DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata | DomainUndefineFlags.CheckpointsMetadata);
        }
    }
}
