namespace LibvirtSharp;

/// <summary>Whole transfers. Progress is the number of bytes so far, holes included. Cancelling, or a failure on our side,
/// aborts the transfer: what has arrived by then is incomplete.</summary>
public sealed partial class VirStream
{
    private const int BlockBytes = 256 * 1024;
    private const int HoleBytes = 64 * 1024;

    /// <summary>Sends all of <paramref name="source"/> and finishes. Returns the number of bytes.</summary>
    public long SendAll(Stream source, IProgress<long>? progress = null, CancellationToken cancel = default) => Whole(() =>
    {
        var buffer = new byte[BlockBytes];
        long total = 0;
        for (int read; (read = source.Read(buffer)) > 0; progress?.Report(total))
        {
            Send(buffer.AsSpan(0, read), cancel);
            total += read;
        }

        return total;
    });

    /// <summary>As <see cref="SendAll"/>, but runs of zeros go as holes, so that the other side stays thin. The transfer must have
    /// been opened as sparse.</summary>
    public long SendAllSparse(Stream source, IProgress<long>? progress = null, CancellationToken cancel = default) => Whole(() =>
    {
        var buffer = new byte[HoleBytes];
        long total = 0, hole = 0;
        for (int read; (read = source.ReadAtLeast(buffer, HoleBytes, throwOnEndOfStream: false)) > 0; progress?.Report(total))
        {
            var block = buffer.AsSpan(0, read);
            total += read;
            if (!block.ContainsAnyExcept((byte)0))
            {
                hole += read;
                continue;
            }

            if (hole > 0)
                SendHole(hole);
            hole = 0;
            Send(block, cancel);
        }

        if (hole > 0)
            SendHole(hole);
        return total;
    });

    /// <summary>Receives into <paramref name="destination"/> up to the end and finishes. Returns the number of bytes.</summary>
    public long ReceiveAll(Stream destination, IProgress<long>? progress = null, CancellationToken cancel = default) => Whole(() =>
    {
        var buffer = new byte[BlockBytes];
        long total = 0;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (Receive(buffer) is not { } received)
                throw MustBlock();
            if (received == 0)
                return total;
            destination.Write(buffer, 0, received);
            total += received;
            progress?.Report(total);
        }
    });

    /// <summary>As <see cref="ReceiveAll"/>, but holes are skipped in a destination that can seek. The transfer must have been
    /// opened as sparse.</summary>
    public long ReceiveAllSparse(Stream destination, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        long total = 0;
        return ReceiveAllSparse(
            data =>
            {
                destination.Write(data);
                progress?.Report(total += data.Length);
            },
            hole =>
            {
                Skip(destination, hole);
                progress?.Report(total += hole);
            }, cancel);
    }

    /// <summary>As <see cref="ReceiveAll"/>, but gives each piece of data and the length of each hole away as it comes. The transfer
    /// must have been opened as sparse.</summary>
    public long ReceiveAllSparse(Action<ReadOnlySpan<byte>> data, Action<long> hole, CancellationToken cancel = default) => Whole(() =>
    {
        var buffer = new byte[BlockBytes];
        long total = 0;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (ReceiveUpToHole(buffer, out var atHole) is not { } received)
                throw MustBlock();
            if (atHole)
            {
                var skipped = ReceiveHole();
                hole(skipped);
                total += skipped;
                continue;
            }

            if (received == 0)
                return total;
            data(buffer.AsSpan(0, received));
            total += received;
        }
    });

    private static void Skip(Stream destination, long bytes)
    {
        if (destination.CanSeek)
        {
            var end = destination.Position + bytes;
            if (destination.Length < end)
                destination.SetLength(end);
            destination.Position = end;
            return;
        }

        var zeros = new byte[Math.Min(bytes, BlockBytes)];
        for (; bytes > 0; bytes -= Math.Min(bytes, zeros.Length))
            destination.Write(zeros, 0, (int)Math.Min(bytes, zeros.Length));
    }

    /// <summary>Sends all of it, on a stream that blocks; the transfer goes on.</summary>
    public void Send(ReadOnlySpan<byte> block, CancellationToken cancel)
    {
        while (!block.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
            block = block[(Send(block) ?? throw MustBlock())..];
        }
    }

    private long Whole(Func<long> transfer)
    {
        if (!Blocks)
            throw MustBlock();
        try
        {
            var total = transfer();
            Finish();
            return total;
        }
        catch when (_handle.IsOpen)
        {
            Abort();
            throw;
        }
    }

    private static InvalidOperationException MustBlock()
        => new("a whole transfer needs a stream that blocks; this one was made with StreamFlags.Nonblock");
}
