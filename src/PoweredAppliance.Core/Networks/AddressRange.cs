using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// A run of addresses of a virtual network: MACs, and for IP4 the addresses beside them. Without a MAC the first one is made of
/// MAC_PREFIX 02:00 and the first IP, as OpenNebula does (02:00:0a:00:00:01 for 10.0.0.1).
/// </summary>
public sealed record AddressRange(int Id, string Type, ulong FirstMac, uint? FirstIp, int Size)
{
    public const int MaxSize = 1 << 24;

    public string Mac(int index) => MacText(FirstMac + (ulong)index);
    public string? Ip(int index) => FirstIp is { } first ? IpText(first + (uint)index) : null;

    /// <summary>Where the address stands in the range, -1 when it is not of it.</summary>
    public int IndexOfIp(string ip) => FirstIp is { } first && TryIp(ip, out var value) && value >= first && value - first < (uint)Size
        ? (int)(value - first)
        : -1;

    public int IndexOfMac(string mac) => TryMac(mac, out var value) && value >= FirstMac && value - FirstMac < (ulong)Size
        ? (int)(value - FirstMac)
        : -1;

    /// <summary>Reads one AR vector; refused with the field and value that are wrong.</summary>
    public static (AddressRange? Range, Refusal? Why) Read(VectorAttribute ar, int id)
    {
        var type = (ar["TYPE"] ?? "").ToUpperInvariant();
        if (type is not ("IP4" or "ETHER"))
            return (null, Refusal.Bad("AR/TYPE", ar["TYPE"], $"AR {id}: TYPE must be IP4 or ETHER, it is '{ar["TYPE"]}'."));
        if (!int.TryParse(ar["SIZE"], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size is < 1 or > MaxSize)
            return (null, Refusal.Bad("AR/SIZE", ar["SIZE"], $"AR {id}: SIZE must be 1 to {MaxSize}, it is '{ar["SIZE"]}'."));
        uint? ip = null;
        if (type is "IP4")
        {
            if (!TryIp(ar["IP"], out var first) || (ulong)first + (uint)size > uint.MaxValue)
                return (null, Refusal.Bad("AR/IP", ar["IP"], $"AR {id}: IP '{ar["IP"]}' is no IPv4 address with room for {size}."));
            ip = first;
        }

        ulong mac;
        if (ar["MAC"] is { Length: > 0 } given)
        {
            if (!TryMac(given, out mac))
                return (null, Refusal.Bad("AR/MAC", given, $"AR {id}: MAC '{given}' is not six hexadecimal bytes."));
        }
        else
        {
            mac = 0x0200_0000_0000UL | (ip ?? (uint)id << 16);
        }

        if (mac + (ulong)size > 1UL << 48)
            return (null, Refusal.Bad("AR/MAC", ar["MAC"], $"AR {id}: MAC '{ar["MAC"]}' leaves no room for {size} addresses."));
        return (new(id, type, mac, ip, size), null);
    }

    public static bool TryIp(string? text, out uint value)
    {
        value = 0;
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily is not AddressFamily.InterNetwork || text.Split('.').Length != 4)
            return false;
        var bytes = address.GetAddressBytes();
        value = (uint)(bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        // The parser also takes octal and hexadecimal parts, which nobody means who writes 010.
        return text == IpText(value);
    }

    public static bool TryMac(string text, out ulong value)
    {
        value = 0;
        var parts = text.Split(':');
        if (parts.Length != 6)
            return false;
        foreach (var part in parts)
        {
            if (part.Length > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
                return false;
            value = value << 8 | b;
        }

        return true;
    }

    private static string IpText(uint ip) => $"{ip >> 24}.{ip >> 16 & 255}.{ip >> 8 & 255}.{ip & 255}";

    private static string MacText(ulong mac) => string.Join(':', Enumerable.Range(0, 6).Select(i => $"{mac >> (40 - 8 * i) & 255:x2}"));
}
