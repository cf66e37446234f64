using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// Every document of OpenNebula's API, made from what <see cref="Inventory"/> says at the moment it is written. Which objects a
/// caller sees is decided before.
/// </summary>
public sealed class Documents(Inventory inventory, ControlPlaneSettings settings, TimeProvider time)
{
    private readonly Rendering<VmSources> _vms = new(VmDocument.Write);
    private readonly Rendering<VmSources> _shortVms = new(VmShortDocument.Write);
    private readonly Rendering<HostSources> _hosts = new(HostDocument.Write);
    private readonly InfrastructureDocuments _infrastructure = new(inventory);
    private readonly WrittenDocuments _written = new(inventory);
    private readonly MarketDocuments _markets = new(inventory);

    public Document Vm(VirtualMachine vm) => Document.Of(_vms.Of(new VmSources(vm, inventory, new OwnerNames(inventory))));

    /// <summary>Of a VM as it is not stored: its document is not kept.</summary>
    public Document Once(VirtualMachine vm) => Document.Of(to => VmDocument.Write(to, new VmSources(vm, inventory, new OwnerNames(inventory))));

    /// <param name="extended">VMs as one.vm.info gives them; else their short form</param>
    public Document Vms(IEnumerable<VirtualMachine> vms, bool extended)
    {
        var names = new OwnerNames(inventory);
        return Document.Pool("VM_POOL", (extended ? _vms : _shortVms).All(vms.Select(vm => new VmSources(vm, inventory, names))));
    }

    /// <summary>A page of those that are not DONE, highest id first.</summary>
    public Document Living(int skip, int take, bool extended)
    {
        var (users, groups) = (inventory.All(PoolKind.User), inventory.All(PoolKind.Group));
        var names = new OwnerNames(inventory);
        var (rendering, made) = (extended ? _vms : _shortVms, new List<Rendered>());
        foreach (var part in inventory.Vms.LivingPage(skip, take))
        {
            var stamp = new Stamp(inventory.Vms.Runs.Changes(part.Run), users, groups);
            var vms = inventory.Vms.Living(part.Run).Select(vm => new VmSources(vm, inventory, names));
            if (part.IsWhole)
                rendering.AddRun(part.Run, stamp, vms, made);
            else
                made.AddRange(rendering.All(vms.Skip(part.Skip).Take(part.Take)));
        }

        return Document.Pool("VM_POOL", made);
    }

    /// <summary>All of them, highest id first.</summary>
    public Document Hosts()
    {
        var (hosts, clusters, made) = (inventory.All(PoolKind.Host), inventory.All(PoolKind.Cluster), new List<Rendered>());
        for (var run = inventory.HostRuns.Highest; run >= 0; run--)
            _hosts.AddRun(run, new Stamp(inventory.HostRuns.Changes(run), hosts, clusters), InRun(run), made);
        return Document.Pool("HOST_POOL", made);

        IEnumerable<HostSources> InRun(int run) => Enumerable.Range(0, Runs.Length).Select(n => (run + 1) * Runs.Length - 1 - n)
            .Select(id => hosts.GetValueOrDefault(id)).OfType<PooledObject>().Select(host => new HostSources(host, inventory));
    }

    /// <summary>One object as its info call gives it.</summary>
    public Document Of(PooledObject o) => o.Kind is PoolKind.Host
        ? Document.Of(_hosts.Of(new HostSources(o, inventory)))
        : Document.Of(to => Writer(o.Kind, inPool: false)(to, o));

    /// <summary>A network with those of its leases whose holders are shown.</summary>
    public Document Network(PooledObject network, Predicate<Holder> shows) => Document.Of(to => new NetworkDocument(inventory, shows).Write(to, network));

    /// <summary>A server user as he himself sees him: with the PASSWORD.</summary>
    public Document Server(PooledObject user) => Document.Of(to => new PeopleDocuments(inventory).Server(to, user));

    public Document Pool(PoolKind kind, IEnumerable<PooledObject> objects) => kind switch
    {
        PoolKind.User => Document.Pool("USER_POOL", objects, new PeopleDocuments(inventory).UserInPool, to => new PeopleDocuments(inventory).Defaults(to, ofGroups: false)),
        PoolKind.Group => Document.Pool("GROUP_POOL", objects, new PeopleDocuments(inventory).GroupInPool, to => new PeopleDocuments(inventory).Defaults(to, ofGroups: true)),
        PoolKind.Host => Document.Pool("HOST_POOL", _hosts.All(objects.Select(host => new HostSources(host, inventory)))),
        PoolKind.Acl => Acl(),
        PoolKind.Zone => Zones(),
        _ => Document.Pool(Root(kind) + "_POOL", objects, Writer(kind, inPool: true)),
    };

    public Document Acl() => Document.Pool("ACL_POOL", _written.Rules(), WrittenDocuments.Acl);

    public Document DefaultQuotas(PoolKind kind) => Document.Of(to => new PeopleDocuments(inventory).Defaults(to, kind is PoolKind.Group));

