using LibvirtSharp;

namespace Examples;

public static class ListAndMeasure
{
    /// <summary>What every running guest uses, in one round trip to the host.</summary>
    public static void Run(string uri, TextWriter output)
    {
        using var connect = Connect.Open(uri);
        output.WriteLine($"{connect.Hostname}: {connect.Type} {connect.Version}, libvirt {connect.LibVersion}");

        foreach (var guest in connect.GetAllDomainStats(flags: ConnectGetAllDomainStatsFlags.Running))
        {
            var written = guest.Blocks.Sum(b => (long)(b.WriteBytes ?? 0));
            output.WriteLine($"{guest.Domain.Name} ({guest.State}): cpu {guest.CpuTime?.ToString() ?? "unknown"} ns, written {written} bytes");
        }
    }
}
