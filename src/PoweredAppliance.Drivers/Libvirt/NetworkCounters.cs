using System.Globalization;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Traffic of this machine's own network devices; libvirt does not count it.</summary>
internal static class NetworkCounters
{
    internal static (ulong Received, ulong Sent) OfThisMachine()
    {
        const string file = "/proc/net/dev";
        return File.Exists(file) ? Sum(File.ReadLines(file)) : (0, 0);
    }

    /// <summary>Sums devices that are hardware by name: a bridge, a tap or a veth would count the same bytes twice.</summary>
    internal static (ulong Received, ulong Sent) Sum(IEnumerable<string> lines)
    {
        ulong received = 0, sent = 0;
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line[..colon].Trim() is not { Length: > 1 } device || device[0] is not ('e' or 'w' or 'i'))
                continue;
            var figures = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            received += ulong.Parse(figures[0], CultureInfo.InvariantCulture);
            sent += ulong.Parse(figures[8], CultureInfo.InvariantCulture);
        }
        return (received, sent);
    }
}
