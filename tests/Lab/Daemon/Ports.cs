using System.Net;
using System.Net.Sockets;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>
/// Ports of this machine for servers that have to be told theirs. They lie below those that the kernel gives away by itself (from 32768),
/// and belong to the process that asked for as long as it lives, so that nobody takes one between the choice and its use.
/// </summary>
internal static class Ports
{
    private const int First = 15_000, Count = 17_000;

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"powered-ports-{Environment.UserName}")).FullName;
    private static readonly List<FileStream> Held = [];
    private static int _next = Environment.ProcessId * 37 % Count;

    /// <exception cref="IOException">none is free</exception>
    public static int Free()
    {
        lock (Held)
        {
            for (var tried = 0; tried < Count; tried++)
            {
                var port = First + (_next = (_next + 1) % Count);
                if (Hold(port) is not { } mine)
                    continue;
                if (IsFree(port))
                {
                    Held.Add(mine);
                    return port;
                }

                mine.Dispose();
            }
        }

        throw new IOException($"no port from {First} to {First + Count - 1} is free");
    }

    /// <summary>An exclusive lock is what a process loses when it ends, whatever its end.</summary>
    private static FileStream? Hold(int port)
    {
        try
        {
            return new(Path.Combine(Folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
