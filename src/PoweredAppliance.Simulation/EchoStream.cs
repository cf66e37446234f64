using System.Text;
using System.Threading.Channels;

namespace PoweredAppliance.Simulation;

/// <summary>A simulated guest's serial console: it says who it is and repeats what it is told, on its log too.</summary>
/// <param name="takes">how long it takes to listen to one piece that is typed</param>
/// <param name="time">what measures that</param>
/// <param name="answering">ends when the machine does not keep silent</param>
/// <param name="log">told what is repeated</param>
internal sealed class EchoStream(TimeSpan takes, TimeProvider time, Func<CancellationToken, Task> answering, Action<string> log) : Stream
{
    private readonly Channel<byte[]> _said = Channel.CreateUnbounded<byte[]>();
    private volatile bool _closed;
    private ReadOnlyMemory<byte> _rest = "simulated console\r\n"u8.ToArray();

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken stop = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _said.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
                return 0;
            if (_said.Reader.TryRead(out var next))
                _rest = next;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken stop) =>
        ReadAsync(buffer.AsMemory(offset, count), stop).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        log(Encoding.UTF8.GetString(buffer)); // first: whoever has heard the echo finds it in the log
        _said.Writer.TryWrite(buffer.ToArray());
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken stop = default)
    {
        if (takes > TimeSpan.Zero)
            await Task.Delay(takes, time, stop).ConfigureAwait(false);
        await answering(stop).ConfigureAwait(false);
        Write(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _closed = true;
        _said.Writer.TryComplete();
        base.Dispose(disposing);
    }
}
