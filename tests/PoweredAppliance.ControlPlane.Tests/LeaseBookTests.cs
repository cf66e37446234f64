using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Two ranges of a network lie over each other: an address in both is one address.</summary>
public sealed class LeaseBookTests
{
    private const string Ranges = "AR=[TYPE=IP4,IP=10.0.0.1,SIZE=12] AR=[TYPE=IP4,IP=10.0.0.8,SIZE=8] AR=[TYPE=ETHER,SIZE=6]";
    private const int Lan = 0;

    private enum Deed { Lend, LendOne, Forget, End, Hold, Release, Reserve, GiveBack, Remove }

    private sealed class World
    {
        public readonly Inventory.Inventory Inventory = new();
        public readonly LeaseBook Book;
        public readonly List<int> Living = [];
        private ObjectPool _networks = ObjectPool.Empty(PoolKind.VirtualNetwork);
        private int _lastVm;

        public World()
        {
            Book = new(Inventory, TimeProvider.System);
            Make($"BRIDGE=b {Ranges}");
        }

        public PooledObject Network => Inventory.Find(PoolKind.VirtualNetwork, Lan)!;
        public IEnumerable<PooledObject> Reservations => Leases.Reservations(Inventory, Lan);

        public void Do(PoolProtocol.ICommand command)
        {
            var decision = _networks.Decide(command, DateTimeOffset.UnixEpoch);
            Assert.Null(decision.Refusal);
            foreach (var e in decision.Events)
                _networks = _networks.Apply(e);
            Inventory.Put(PoolKind.VirtualNetwork, _networks.Objects, -1);
        }

        public void Make(string template, params (string Name, string Value)[] facts) => Do(new PoolProtocol.Allocate(
            PoolKind.VirtualNetwork, $"n{_networks.NextId}", Caller.Admin, 384, Template.Parse(template),
            facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)));

        public void Lend(LeaseWish wish, bool forget)
        {
            var (ticket, leases, why) = Book.Lend([wish]);
            if (why is not null)
                return;
            var id = new VmId(_lastVm++);
            if (!forget)
                Put(id, VmState.Active, LentNic.Complete(VectorAttribute.Of("NIC"), 0, id, Network, leases[0]));
            Book.Settle(ticket, forget ? null : id);
        }

        public void End(int vm)
        {
            Put(new(vm), VmState.Done, Inventory.Vms.Find(new(vm))!.Template.Vector("NIC")!);
            Living.Remove(vm);
        }

        private void Put(VmId id, VmState state, VectorAttribute nic)
        {
            Inventory.Put(new VirtualMachine
            {
                Id = id,
                Name = "x",
                Owner = Caller.Admin,
                Permissions = 384,
                Start = 1,
                State = state,
                UserTemplate = Template.Empty,
                Template = Template.Of(nic),
            }, []);
            if (state is not VmState.Done)
                Living.Add(id.Value);
        }

        /// <summary>Everything that somebody has, each as often as somebody has it.</summary>
        public List<Address> Held() =>
        [
            .. Living.SelectMany(vm => Address.Of(Inventory.Vms.Find(new(vm))!.Template.Vector("NIC")!)),
            .. AddressRanges.Of(Network).SelectMany(r => r.Held.SelectMany(r.Addresses)),
            .. Reservations.SelectMany(n => AddressRanges.Of(n)).SelectMany(r => Enumerable.Range(0, r.Size).SelectMany(r.Addresses)),
        ];
    }

    [Fact]
    public void No_address_is_ever_somebody_elses_too() => Gen.Select(Gen.Enum<Deed>(), Gen.Int[0, 19]).List[1, 60].Sample(deeds =>
    {
        var world = new World();
        foreach (var (deed, n) in deeds)
        {
            Step(world, deed, n);
            var held = world.Held();
            Assert.Equal(held.Count, held.Distinct().Count());
        }
    }, iter: 2000);

    private static void Step(World world, Deed deed, int n)
    {
        var address = Address.Ip4(0x0a00_0001 + (uint)n);
        switch (deed)
        {
            case Deed.Lend or Deed.Forget:
                world.Lend(new(Lan), deed is Deed.Forget);
                break;
            case Deed.LendOne:
                world.Lend(new(Lan, Ip: address.ToString()), forget: false);
                break;
            case Deed.End when world.Living.Count > 0:
                world.End(world.Living[n % world.Living.Count]);
                break;
            case Deed.Hold when world.Book.Take(Lan, null, address, 1) is (var ticket, { } lease):
                world.Do(new NetworkChanges.Hold(Lan, lease.Range.Id, lease.Index));
                world.Book.Settle(ticket, null);
                break;
            case Deed.Release:
                world.Do(new NetworkChanges.Release(Lan, null, address));
                break;
            case Deed.Reserve when world.Book.Take(Lan, null, null, n % 4 + 1) is (var ticket, { } run):
                world.Make(AddressRanges.Reserved(run, n % 4 + 1).ToString(), (VirtualNetworks.ParentFact, "0"));
                world.Book.Settle(ticket, null);
                break;
            case Deed.GiveBack when world.Reservations.FirstOrDefault() is { } reservation:
                world.Do(new PoolProtocol.Delete(PoolKind.VirtualNetwork, reservation.Id));
                break;
            case Deed.Remove when world.Book.Close(Lan, n % 3, 0, evenInUse: n > 15) is (var ticket, null):
                world.Do(new NetworkChanges.RemoveRange(Lan, n % 3));
                world.Book.Settle(ticket, null);
                break;
        }
    }

    [Fact]
    public void What_is_granted_is_nobody_elses_before_it_is_settled()
    {
        var world = new World();
        var (ticket, run) = world.Book.Take(Lan, 0, null, 12);
        Assert.NotNull(run);
        // Eight to twelve stand in both ranges.
        Assert.NotNull(world.Book.Lend([new(Lan, Ip: "10.0.0.12")]).Why);
        Assert.Null(world.Book.Lend([new(Lan, Ip: "10.0.0.13")]).Why);
        Assert.NotNull(world.Book.Close(Lan, 0, 0, evenInUse: true).Why);
        Assert.Equal(ErrorCode.Action, world.Book.Close(Lan, null, 0, evenInUse: false).Why?.Code);
        world.Book.Settle(ticket, null);
        Assert.Null(world.Book.Lend([new(Lan, Ip: "10.0.0.12")]).Why);
    }

    [Fact]
    public void Of_several_wishes_all_are_granted_or_none()
    {
        var world = new World();
        Assert.NotNull(world.Book.Lend([new(Lan, Ip: "10.0.0.1"), new(Lan, Ip: "10.0.0.1")]).Why);
        Assert.Equal(ErrorCode.NoExists, world.Book.Lend([new(Lan, Ip: "10.0.0.1"), new(Lan + 9)]).Why?.Code);
        Assert.Null(world.Book.Lend([new(Lan, Ip: "10.0.0.1")]).Why);
    }

    [Fact]
    public void A_range_shrinks_only_behind_what_is_in_use()
    {
        var world = new World();
        world.Lend(new(Lan, Ip: "10.0.0.5"), forget: false);
        Assert.Contains("outside the range", world.Book.Close(Lan, 0, 4, evenInUse: false).Why?.Text, StringComparison.Ordinal);
        Assert.Null(world.Book.Close(Lan, 0, 5, evenInUse: false).Why);
        Assert.NotNull(world.Book.Lend([new(Lan, Ip: "10.0.0.6")]).Why);
    }
}
