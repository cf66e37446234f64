using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Networks;

/// <summary>What a NIC wants of a network: any address, or the one that all of the given name.</summary>
public sealed record LeaseWish(int Network, string? Mac = null, string? Ip = null, string? Ip6 = null)
{
    public bool IsForAny => (Mac ?? Ip ?? Ip6) is null;

    public override string ToString() => string.Join(" with ", new[] { Ip, Ip6, Mac }.Where(t => t is not null));
}

/// <summary>An index of a range that was lent.</summary>
public sealed record Lease(AddressRange Range, int Index);

/// <summary>Chooses what is lent. Nothing is lent that <c>isFree</c> denies.</summary>
public static class Leasing
{
    /// <summary>The first range that can give what is wished; where any will do, the next free one behind the last that was given.</summary>
    /// <param name="cursor">where to begin in a range</param>
    public static (Lease? Lease, Refusal? Why) Choose(
        PooledObject network, IReadOnlyList<AddressRange> ranges, LeaseWish wish, Func<AddressRange, int, bool> isFree, Func<AddressRange, int> cursor)
    {
        foreach (var range in ranges)
        {
            var index = wish.IsForAny ? Next(range, cursor(range), isFree) : IndexOf(range, wish);
            if (index >= 0 && isFree(range, index))
                return (new(range, index), null);
        }

        var text = wish.IsForAny
            ? $"Cannot get IP/MAC lease from virtual network [{network.Id}] ({network.Name}): all {ranges.Sum(r => r.Size)} addresses are in use."
            : $"Cannot get IP/MAC lease {wish} from virtual network [{network.Id}] ({network.Name}): it is in use or outside its {ranges.Count} address ranges.";
        var (field, value) = wish switch
        {
            { Ip: { } ip } => ("IP", ip),
            { Ip6: { } ip6 } => ("IP6", ip6),
            _ => ("MAC", wish.Mac),
        };
        return (null, new(ErrorCode.Internal, text, field, value, network.Id));
    }

    /// <summary>The first run of free addresses in a row; null: there is none.</summary>
    /// <param name="first">where the run must begin</param>
    public static Lease? Run(IReadOnlyList<AddressRange> ranges, int size, int? rangeId, Address? first, Func<AddressRange, int, bool> isFree)
    {
        foreach (var range in ranges)
        {
            if (rangeId is { } id && range.Id != id)
                continue;
            var (from, last) = first is { } address ? (range.IndexOf(address), range.IndexOf(address)) : (0, range.Size - size);
            while (from >= 0 && from <= last && from + size <= range.Size)
            {
                var taken = Enumerable.Range(from, size).FirstOrDefault(i => !isFree(range, i), -1);
                if (taken < 0)
                    return new(range, from);
                from = taken + 1;
            }
        }

        return null;
    }

    /// <summary>The one index that every given address stands for; -1: there is none.</summary>
    private static int IndexOf(AddressRange range, LeaseWish wish)
    {
        var found = -1;
        foreach (var (text, address) in new[] { (wish.Mac, Address.Mac(wish.Mac)), (wish.Ip, Address.Ip4(wish.Ip)), (wish.Ip6, Address.Ip6(wish.Ip6)) })
        {
            if (text is null)
                continue;
            var index = address is { } a ? range.IndexOf(a) : -1;
            if (index < 0 || (found >= 0 && index != found))
                return -1;
            found = index;
        }

        return found;
    }

    private static int Next(AddressRange range, int start, Func<AddressRange, int, bool> isFree)
    {
        for (var i = 0; i < range.Size; i++)
            if ((start + i) % range.Size is var index && isFree(range, index))
                return index;
        return -1;
    }
}
