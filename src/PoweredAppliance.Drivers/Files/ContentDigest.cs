using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PoweredAppliance.Drivers.Files;

/// <summary>
/// SHA-256 of a file's content that costs nothing for its holes: zeros and holes are the same, wherever a file system puts them. Hashed
/// are the blocks that are not all zero, each with its number, and the file's length.
/// </summary>
internal sealed class ContentDigest : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _block = new byte[BlockBytes];
    private long _length;

    private int Filled => (int)(_length % BlockBytes);

    internal static byte[] Of(Stream content, CancellationToken stop)
    {
        using var digest = new ContentDigest();
        var buffer = new byte[BlockBytes];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            stop.ThrowIfCancellationRequested();
            digest.Append(buffer.AsSpan(0, read));
        }
        return digest.Finish();
    }

    internal void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(data.Length, BlockBytes - Filled)];
            part.CopyTo(_block.AsSpan(Filled));
            Advance(part.Length);
            data = data[part.Length..];
        }
    }

    /// <summary>That many zeros.</summary>
    internal void Skip(long bytes)
    {
        if (Filled > 0)
        {
            var part = (int)Math.Min(bytes, BlockBytes - Filled);
            _block.AsSpan(Filled, part).Clear();
            Advance(part);
            bytes -= part;
        }

        if (bytes == 0)
            return;
        _length += bytes;
        _block.AsSpan(0, Filled).Clear();
    }

    /// <summary>The digest of all that came; nothing can come after it.</summary>
    internal byte[] Finish()
    {
        if (Filled > 0)
            HashBlock(_length / BlockBytes, _block.AsSpan(0, Filled));
        Hash(_length);
        return _hash.GetHashAndReset();
    }

    private void Advance(int bytes)
    {
        _length += bytes;
        if (Filled == 0)
            HashBlock((_length / BlockBytes) - 1, _block);
    }

    private void HashBlock(long number, ReadOnlySpan<byte> block)
    {
        if (!block.ContainsAnyExcept((byte)0))
            return;
        Hash(number);
        _hash.AppendData(block);
    }

    private void Hash(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        _hash.AppendData(bytes);
    }

    public void Dispose() => _hash.Dispose();
}
