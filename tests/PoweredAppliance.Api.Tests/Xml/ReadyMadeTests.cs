using System.Buffers;
using System.Text;
using CsCheck;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Tests.Xml;

/// <summary>Documents are kept while nothing they are made of changes. Nobody can tell by reading them.</summary>
public sealed class ReadyMadeTests
{
    private const int Vms = 3;
    private const int Far = Runs.Length + 1; // a VM and a host of another run

    private static readonly string[] Templates =
    [
        "CPU=1 MEMORY=64 VMID=0", "CPU=2 MEMORY=128 GRAPHICS=[TYPE=VNC] DISK=[DISK_ID=0,IMAGE_ID=6,SIZE=10]",
        "CPU=0.5 MEMORY=64 NIC=[NIC_ID=0,NETWORK_ID=11,IP=10.0.0.3] OS=[UUID=\"a]]b & <c>\"]",
    ];

    private static readonly VmState[] States = [VmState.Pending, VmState.Active, VmState.Poweroff, VmState.Done];

    /// <summary>A change of anything that a document of VMs or hosts shows, by a number.</summary>
    private static void Change(World world, int what, int n)
    {
        switch (what)
        {
            case 0:
                world.Vm(n % Vms, Templates[n % Templates.Length], States[n % States.Length], placed: n % 2 == 0, n % 5 == 0 ? new(new(2), new(1)) : null);
                break;
            case 1:
                world.Inventory.Put(new VmId(n % Vms), new VmReading(World.Now + n, new DomainReading(
                    new VmId(n % Vms), 1, "one", Guid.Empty, DomainPower.Running, "", 1, 64, 5, n, 6, 7, 8, 9, 10, (ulong)n), n / 4m));
                break;
            case 2:
                world.Put(PoolKind.User, n % 2 * 2, $"user <{n}>");
                break;
            case 3:
                world.Put(PoolKind.Group, n % 2, $"group-{n}");
                break;
            case 4:
                world.Put(PoolKind.Cluster, 0, $"cluster-{n}");
                break;
            case 5:
                world.Put(PoolKind.Host, 0, "hh", $"NOTE=\"{n}\"", [("CLUSTER_ID", $"{n % 2}")]);
                break;
            case 6:
                world.Vm(Far, Templates[n % Templates.Length], States[n % States.Length]);
                break;
            case 7:
                world.Put(PoolKind.Host, Far, $"far-{n}", facts: [("CLUSTER_ID", "0")]);
                break;
            default:
                world.Hear(n % 2 == 0 ? null : $"silent {n}");
                break;
        }
    }

    [Fact]
    public void A_document_is_what_would_be_written_now_whatever_changed_since_it_was_made() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 1000]).Array[1, 40].Sample(changes =>
        {
            var world = new World();
            for (var id = 0; id < Vms; id++)
                world.Vm(id);
            foreach (var (what, n) in changes)
            {
                Change(world, what, n);
                var fresh = new Documents(world.Inventory, new ControlPlaneSettings { Cipher = new(new byte[AttributeCipher.KeyBytes]) }, TimeProvider.System);
                foreach (var (kept, written) in All(world, world.Documents).Zip(All(world, fresh)))
                {
                    Assert.Equal(Escaped(written), Sent(kept));
                    Assert.Equal(Plain(written), Plain(kept));
                }
            }
        }, iter: 300);

    [Fact]
    public void What_did_not_change_is_not_written_again()
    {
        var world = new World();
        var vm = world.Vm(0);
        ReadOnlyMemory<byte> Made() => world.Documents.Vm(vm).Ready!.Pieces().ElementAt(1);
        var first = Made();
        world.Put(PoolKind.User, 2, "somebody else");
        world.Vm(1);
        Assert.True(first.Equals(Made()));
        world.Measure(0);
        Assert.False(first.Equals(Made()));
    }

    [Fact]
    public void A_page_is_a_part_of_the_list_wherever_it_begins()
    {
        var world = new World();
        for (var id = 0; id < 3 * Runs.Length; id++)
            world.Vm(id, state: id % 5 == 0 ? VmState.Done : VmState.Active);
        var ids = world.Inventory.Vms.Living().Select(vm => vm.Id.Value).ToArray();
        for (var again = 0; again < 3; again++)
            foreach (var (skip, take) in new[] { (0, int.MaxValue), (0, 1), (5, 60), (51, 51), (51, 60), (100, 500), (ids.Length, 4) })
                Assert.Equal(
                    ids.Skip(skip).Take(take),
                    World.Read(world.Documents.Living(skip, take, extended: false)).Elements().Select(vm => (int)vm.Element("ID")!));
    }

    [Fact]
    public void A_run_that_stays_as_it_is_is_one_piece()
    {
        var world = new World();
        for (var id = 0; id < Runs.Length; id++)
            world.Vm(id);
        int Pieces() => world.Documents.Living(0, int.MaxValue, extended: true).Ready!.Pieces().Count() - 2;
        Assert.Equal(Runs.Length, Pieces());
        Assert.Equal(Runs.Length, Pieces());
        Assert.Equal(1, Pieces());
        world.Measure(7);
        Assert.Equal(Runs.Length, Pieces());
        Assert.Equal(Runs.Length, Pieces());
        Assert.Equal(1, Pieces());
    }

    [Fact]
    public void Its_length_is_known_before_it_is_sent()
    {
        var world = new World();
        var pool = world.Documents.Vms([world.Vm(0, Templates[2]), world.Vm(1)], extended: true);
        Assert.Equal(Sent(pool).Length, pool.Ready!.Length);
        var whole = new ArrayBufferWriter<byte>();
        XmlRpcWriter.WriteSuccess(whole, pool, (to, document) => document.WriteTo(to));
        Assert.Equal(whole.WrittenCount, XmlRpcWriter.FrameLength + pool.Ready.Length);
    }

    private static Document[] All(World world, Documents from) =>
    [
        from.Vms(world.Inventory.Vms.Descending(), extended: true), from.Vms(world.Inventory.Vms.Descending(), extended: false),
        from.Vm(world.Inventory.Vms.Find(new(0))!), from.Of(world.Of(PoolKind.Host, 0)), from.Pool(PoolKind.Host, [world.Of(PoolKind.Host, 0)]),
        .. Enumerable.Repeat(0, 3).SelectMany(_ => new[]
        {
            from.Living(0, int.MaxValue, extended: true), from.Living(0, int.MaxValue, extended: false), from.Living(1, 1, extended: false), from.Hosts(),
        }),
    ];

    private static byte[] Sent(Document document) => [.. document.Ready!.Pieces().SelectMany(p => p.ToArray())];

    private static byte[] Escaped(Document document)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var escaping = new XmlEscaping(bytes);
        document.WriteTo(escaping);
        return bytes.WrittenSpan.ToArray();
    }

    private static string Plain(Document document)
    {
        var bytes = new ArrayBufferWriter<byte>();
        document.WriteTo(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
