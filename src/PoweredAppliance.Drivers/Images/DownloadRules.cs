using System.Net;
using System.Net.Sockets;

namespace PoweredAppliance.Drivers.Images;

/// <summary>What the controller may fetch for those who register images.</summary>
public sealed record DownloadRules
{
    public long MaxBytes { get; init; } = 1L << 42;

    /// <summary>
    /// Whether anybody may name servers with addresses that are not public. Without it nobody can use the controller to look into the
    /// network behind it; servers that administrators named as a marketplace's are asked all the same.
    /// </summary>
    public bool PrivateAddresses { get; init; }

    public int MaxRedirects { get; init; } = 5;

    public TimeSpan ConnectDeadline { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a server may say nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Breaks in a row that bring nothing new before it is given up, and the pause after the first; it doubles.</summary>
    public int Tries { get; init; } = 5;

    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>An address that packets from anywhere in the internet reach. Source: IANA's special-purpose address registries.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily is AddressFamily.InterNetwork)
            return bytes switch
            {
                [0 or 10 or 127 or >= 224, ..] => false,
                [100, >= 64 and < 128, ..] => false,
                [169, 254, ..] or [192, 168, ..] => false,
                [172, >= 16 and < 32, ..] => false,
                [192, 0, 0 or 2, _] or [198, 18 or 19, ..] or [198, 51, 100, _] or [203, 0, 113, _] => false,
                _ => true,
            };
        // Global unicast only, and of that neither what carries an IPv4 address inside (6to4, Teredo) nor documentation.
        return (bytes[0] & 0xe0) == 0x20
            && bytes is not ([0x20, 0x02, ..] or [0x20, 0x01, 0x00 or 0x01, ..] or [0x20, 0x01, 0x0d, 0xb8, ..] or [0x3f, 0xff, ..]);
    }
}
