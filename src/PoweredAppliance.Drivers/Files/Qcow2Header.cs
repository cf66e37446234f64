using System.Buffers.Binary;
using System.Text;

namespace PoweredAppliance.Drivers.Files;

/// <summary>The beginning of a qcow2 file (docs/interop/qcow2.txt of qemu). All numbers are big-endian.</summary>
internal static class Qcow2Header
{
    /// <summary>Of the first cluster: the header, its extensions and the name of the file that lies under this one.</summary>
    internal const int ClusterBytes = 65536;

    /// <summary>Of what every file has of the header.</summary>
    internal const int Bytes = 72;

    private const int BackingOffset = 8;
    private const int BackingSize = 16;
    private const int Size = 24;
    private const int Snapshots = 60;
    private const int LongestName = 1023;

    /// <summary>Whether a file begins as a qcow2 file does; one that was torn while it was made does not.</summary>
    internal static bool Is(ReadOnlySpan<byte> head) => head.Length >= Bytes && head.StartsWith((ReadOnlySpan<byte>)[(byte)'Q', (byte)'F', (byte)'I', 0xfb]);

    /// <summary>The disk's size as a guest sees it.</summary>
    internal static long GuestBytes(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadInt64BigEndian(head[Size..]);

    /// <summary>How many snapshots lie inside the file.</summary>
    internal static int SnapshotsIn(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadInt32BigEndian(head[Snapshots..]);

    /// <summary>
    /// Writes the name of the file that lies under this one, in place of the one that stands there. Throws
    /// <see cref="HostRefusedException"/> where the file has none, or where the first cluster has no room for the name.
    /// </summary>
    /// <param name="cluster">the file's first cluster</param>
    internal static void PutBacking(Span<byte> cluster, string path)
    {
        var (offset, size) = (BinaryPrimitives.ReadUInt64BigEndian(cluster[BackingOffset..]), BinaryPrimitives.ReadInt32BigEndian(cluster[BackingSize..]));
        var name = Encoding.UTF8.GetBytes(path);
        if (offset is 0 || offset + (ulong)size > (ulong)cluster.Length)
            throw new Core.Drivers.HostRefusedException("the disk's file does not say which image lies under it");
        if (name.Length > LongestName || (int)offset + name.Length > cluster.Length)
            throw new Core.Drivers.HostRefusedException($"the disk's file has no room for the path of its image, {path}");
        var old = cluster.Slice((int)offset, size);
        if (name.Length > size && cluster.Slice((int)offset + size, name.Length - size).ContainsAnyExcept((byte)0))
            throw new Core.Drivers.HostRefusedException($"the disk's file has no room for the path of its image, {path}");
        old.Clear();
        name.CopyTo(cluster[(int)offset..]);
        BinaryPrimitives.WriteInt32BigEndian(cluster[BackingSize..], name.Length);
    }
}
