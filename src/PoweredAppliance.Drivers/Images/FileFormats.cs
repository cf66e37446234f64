using System.Buffers.Binary;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Images;

/// <summary>What a disk's file says of itself.</summary>
internal static class FileFormats
{
    private const int HeaderBytes = 104;
    private const long MaxBytes = 1L << 50;

    /// <summary>Format by the first bytes (qcow2's magic, else raw) and the size a guest sees. Source: qcow2's published header layout.</summary>
    public static async Task<(string Format, long Bytes)> Inspect(string path, CancellationToken stop)
    {
        var head = new byte[HeaderBytes];
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        var read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        if (read == 0)
            throw new ImageRefusedException("the image is empty");
        if (!Qcow2Header.Is(head.AsSpan(0, read)))
            return ("raw", file.Length);
        var version = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
        if (version is not (2 or 3))
            throw new ImageRefusedException($"the image is qcow2 of version {version}; 2 and 3 are known");
        if (BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(8)) != 0)
            throw new ImageRefusedException("the qcow2 image has a backing file; flatten it first (qemu-img convert)");
        if (version == 3 && read >= 80 && (BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(72)) & 4) != 0)
            throw new ImageRefusedException("the qcow2 image keeps its data in another file; flatten it first (qemu-img convert)");
        var size = Qcow2Header.GuestBytes(head);
        return size is > 0 and < MaxBytes ? ("qcow2", size) : throw new ImageRefusedException($"the qcow2 image says it has {size} bytes");
    }
}
