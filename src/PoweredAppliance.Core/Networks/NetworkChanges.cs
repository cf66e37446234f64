using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>What can be changed of a network's address ranges, each by its rule against the newest state.</summary>
public static class NetworkChanges
{
    /// <param name="Given">AR vectors; a PARENT_NETWORK_AR_ID is kept on networks that are reservations</param>
    public sealed record AddRanges(int Id, ImmutableArray<VectorAttribute> Given) : PoolProtocol.Change(PoolKind.VirtualNetwork, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject network, ObjectPool pool)
        {
            var (ranges, reserved) = (network.Template.Vectors("AR").ToImmutableArray(), network.Fact(VirtualNetworks.ParentFact) is not null);
            var id = AddressRanges.NextId(network);
            foreach (var ar in Given)
            {
                var (range, why) = AddressRanges.Prepare(ar, id++, pool, ranges, reserved ? ar["PARENT_NETWORK_AR_ID"] : null);
                if (why is not null)
                    return (null, why);
                ranges = ranges.Add(range!);
            }

            return (network with { Template = network.Template.WithVectors("AR", ranges) }, null);
        }
    }

    /// <param name="Given">AR vectors with the AR_ID of what they replace</param>
    public sealed record UpdateRanges(int Id, ImmutableArray<VectorAttribute> Given) : PoolProtocol.Change(PoolKind.VirtualNetwork, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject network, ObjectPool pool)
        {
            var next = network;
            foreach (var ar in Given)
            {
                if (!int.TryParse(ar["AR_ID"], out var id) || AddressRanges.Find(next, id) is not { } before)
                    return (null, NoRange(ar["AR_ID"], Id));
                var (range, why) = AddressRanges.Changed(before, ar, pool);
                if (why is not null)
                    return (null, why);
                next = With(next, before, range!);
            }

            return (next, null);
        }
    }

    public sealed record RemoveRange(int Id, int Range) : PoolProtocol.Change(PoolKind.VirtualNetwork, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject network, ObjectPool pool) =>
            AddressRanges.Find(network, Range) is { } range
                ? (network with { Template = network.Template.WithVectors("AR", network.Template.Vectors("AR").Where(ar => ar != range.Given)) }, null)
                : (null, NoRange(AddressRanges.Text(Range), Id));
    }

    public sealed record Hold(int Id, int Range, int Index) : PoolProtocol.Change(PoolKind.VirtualNetwork, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject network, ObjectPool pool) =>
            AddressRanges.Find(network, Range) is { } range && Index >= 0 && Index < range.Size
                ? (With(network, range, AddressRanges.WithHeld(range, range.Held.Add(Index))), null)
                : (null, NoRange(AddressRanges.Text(Range), Id));
    }

    /// <summary>What is not on hold stays as it is.</summary>
    /// <param name="Range">null: whichever has the address</param>
    public sealed record Release(int Id, int? Range, Address Address) : PoolProtocol.Change(PoolKind.VirtualNetwork, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject network, ObjectPool pool) => (AddressRanges.Of(network)
            .Where(r => (Range is null || r.Id == Range) && r.IndexOf(Address) >= 0)
            .Aggregate(network, (next, r) => With(next, r, AddressRanges.WithHeld(r, r.Held.Remove(r.IndexOf(Address))))), null);
    }

    private static PooledObject With(PooledObject network, AddressRange before, VectorAttribute after) => network with
    {
        Template = network.Template.WithVectors("AR", network.Template.Vectors("AR").Select(ar => ar == before.Given ? after : ar)),
    };

    private static Refusal NoRange(string? id, int network) =>
        new(ErrorCode.Internal, "Address Range does not exist", "AR_ID", id, network);
}
