namespace LibvirtSharp;

/// <summary>A <see cref="VirStream"/> as .NET knows streams.</summary>
internal sealed class VirStreamAdapter(VirStream stream) : Stream
{
    private bool _closed;

    public override bool CanRead => !_closed;

    public override bool CanWrite => !_closed;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException("a transfer has no length");

    public override long Position
    {
        get => throw new NotSupportedException("a transfer has no position");
        set => throw new NotSupportedException("a transfer has no position");
    }

    public override int Read(Span<byte> buffer)
        => stream.Receive(buffer) ?? throw new InvalidOperationException("nothing to read now; wait by ReadAsync");

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (stream.Blocks)
            return await Task.Run(() => Read(buffer.Span), cancellationToken);
        while (true)
        {
            if (stream.Receive(buffer.Span) is { } received)
                return received;
            await stream.WaitReadable().WaitAsync(cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[(stream.Send(buffer) ?? throw new InvalidOperationException("no room to write now; wait by WriteAsync"))..];
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (stream.Blocks)
        {
            await Task.Run(() => Write(buffer.Span), cancellationToken);
            return;
        }

        while (!buffer.IsEmpty)
        {
            if (stream.Send(buffer.Span) is { } sent)
                buffer = buffer[sent..];
            else
                await stream.WaitWritable().WaitAsync(cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("a transfer has no position");

    public override void SetLength(long value) => throw new NotSupportedException("a transfer has no length");

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            using (stream)
                stream.FinishIfOpen();
        }

        base.Dispose(disposing);
    }
}
