using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

public enum AddressKind { Mac, Ip4, Ip6 }

/// <summary>A MAC (48 bits), IPv4 (32) or IPv6 (128) address as a number, which is how ranges count them.</summary>
public readonly record struct Address(AddressKind Kind, UInt128 Value)
{
    /// <summary>Six hexadecimal bytes of one or two digits, with colons.</summary>
    public static Address? Mac(string? text)
    {
        var parts = (text ?? "").Split(':');
        if (parts.Length != 6)
            return null;
        var value = 0UL;
        foreach (var part in parts)
        {
            if (part.Length > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
                return null;
            value = value << 8 | b;
        }

        return Mac(value);
    }

    public static Address Mac(ulong value) => new(AddressKind.Mac, value);

    /// <summary>Four decimal bytes without leading zeros: the system's parser also takes octal parts, which nobody means who writes 010.</summary>
    public static Address? Ip4(string? text)
    {
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily is not AddressFamily.InterNetwork)
            return null;
        var address = Ip4(BinaryPrimitives.ReadUInt32BigEndian(parsed.GetAddressBytes()));
        return address.ToString() == text ? address : null;
    }

    public static Address Ip4(uint value) => new(AddressKind.Ip4, value);

    /// <summary>RFC 4291 text, without a zone or brackets.</summary>
    public static Address? Ip6(string? text) =>
        text is { Length: > 0 } && text.AsSpan().IndexOfAny("%[]/") < 0 && IPAddress.TryParse(text, out var parsed)
        && parsed.AddressFamily is AddressFamily.InterNetworkV6
            ? new(AddressKind.Ip6, BinaryPrimitives.ReadUInt128BigEndian(parsed.GetAddressBytes()))
            : null;

    /// <summary>What a MAC makes of a /64 prefix: the modified EUI-64 of RFC 4291, appendix A.</summary>
    public static Address Slaac(ulong prefix, ulong mac)
    {
        var flipped = mac ^ 0x0200_0000_0000UL;
        var host = flipped >> 24 << 40 | 0xff_fe00_0000UL | (flipped & 0xff_ffffUL);
        return new(AddressKind.Ip6, new UInt128(prefix, host));
    }

    /// <summary>The addresses that a NIC holds: those of its keys that are addresses. SLAAC ones follow from the MAC.</summary>
    public static IEnumerable<Address> Of(VectorAttribute nic)
    {
        if (Mac(nic["MAC"]) is { } mac)
            yield return mac;
        if (Ip4(nic["IP"]) is { } ip)
            yield return ip;
        if (Ip6(nic["IP6"]) is { } ip6)
            yield return ip6;
    }

    public override string ToString()
    {
        var value = (ulong)Value;
        if (Kind is AddressKind.Mac)
            return string.Join(':', Enumerable.Range(0, 6).Select(i => $"{value >> (40 - 8 * i) & 255:x2}"));
        if (Kind is AddressKind.Ip4)
            return $"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}";
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(bytes).ToString();
    }
}
