using System.Globalization;
using PoweredAppliance.Lab.Daemon;

namespace Benchmarks;

/// <summary>What a daemon holds of its machine.</summary>
/// <param name="Connections">to its XML-RPC port that have not ended on its side</param>
/// <param name="Resident">bytes</param>
internal readonly record struct Holdings(int Threads, int Files, int Connections, long Resident)
{
    /// <summary>States of /proc/net/tcp in which the daemon still holds the socket.</summary>
    private static readonly string[] Held = ["01", "08"]; // ESTABLISHED, CLOSE_WAIT

    public static Holdings Of(DaemonProcess daemon) => new(
        (int)Status(daemon.Pid, "Threads:"), Directory.GetFileSystemEntries($"/proc/{daemon.Pid}/fd").Length, ConnectionsTo(daemon.XmlRpcPort), Status(daemon.Pid, "VmRSS:") << 10);

    public override string ToString() => $"{Threads} threads, {Files} files, {Connections} connections, {Resident >> 20} MiB";

    private static int ConnectionsTo(int port)
    {
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(fields => fields[1].EndsWith(local, StringComparison.Ordinal) && Held.Contains(fields[3]));
    }

    private static long Status(int pid, string name) => long.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
