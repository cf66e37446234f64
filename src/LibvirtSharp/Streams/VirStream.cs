namespace LibvirtSharp;

/// <summary>virStream: bytes to and from a host, through the connection: volumes, consoles, screenshots. (The name keeps it
/// apart from <see cref="System.IO.Stream"/>.) After the last byte of a transfer it must be finished, which also tells
/// whether the other side has written everything; disposing of it before that aborts the transfer. One thread at a time.</summary>
public sealed unsafe partial class VirStream : IDisposable
{
    private readonly StreamHandle _handle;

    internal VirStream(StreamHandle handle, bool blocks) => (_handle, Blocks) = (handle, blocks);

    internal StreamHandle Handle
    {
        get
        {
            _handle.IsOpen = true; // whoever takes the handle opens a transfer on it
            return _handle;
        }
    }

    /// <summary>False when the stream was made with <see cref="StreamFlags.Nonblock"/>.</summary>
    public bool Blocks { get; }

    /// <summary>virStreamSend: how many of the bytes were taken; null when a stream that does not block has no room now.</summary>
    public int? Send(ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data)
        {
            var sent = Interop.virStreamSend(_handle, p, (nuint)data.Length);
            return sent == WouldBlock ? null : sent >= 0 ? sent : throw Broken(nameof(Interop.virStreamSend));
        }
    }

    /// <summary>virStreamRecv: how many bytes came, 0 at the end; null when a stream that does not block has none now.</summary>
    public int? Receive(Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            var received = Interop.virStreamRecv(_handle, p, (nuint)buffer.Length);
            return received == WouldBlock ? null : received >= 0 ? received : throw Broken(nameof(Interop.virStreamRecv));
        }
    }

    /// <summary>virStreamSendHole: that many bytes of nothing, on a sparse transfer.</summary>
    public void SendHole(long bytes) => Check.Ok(Interop.virStreamSendHole(_handle, bytes, 0));

    /// <summary>virStreamRecvFlags: as <see cref="Receive"/>, but stops where a hole begins and then says so; take the hole by
    /// <see cref="ReceiveHole"/>.</summary>
    public int? ReceiveUpToHole(Span<byte> buffer, out bool atHole)
    {
        fixed (byte* p = buffer)
        {
            var received = Interop.virStreamRecvFlags(_handle, p, (nuint)buffer.Length, (uint)StreamRecvFlags.StopAtHole);
            atHole = received == AtHole;
            return received == WouldBlock ? null
                : atHole ? 0
                : received >= 0 ? received : throw Broken(nameof(Interop.virStreamRecvFlags));
        }
    }

    /// <summary>virStreamRecvHole: how many bytes of nothing come next.</summary>
    public long ReceiveHole()
    {
        long bytes;
        Check.Ok(Interop.virStreamRecvHole(_handle, &bytes, 0));
        return bytes;
    }

    /// <summary>virStreamFinish: waits until the other side has everything. An error means that the transfer failed.</summary>
    public void Finish()
    {
        _handle.IsOpen = false;
        Check.Ok(Interop.virStreamFinish(_handle));
    }

    internal void FinishIfOpen()
    {
        if (_handle.IsOpen)
            Finish();
    }

    /// <summary>virStreamAbort: gives the transfer up.</summary>
    public void Abort()
    {
        _handle.IsOpen = false;
        Check.Ok(Interop.virStreamAbort(_handle));
    }

    /// <summary>virStreamEventAddCallback: completes when a stream that does not block can be read, or is broken, which the next
    /// call on it reports.</summary>
    public Task WaitReadable() => Readiness.Wait(StreamEventType.Readable);

    /// <summary>As <see cref="WaitReadable"/>, for writing.</summary>
    public Task WaitWritable() => Readiness.Wait(StreamEventType.Writable);

    /// <summary>This as a <see cref="System.IO.Stream"/>: reads and writes straight through. Closing it finishes the transfer.
    /// With a stream that does not block, only the asynchronous calls wait.</summary>
    public Stream AsStream() => new VirStreamAdapter(this);

    /// <summary>Aborts a transfer that is not finished; virStreamFree.</summary>
    public void Dispose() => _handle.Dispose();

    private const int WouldBlock = -2;
    private const int AtHole = -3;

    private StreamReadiness Readiness => Blocks
        ? throw new InvalidOperationException("a stream that blocks has no events; make it with StreamFlags.Nonblock")
        : _handle.Readiness ??= new StreamReadiness(_handle);

    /// <summary>libvirt has given the transfer up itself when a call on it fails.</summary>
    private LibvirtException Broken(string function)
    {
        var failure = LibvirtException.Last(function);
        _handle.IsOpen = false;
        return failure;
    }
}
