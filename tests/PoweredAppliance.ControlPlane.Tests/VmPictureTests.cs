using CsCheck;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>The picture of all VMs, as lists and pages read it.</summary>
public sealed class VmPictureTests
{
    private static void Put(Inventory.Inventory inventory, int id, bool alive) => inventory.Put(
        new VirtualMachine
        {
            Id = new(id),
            Name = $"vm-{id}",
            Owner = Caller.Admin,
            Permissions = 0,
            Template = Template.Empty,
            UserTemplate = Template.Empty,
            Start = 0,
            State = alive ? VmState.Hold : VmState.Done,
        },
        []);

    [Fact]
    public void A_page_at_an_offset_is_what_a_walk_to_it_would_find() =>
        Gen.Select(Gen.Select(Gen.Int[0, 2_000], Gen.Bool).Array[0, 300], Gen.Int[0, 300], Gen.Int[1, 400], Gen.Int[0, 1_500]).Sample((changes, skipped, taken, dead) =>
        {
            var inventory = new Inventory.Inventory();
            for (var id = 0; id < dead; id++)
                Put(inventory, id, alive: false);
            foreach (var (id, alive) in changes)
                Put(inventory, id, alive);
            var all = inventory.Vms.Descending().Where(vm => vm.State is not VmState.Done).ToList();
            Assert.Equal(all, inventory.Vms.Living());
            var page = inventory.Vms.LivingPage(skipped, taken).SelectMany(part => inventory.Vms.Living(part.Run).Skip(part.Skip).Take(part.Take));
            Assert.Equal(all.Skip(skipped).Take(taken), page);
        }, iter: 300);

    [Fact]
    public async Task What_many_put_at_once_is_all_there()
    {
        var byId = new Inventory.ById<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(part => Task.Run(() =>
        {
            for (var id = part; id < 20_000; id += 8)
            {
                byId.Put(id, $"{id}");
                Assert.Equal($"{id}", byId.Find(id));
                Assert.Same(byId.Find(id), byId.GetOrAdd(id, _ => "another"));
            }
        })));
        Assert.Equal(19_999, byId.HighestId);
        Assert.All(Enumerable.Range(0, 20_000), id => Assert.Equal($"{id}", byId.Find(id)));
        Assert.Null(byId.Find(20_000));
        Assert.Null(byId.Find(-1));
    }
}
