using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Volumes from one host to another, by both hosts' storage API and through this process. Holes stay holes.</summary>
internal static class VolumeCopies
{
    /// <summary>
    /// Writes the content of <paramref name="from"/> into <paramref name="to"/>, which is empty, and reads it back. Throws
    /// <see cref="HostRefusedException"/> when it is not what was sent.
    /// </summary>
    /// <param name="head">what the copy begins with in place of as many bytes of <paramref name="from"/></param>
    /// <param name="tell">called with the number of bytes that were copied or read back since it was called last</param>
    internal static void Copy(StorageVol from, StorageVol to, ReadOnlyMemory<byte> head, Action<long> tell, CancellationToken stop)
    {
        var total = Volumes.FileBytes(from);
        var sent = Send(from, to, head, tell, stop);
        if (Volumes.FileBytes(to) is var arrived && arrived != total)
            throw new HostRefusedException($"{from.Name}: {total} bytes were sent and {arrived} arrived");
        if (!Digest(to, tell, stop).AsSpan().SequenceEqual(sent))
            throw new HostRefusedException($"{from.Name}: what arrived has another checksum than what was sent");
    }

    /// <summary>The digest of what a volume holds now.</summary>
    internal static byte[] Digest(StorageVol volume, Action<long> tell, CancellationToken stop)
    {
        using var digest = new ContentDigest();
        using var stream = volume.Connect.NewStream();
        volume.Download(stream, flags: StorageVolDownloadFlags.SparseStream);
        stream.ReceiveAllSparse(
            data =>
            {
                digest.Append(data);
                tell(data.Length);
            },
            hole =>
            {
                digest.Skip(hole);
                tell(hole);
            }, stop);
        return digest.Finish();
    }

    private static byte[] Send(StorageVol from, StorageVol to, ReadOnlyMemory<byte> head, Action<long> tell, CancellationToken stop)
    {
        using var digest = new ContentDigest();
        if (!head.IsEmpty)
        {
            Volumes.Write(to, head, stop);
            digest.Append(head.Span);
            tell(head.Length);
        }

        using var source = from.Connect.NewStream();
        using var target = to.Connect.NewStream();
        from.Download(source, (ulong)head.Length, flags: StorageVolDownloadFlags.SparseStream);
        to.Upload(target, (ulong)head.Length, flags: StorageVolUploadFlags.SparseStream);
        source.ReceiveAllSparse(
            data =>
            {
                digest.Append(data);
                target.Send(data, stop);
                tell(data.Length);
            },
            hole =>
            {
                digest.Skip(hole);
                target.SendHole(hole);
                tell(hole);
            }, stop);
        target.Finish();
        return digest.Finish();
    }
}
