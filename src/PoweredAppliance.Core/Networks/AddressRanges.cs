using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>The AR vectors of a network's template: each has its AR_ID, MAC and SIZE, and what is on hold of it in HELD.</summary>
public static class AddressRanges
{
    /// <summary>
    /// 02:00 and what would be 240.0.0.0/4, which no network has: MACs that no IPv4 address makes. Ranges without a MAC and without
    /// IPv4 addresses get theirs here.
    /// </summary>
    private const ulong FirstFreeMac = 0x0200_f000_0000, LastFreeMac = 0x0200_ffff_ffff;

    /// <summary>What the appliance itself says about a range: nobody else writes it.</summary>
    private static readonly string[] Derived =
    [
        "ALLOCATED", "HELD", "USED_LEASES", "LEASES", "NEXT_INDEX", "SHARED", "PARENT_NETWORK", "PARENT_NETWORK_AR_ID", "MAC_END", "IP_END", "IP6_END",
        "IP6_ULA", "IP6_ULA_END", "IP6_GLOBAL", "IP6_GLOBAL_END",
    ];

    /// <summary>What stays as it was made.</summary>
    private static readonly string[] Fixed = ["AR_ID", "TYPE", "MAC", "IP", "IP6", "PARENT_NETWORK_AR_ID", "HELD"];

    public static ImmutableArray<AddressRange> Of(PooledObject network) =>
        [.. network.Template.Vectors("AR").Select((ar, i) => AddressRange.Read(ar, i).Range).OfType<AddressRange>()];

    public static int NextId(PooledObject network) => Of(network).Select(r => r.Id + 1).DefaultIfEmpty(0).Max();

    public static AddressRange? Find(PooledObject network, int id) => Of(network).FirstOrDefault(r => r.Id == id);

    /// <summary>What of an AR vector is its owner's to say.</summary>
    public static VectorAttribute Written(VectorAttribute ar) => Derived.Aggregate(ar, (left, name) => left.Without(name));

    /// <summary>The vector as it is stored, with the MAC that it has from now on.</summary>
    /// <param name="parent">the range that it is reserved from</param>
    internal static (VectorAttribute? Made, Refusal? Why) Prepare(VectorAttribute given, int id, ObjectPool pool, ImmutableArray<VectorAttribute> beside, string? parent)
    {
        if (Yes(given["SHARED"]))
            return (null, Refusal.Bad("AR/SHARED", given["SHARED"], $"AR {id}: ranges that lend one address to several VMs (SHARED) are not supported."));
        if (given["IPAM_MAD"] is not (null or "" or "internal"))
            return (null, Refusal.Bad("AR/IPAM_MAD", given["IPAM_MAD"], $"AR {id}: IPAM_MAD '{given["IPAM_MAD"]}' is not known, addresses are managed here (internal)."));
        var (range, why) = AddressRange.Read(Written(given).With("AR_ID", Text(id)), id);
        if (why is not null)
            return (null, why);
        if (given["MAC"] is not { Length: > 0 } && range!.FirstIp is null)
        {
            var others = pool.Objects.Values.SelectMany(o => Of(o)).Concat(beside.Select(ar => AddressRange.Read(ar, 0).Range!));
            if (FreeMacs(range.Size, others) is not { } mac)
                return (null, new(ErrorCode.Internal, $"AR {id}: no {range.Size} MACs in a row are left; give a MAC.", "AR/SIZE", Text(range.Size)));
            range = range with { FirstMac = mac };
        }

        var made = range!.Given.With("TYPE", range.Type).With("MAC", range.Mac(0)).With("SIZE", Text(range.Size));
        if (range.FirstIp is null)
            made = made.Without("IP");
        if (range.FirstIp6 is null)
            made = made.Without("IP6");
        return (parent is null ? made : made.With("PARENT_NETWORK_AR_ID", parent), null);
    }

    /// <summary>The vector after its owner changed it: addresses stay, the SIZE may change unless it was reserved.</summary>
    internal static (VectorAttribute? Made, Refusal? Why) Changed(AddressRange before, VectorAttribute given, ObjectPool pool)
    {
        var next = Fixed.Aggregate(Written(given), (left, name) => left.Without(name));
        foreach (var name in Fixed)
            if (before.Given[name] is { } value)
                next = next.With(name, value);
        if (next["SIZE"] is null or "")
            next = next.With("SIZE", Text(before.Size));
        if (before.FirstIp6 is not null && next["PREFIX_LENGTH"] is null or "")
            next = next.With("PREFIX_LENGTH", before.Given["PREFIX_LENGTH"] ?? "");
        var (range, why) = AddressRange.Read(next, before.Id);
        if (why is not null)
            return (null, why);
        if (before.Parent is not null && range!.Size != before.Size)
            return (null, Refusal.Bad("AR/SIZE", next["SIZE"], $"AR {before.Id}: the SIZE of a reservation cannot be changed."));
        if (range!.Held.LastOrDefault(-1) >= range.Size)
            return (null, Refusal.Bad("AR/SIZE", next["SIZE"], $"AR {before.Id}: New SIZE cannot be applied. There are used leases that would fall outside the range."));
        if (range.Size > before.Size && range.FirstMac >= FirstFreeMac && range.FirstMac <= LastFreeMac
            && pool.Objects.Values.SelectMany(o => Of(o)).Any(o => o.Given != before.Given && Overlap(o, range)))
            return (null, Refusal.Bad("AR/SIZE", next["SIZE"], $"AR {before.Id}: the MACs behind {before.Mac(before.Size - 1)} are another range's; add a range instead."));
        return (next, null);
    }

    /// <summary>The AR vector of a reservation of a run of addresses.</summary>
    public static VectorAttribute Reserved(Lease first, int size)
    {
        var (range, index) = (first.Range, first.Index);
        var made = Written(range.Given).With("TYPE", range.Type).With("MAC", range.Mac(index)).With("SIZE", Text(size)).With("PARENT_NETWORK_AR_ID", Text(range.Id));
        foreach (var (key, value) in new[] { ("IP", range.Ip(index)), ("IP6", range.Ip6(index)) })
            if (value is not null)
                made = made.With(key, value);
        return made;
    }

    internal static VectorAttribute WithHeld(AddressRange range, ImmutableSortedSet<int> held) => held.IsEmpty
        ? range.Given.Without("HELD")
        : range.Given.With("HELD", string.Join(',', held.Select(Text)));

    /// <summary>The first MAC of the first gap of that size; null: there is none.</summary>
    internal static ulong? FreeMacs(int size, IEnumerable<AddressRange> taken)
    {
        var at = FirstFreeMac;
        foreach (var range in taken.OrderBy(r => r.FirstMac))
        {
            if (range.FirstMac + (ulong)range.Size <= at)
                continue;
            if (range.FirstMac >= at + (ulong)size)
                break;
            at = range.FirstMac + (ulong)range.Size;
        }

        return at + (ulong)size - 1 <= LastFreeMac ? at : null;
    }

    private static bool Overlap(AddressRange one, AddressRange other) =>
        one.FirstMac < other.FirstMac + (ulong)other.Size && other.FirstMac < one.FirstMac + (ulong)one.Size;

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static bool Yes(string? text) => text?.ToUpperInvariant() is "YES" or "TRUE" or "1";
}
