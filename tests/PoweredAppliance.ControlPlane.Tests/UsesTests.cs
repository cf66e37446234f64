using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Who uses an image or a network, as Inventory keeps it.</summary>
public sealed class UsesTests
{
    private static readonly Gen<int[]> Things = Gen.Int[0, 3].Array[0, 3];

    [Fact]
    public void The_index_says_what_a_walk_over_all_VMs_says_after_any_changes() =>
        Gen.Select(Gen.Int[0, 9], Things, Things, Gen.Bool).Array[0, 60].Sample(changes =>
        {
            var inventory = new Inventory.Inventory();
            foreach (var (id, images, networks, done) in changes)
                inventory.Put(Vm(id, images, networks, done), []);
            for (var thing = 0; thing <= 3; thing++)
            {
                Assert.Equal(Walk(inventory, "DISK", "IMAGE_ID", thing), inventory.VmsOfImage(thing));
                Assert.Equal(Walk(inventory, "NIC", "NETWORK_ID", thing), inventory.VmsOfNetwork(thing));
            }
        });

    [Fact]
    public void Who_writes_different_VMs_at_the_same_time_loses_nobody()
    {
        var inventory = new Inventory.Inventory();
        Parallel.For(0, 16, writer =>
        {
            for (var i = 0; i < 200; i++)
            {
                var id = writer + i * 16;
                inventory.Put(Vm(id, [0], [0], done: false), []);
                inventory.Put(Vm(id, i % 2 == 0 ? [0] : [1], [0], done: i % 5 == 0), []);
            }
        });
        Assert.Equal(Walk(inventory, "DISK", "IMAGE_ID", 0), inventory.VmsOfImage(0));
        Assert.Equal(Walk(inventory, "DISK", "IMAGE_ID", 1), inventory.VmsOfImage(1));
        Assert.Equal(16 * 160, inventory.VmsOfNetwork(0).Count);
    }

    [Fact]
    public async Task After_a_restart_everybody_who_used_a_thing_still_does()
    {
        await using var site = await Site.Start(hosts: 0);
        var ready = ImmutableSortedDictionary<string, string>.Empty.Add("STATE", "1").Add("TYPE", "0").Add("SIZE", "1");
        Assert.Null((await site.Cloud.Pool(new PoolProtocol.Allocate(PoolKind.Image, "im", Caller.Admin, 0, Template.Empty, ready, 7))).Refusal);
        var vms = new[] { await site.Create("CPU=1\nMEMORY=16\nDISK=[IMAGE_ID=7]", hold: true), await site.Create("CPU=1\nMEMORY=16", hold: true) };
        await site.Down();
        await site.Up();
        Assert.Equal([vms[0].Value], site.Inventory.VmsOfImage(7));
        await site.Act(vms[0], VmAction.Terminate);
        Assert.Empty(site.Inventory.VmsOfImage(7)); // law 9: the answer came after it
    }

    private static List<int> Walk(Inventory.Inventory inventory, string vector, string attribute, int thing) =>
    [
        .. inventory.Vms.Ascending().Where(vm => vm.State is not VmState.Done && vm.Template.Vectors(vector).Any(v => v[attribute] == $"{thing}")).Select(vm => vm.Id.Value),
    ];

    private static VirtualMachine Vm(int id, int[] images, int[] networks, bool done) => new()
    {
        Id = new(id),
        Name = "x",
        Owner = Caller.Admin,
        Permissions = 0,
        Template = Template.Parse(string.Join('\n', images.Select(i => $"DISK=[IMAGE_ID={i}]").Concat(networks.Select(n => $"NIC=[NETWORK_ID={n}]")).Append("CPU=1"))),
        UserTemplate = Template.Empty,
        State = done ? VmState.Done : VmState.Pending,
        Start = 1,
    };
}
