using System.Xml.Linq;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Tests.Xml;

/// <summary>Order and presence of elements, by the tables of OpenNebula's documents.</summary>
public sealed class DocumentShapeTests
{
    private const string Whole = "CPU=1 MEMORY=64 VMID=0 GRAPHICS=[TYPE=VNC] DISK=[DISK_ID=0,IMAGE_ID=6,SIZE=10] NIC=[NIC_ID=0,NETWORK_ID=11,AR_ID=0,IP=10.0.0.3,MAC=02:00:0a:00:00:03]";

    private static readonly World Full = Made();

    private static World Made()
    {
        var world = new World();
        world.Vm(0, Whole);
        world.Vm(1, state: VmState.Pending, placed: false);
        world.Vm(2, Whole, VmState.Done);
        world.Vm(3, Whole, owner: new(new(2), new(1)));
        world.Measure(0);
        world.Hear(silence: null, new DomainReading(null, 0, "wild \u0001 one", Guid.Empty, DomainPower.Running, "", 2, 512));
        return world;
    }

    public static TheoryData<string, int> Objects => new()
    {
        { nameof(PoolKind.Host), 0 }, { nameof(PoolKind.User), 2 }, { nameof(PoolKind.Group), 1 }, { nameof(PoolKind.Image), 6 }, { nameof(PoolKind.Template), 0 },
        { nameof(PoolKind.VirtualNetwork), 11 }, { nameof(PoolKind.Datastore), 1 }, { nameof(PoolKind.Cluster), 0 }, { nameof(PoolKind.Vdc), 0 },
        { nameof(PoolKind.SecurityGroup), 0 },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void An_object_has_its_elements_in_order_alone_and_in_its_pool(string kindName, int id)
    {
        var kind = Enum.Parse<PoolKind>(kindName);
        var alone = World.Read(Full.Documents.Of(Full.Of(kind, id)));
        Assert.True(Schema.Knows(alone.Name.LocalName));
        Assert.Empty(Schema.Wrong(alone));
        var pool = World.Read(Full.Documents.Pool(kind, [Full.Of(kind, id)]));
        Assert.Equal(alone.Name.LocalName + "_POOL", pool.Name.LocalName);
        Assert.Equal(alone.Name, pool.Elements().First().Name);
        Assert.Empty(pool.Elements().SelectMany(e => Schema.Wrong(e)));
    }

    [Fact]
    public void A_VM_has_its_elements_in_order_whole_and_short()
    {
        foreach (var vm in Full.Inventory.Vms.Ascending())
            Assert.Empty(Schema.Wrong(World.Read(Full.Documents.Vm(vm))));
        Assert.Empty(World.Read(Full.Documents.Vms(Full.Inventory.Vms.Ascending(), extended: true)).Elements().SelectMany(e => Schema.Wrong(e)));
        Assert.Empty(World.Read(Full.Documents.Vms(Full.Inventory.Vms.Ascending(), extended: false)).Elements().SelectMany(e => Schema.Wrong(e, shortVms: true)));
    }

    [Fact]
    public void What_is_not_a_pool_has_its_elements_too()
    {
        foreach (var document in (Document[])[Full.Documents.Acl(), Full.Documents.Zones(), Full.Documents.Zone(0)!, Documents.Raft(), Full.Documents.Monitoring([new HostId(0)], age: null)])
        {
            var read = World.Read(document);
            Assert.True(Schema.Knows(read.Name.LocalName));
            Assert.Empty(Schema.Wrong(read));
        }

        Assert.Null(Full.Documents.Zone(1));
    }

    [Fact]
    public void The_tables_notice_what_is_missing_misplaced_or_no_integer()
    {
        var vm = World.Read(Full.Documents.Vm(Full.Inventory.Vms.Find(new(0))!));
        vm.Element("STATE")!.Value = "";
        vm.Element("BACKUPS")!.Remove();
        Assert.Equal(2, Schema.Wrong(vm).Count());
        vm.AddFirst(new XElement("NAME"));
        Assert.Contains(Schema.Wrong(vm), w => w.StartsWith("VM has NAME ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PoolKind.VmGroup, "VM_GROUP_POOL")]
    [InlineData(PoolKind.VirtualRouter, "VROUTER_POOL")]
    [InlineData(PoolKind.VnTemplate, "VNTEMPLATE_POOL")]
    [InlineData(PoolKind.Marketplace, "MARKETPLACE_POOL")]
    [InlineData(PoolKind.MarketplaceApp, "MARKETPLACEAPP_POOL")]
    [InlineData(PoolKind.Document, "DOCUMENT_POOL")]
    [InlineData(PoolKind.Hook, "HOOK_POOL")]
    [InlineData(PoolKind.BackupJob, "BACKUPJOB_POOL")]
    public void A_pool_of_what_there_is_none_of_is_empty(PoolKind kind, string root)
    {
        var pool = World.Read(Full.Documents.Pool(kind, []));
        Assert.Equal((root, false), (pool.Name.LocalName, pool.HasElements));
    }
}
