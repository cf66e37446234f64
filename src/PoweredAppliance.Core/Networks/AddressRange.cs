using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// A run of addresses of a virtual network: MACs, and by its type IPv4 (IP4, IP4_6, IP4_6_STATIC), IPv6 made of the MAC and the
/// prefixes (IP6, IP4_6) or counted (IP6_STATIC, IP4_6_STATIC) addresses beside them. Without a MAC the first one is made of MAC_PREFIX
/// 02:00 and the first IPv4 address, as OpenNebula does (02:00:0a:00:00:01 for 10.0.0.1).
/// </summary>
public sealed record AddressRange(int Id, string Type, ulong FirstMac, uint? FirstIp, int Size)
{
    public const int MaxSize = 1 << 24;
    private const ulong LinkLocal = 0xfe80UL << 48;

    private static readonly string[] Types = ["IP4", "IP6", "IP6_STATIC", "IP4_6", "IP4_6_STATIC", "ETHER"];

    /// <summary>Of the counted IPv6 addresses, null where the type has none.</summary>
    public UInt128? FirstIp6 { get; init; }

    /// <summary>The upper 64 bits; null: not given, or the type makes none.</summary>
    public ulong? GlobalPrefix { get; init; }
    public ulong? UlaPrefix { get; init; }

    /// <summary>All that is written about it.</summary>
    public VectorAttribute Given { get; init; } = VectorAttribute.Of("AR");