    /// <summary>Null: there is no such zone here.</summary>
    public Document? Zone(int id) => inventory.Zone is { } zone && zone.Id == id ? Document.Of(to => InfrastructureDocuments.Zone(to, zone)) : null;

    public Document Zones() => Document.Pool("ZONE_POOL", inventory.Zone is { } zone ? [zone] : (ZoneIdentity[])[], InfrastructureDocuments.Zone);

    public static Document Raft() => Document.Of(InfrastructureDocuments.Raft);

    /// <summary>MONITORING_DATA of samples as far back as they are kept, the oldest of each VM first.</summary>
    /// <param name="age">only those that are younger; null: all that are kept; zero: the last of each</param>
    public Document Monitoring(IEnumerable<VirtualMachine> vms, TimeSpan? age) => Document.Pool(
        "MONITORING_DATA", vms.SelectMany(vm => Last(inventory.SamplesOf(vm.Id, Since(age)), age), (vm, sample) => (vm.Id, Sample: sample)),
        (to, of) => MonitoringElements.Vm(to, of.Id, of.Sample));

    /// <inheritdoc cref="Monitoring(IEnumerable{VirtualMachine}, TimeSpan?)"/>
    public Document Monitoring(IEnumerable<HostId> hosts, TimeSpan? age) => Document.Pool(
        "MONITORING_DATA", hosts.SelectMany(id => Last(inventory.SamplesOf(id, Since(age)), age), (id, sample) => (Id: id, Sample: sample)),
        (to, of) => MonitoringElements.Host(to, of.Id, inventory.Host(of.Id), of.Sample));

    private long Since(TimeSpan? age) => age is { } young && young > TimeSpan.Zero ? (time.GetUtcNow() - young).ToUnixTimeSeconds() : long.MinValue;

    private static IEnumerable<T> Last<T>(IReadOnlyList<T> samples, TimeSpan? age) => age == TimeSpan.Zero ? samples.TakeLast(1) : samples;

    /// <summary>HISTORY_RECORDS: each record with its VM as it was then.</summary>
    public Document Accounting(IEnumerable<(VirtualMachine Vm, HistoryRecord Record)> records)
    {
        var names = new OwnerNames(inventory);
        return Document.Pool("HISTORY_RECORDS", records, (to, r) => VmDocument.History(to, r.Vm, r.Record, () =>
            VmDocument.Write(to, new VmSources(
                r.Vm with { Template = (r.Record.Template ?? r.Vm.Template).Set("TM_MAD_SYSTEM", r.Record.Host.TmMad), History = [] }, inventory, names))));
    }

    public Document Showback(IEnumerable<(VirtualMachine Vm, MonthlyCost Cost)> costs)
    {
        var names = new OwnerNames(inventory);
        return Document.Pool("SHOWBACK_RECORDS", costs, (to, c) => ShowbackElements.Write(to, c.Vm, names.Of(c.Vm.Owner), c.Cost));
    }

    /// <inheritdoc cref="ConfigurationDocument.Write"/>
    public Document Configuration(int port, long messageBytes) => Document.Of(to => ConfigurationDocument.Write(to, settings, port, messageBytes));

    public static Document HookLog(IEnumerable<HookExecution> executions) => Document.Pool("HOOKLOG", executions, HookDocument.Execution);

    /// <summary>The whole of it as one text.</summary>
    public static string Text(Document document)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>(4096);
        document.WriteTo(bytes);
        return System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The element of one object.</summary>
    public static string Root(PoolKind kind) => kind switch
    {
        PoolKind.Template => "VMTEMPLATE",
        PoolKind.VirtualNetwork => "VNET",
        PoolKind.SecurityGroup => "SECURITY_GROUP",
        PoolKind.VmGroup => "VM_GROUP",
        PoolKind.VirtualRouter => "VROUTER",
        _ => kind.ToString().ToUpperInvariant(),
    };

    private Action<DocumentWriter, PooledObject> Writer(PoolKind kind, bool inPool) => kind switch
    {
        PoolKind.User => new PeopleDocuments(inventory).User,
        PoolKind.Group => new PeopleDocuments(inventory).Group,
        PoolKind.Image => new ImageDocument(inventory).Write,
        PoolKind.Template or PoolKind.VnTemplate => _written.Template,
        PoolKind.VirtualNetwork => new NetworkDocument(inventory, inPool ? null : _ => true).Write,
        PoolKind.Datastore => _infrastructure.Datastore,
        PoolKind.Cluster => _infrastructure.Cluster,
        PoolKind.Marketplace => _markets.Market,
        PoolKind.MarketplaceApp => _markets.App,
        PoolKind.Vdc => InfrastructureDocuments.Vdc,
        PoolKind.SecurityGroup => _written.SecurityGroup,
        PoolKind.VirtualRouter => _written.VirtualRouter,
        PoolKind.Document => _written.Document,
        PoolKind.VmGroup => _written.VmGroup,
        PoolKind.BackupJob => _written.BackupJob,
        PoolKind.Hook => new HookDocument(inventory, withLog: !inPool).Write,
        _ => (_, o) => throw new InvalidOperationException($"{kind} {o.Id} is of a kind that has no document"),
    };
}
