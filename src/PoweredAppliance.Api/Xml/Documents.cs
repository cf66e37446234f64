using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// Every document of OpenNebula's API, made from what <see cref="Inventory"/> says at the moment it is written. Which objects a
/// caller sees is decided before.
/// </summary>
public sealed class Documents(Inventory inventory, ControlPlaneSettings settings)
{
    private readonly InfrastructureDocuments _infrastructure = new(inventory);
    private readonly WrittenDocuments _written = new(inventory);

    public Document Vm(VirtualMachine vm) => Document.Of(to => new VmDocument(inventory).Write(to, vm));

    /// <param name="extended">VMs as one.vm.info gives them; else their short form</param>
    public Document Vms(IEnumerable<VirtualMachine> vms, bool extended) => extended
        ? Document.Pool("VM_POOL", vms, new VmDocument(inventory).Write)
        : Document.Pool("VM_POOL", vms, new VmShortDocument(inventory).Write);

    /// <summary>One object as its info call gives it.</summary>
    public Document Of(PooledObject o) => Document.Of(to => Writer(o.Kind, inPool: false)(to, o));

    public Document Pool(PoolKind kind, IEnumerable<PooledObject> objects) => kind switch
    {
        PoolKind.User => Document.Pool("USER_POOL", objects, new PeopleDocuments(inventory).UserInPool, to => PeopleDocuments.Defaults(to, "DEFAULT_USER_QUOTAS")),
        PoolKind.Group => Document.Pool("GROUP_POOL", objects, new PeopleDocuments(inventory).GroupInPool, to => PeopleDocuments.Defaults(to, "DEFAULT_GROUP_QUOTAS")),
        PoolKind.Acl => Acl(),
        PoolKind.Zone => Zones(),
        _ => Document.Pool(Root(kind) + "_POOL", objects, Writer(kind, inPool: true)),
    };

    public Document Acl() => Document.Pool("ACL_POOL", _written.Rules(), WrittenDocuments.Acl);

    public static Document DefaultQuotas(PoolKind kind) =>
        Document.Of(to => PeopleDocuments.Defaults(to, kind is PoolKind.User ? "DEFAULT_USER_QUOTAS" : "DEFAULT_GROUP_QUOTAS"));

    /// <summary>Null: there is no such zone here.</summary>
    public Document? Zone(int id) => inventory.Zone is { } zone && zone.Id == id ? Document.Of(to => InfrastructureDocuments.Zone(to, zone)) : null;

    public Document Zones() => Document.Pool("ZONE_POOL", inventory.Zone is { } zone ? [zone] : (ZoneIdentity[])[], InfrastructureDocuments.Zone);

    public static Document Raft() => Document.Of(InfrastructureDocuments.Raft);

    /// <summary>The last sample of each, since none older is kept.</summary>
    public Document Monitoring(IEnumerable<VirtualMachine> vms) => Document.Pool(
        "MONITORING_DATA", vms.Where(vm => inventory.Reading(vm.Id) is not null), (to, vm) => MonitoringElements.Vm(to, vm.Id, inventory.Reading(vm.Id)));

    public Document Monitoring(IEnumerable<HostId> hosts) => Document.Pool(
        "MONITORING_DATA", hosts.Where(id => inventory.Host(id)?.Usage is not null), (to, id) => MonitoringElements.Host(to, id, inventory.Host(id)));

    /// <inheritdoc cref="ConfigurationDocument.Write"/>
    public Document Configuration(int port, long messageBytes) => Document.Of(to => ConfigurationDocument.Write(to, settings, port, messageBytes));

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
        PoolKind.Host => new HostDocument(inventory).Write,
        PoolKind.User => new PeopleDocuments(inventory).User,
        PoolKind.Group => new PeopleDocuments(inventory).Group,
        PoolKind.Image => new ImageDocument(inventory, new Holdings(inventory)).Write,
        PoolKind.Template => _written.Template,
        PoolKind.VirtualNetwork => new NetworkDocument(inventory, new Holdings(inventory), withLeases: !inPool).Write,
        PoolKind.Datastore => _infrastructure.Datastore,
        PoolKind.Cluster => _infrastructure.Cluster,
        PoolKind.Vdc => InfrastructureDocuments.Vdc,
        PoolKind.SecurityGroup => _written.SecurityGroup,
        PoolKind.Document => _written.Document,
        _ => (_, o) => throw new InvalidOperationException($"{kind} {o.Id} is of a kind that has no document"),
    };
}