    /// <summary>The range of the parent network that it was reserved from, null: of none.</summary>
    public int? Parent => int.TryParse(Given["PARENT_NETWORK_AR_ID"], CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Indexes that are on hold.</summary>
    public ImmutableSortedSet<int> Held => [.. (Given["HELD"] ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries).Select(i => int.Parse(i, CultureInfo.InvariantCulture))];

    public string Mac(int index) => Address.Mac(FirstMac + (ulong)index).ToString();
    public string? Ip(int index) => FirstIp is { } first ? Address.Ip4(first + (uint)index).ToString() : null;
    public string? Ip6(int index) => FirstIp6 is { } first ? new Address(AddressKind.Ip6, first + (uint)index).ToString() : null;
    public string? Ip6Global(int index) => Slaac(GlobalPrefix, index);
    public string? Ip6Ula(int index) => Slaac(UlaPrefix, index);
    public string? Ip6Link(int index) => Type is "IP6" or "IP4_6" ? Slaac(LinkLocal, index) : null;

    /// <summary>The addresses that belong to an index; who has one has them all.</summary>
    public IEnumerable<Address> Addresses(int index)
    {
        yield return Address.Mac(FirstMac + (ulong)index);
        if (FirstIp is { } ip)
            yield return Address.Ip4(ip + (uint)index);
        if (FirstIp6 is { } ip6)
            yield return new(AddressKind.Ip6, ip6 + (uint)index);
    }

    /// <summary>Where the address stands in the range, -1 when it is not of it.</summary>
    public int IndexOf(Address address)
    {
        UInt128? first = address.Kind switch
        {
            AddressKind.Mac => FirstMac,
            AddressKind.Ip4 => FirstIp,
            _ => FirstIp6,
        };
        return first is { } from && address.Value >= from && address.Value - from < (uint)Size ? (int)(address.Value - from) : -1;
    }

    /// <inheritdoc cref="IndexOf(Address)"/>
    public int IndexOfIp(string ip) => Address.Ip4(ip) is { } address ? IndexOf(address) : -1;

    /// <inheritdoc cref="IndexOf(Address)"/>
    public int IndexOfMac(string mac) => Address.Mac(mac) is { } address ? IndexOf(address) : -1;

    /// <summary>Reads one AR vector; refused with the field and value that are wrong.</summary>
    /// <param name="id">of a vector that has no AR_ID yet</param>
    public static (AddressRange? Range, Refusal? Why) Read(VectorAttribute ar, int id)
    {
        if (int.TryParse(ar["AR_ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var own))
            id = own;
        var type = (ar["TYPE"] ?? "").ToUpperInvariant();
        if (!Types.Contains(type))
            return Bad(id, "TYPE", ar, $"TYPE must be one of {string.Join(", ", Types)}, it is");
        var (static6, why) = Static(ar, id, type.EndsWith("_STATIC", StringComparison.Ordinal));
        if (why is not null)
            return (null, why);
        if (SizeOf(ar, static6) is not { } size)
            return Bad(id, "SIZE", ar, $"SIZE must be 1 to {MaxSize}, it is");
        uint? ip = null;
        if (type.StartsWith("IP4", StringComparison.Ordinal))
        {
            if (Address.Ip4(ar["IP"]) is not { } first || first.Value + (uint)size > uint.MaxValue)
                return Bad(id, "IP", ar, $"IP must be an IPv4 address with room for {size}, it is");
            ip = (uint)first.Value;
        }

        var mac = 0x0200_0000_0000UL | (ip ?? (uint)id << 16);
        if (ar["MAC"] is { Length: > 0 } given)
        {
            if (Address.Mac(given) is not { } first)
                return Bad(id, "MAC", ar, "MAC must be six hexadecimal bytes, it is");
            mac = (ulong)first.Value;
        }

        if (mac + (ulong)size > 1UL << 48)
            return Bad(id, "MAC", ar, $"MAC must leave room for {size} addresses, it is");
        var slaac = type is "IP6" or "IP4_6";
        foreach (var name in new[] { "GLOBAL_PREFIX", "ULA_PREFIX" })
            if (slaac && ar[name] is { Length: > 0 } && Prefix(ar[name]) is null)
                return Bad(id, name, ar, $"{name} must be an IPv6 prefix of 64 bits, it is");
        return (new(id, type, mac, ip, size)
        {
            FirstIp6 = static6?.First,
            GlobalPrefix = slaac ? Prefix(ar["GLOBAL_PREFIX"]) : null,
            UlaPrefix = slaac ? Prefix(ar["ULA_PREFIX"]) : null,
            Given = ar,
        }, null);
    }

    private static ((UInt128 First, int Prefix)? Static, Refusal? Why) Static(VectorAttribute ar, int id, bool asked)
    {
        if (!asked)
            return (null, null);
        if (Address.Ip6(ar["IP6"]) is not { } first || UInt128.MaxValue - first.Value < MaxSize)
            return (null, Bad(id, "IP6", ar, "IP6 must be an IPv6 address, it is").Why);
        return int.TryParse(ar["PREFIX_LENGTH"], NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) && prefix is >= 1 and <= 128
            ? ((first.Value, prefix), null)
            : (null, Bad(id, "PREFIX_LENGTH", ar, "PREFIX_LENGTH must be 1 to 128, it is").Why);
    }

    /// <summary>Counted IPv6 addresses need no SIZE: it is then all that their prefix leaves, at most <see cref="MaxSize"/>.</summary>
    private static int? SizeOf(VectorAttribute ar, (UInt128 First, int Prefix)? static6)
    {
        if (ar["SIZE"] is null or "" && static6 is var (first, prefix))
        {
            var mask = prefix == 128 ? UInt128.Zero : UInt128.MaxValue >> prefix;
            var left = mask - (first & mask);
            return left >= MaxSize ? MaxSize : (int)left + 1;
        }

        return int.TryParse(ar["SIZE"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= MaxSize ? size : null;
    }

    private static ulong? Prefix(string? text) => Address.Ip6(text) is { } address ? (ulong)(address.Value >> 64) : null;

    private string? Slaac(ulong? prefix, int index) => prefix is { } bits ? Address.Slaac(bits, FirstMac + (ulong)index).ToString() : null;

    private static (AddressRange?, Refusal? Why) Bad(int id, string name, VectorAttribute ar, string text) =>
        (null, Refusal.Bad($"AR/{name}", ar[name], $"AR {id}: {text} '{ar[name]}'."));
}
