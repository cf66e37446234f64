namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>A guest's serial console. qemu looks once a second whether somebody has opened its pseudo terminal and until then reads
/// nothing from it; what is left in a terminal that was closed before waits there for the next who opens it. So a console in which
/// something was typed stays open until qemu has looked.</summary>
internal sealed class GuestConsole(Stream console, TimeProvider time) : Stream
{
    private static readonly TimeSpan Looks = TimeSpan.FromSeconds(1.5);

    private readonly long _opened = time.GetTimestamp();
    private bool _typed;

    public override bool CanRead => console.CanRead;
    public override bool CanWrite => console.CanWrite;
    public override bool CanSeek => false;
    public override long Length => console.Length;
    public override long Position { get => console.Position; set => console.Position = value; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        console.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        console.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => console.Read(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _typed = true;
        return console.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count)
    {
        _typed = true;
        console.Write(buffer, offset, count);
    }

    public override void Flush() => console.Flush();

    public override long Seek(long offset, SeekOrigin origin) => console.Seek(offset, origin);

    public override void SetLength(long value) => console.SetLength(value);

    public override async ValueTask DisposeAsync()
    {
        if (_typed && Looks - time.GetElapsedTime(_opened) is { Ticks: > 0 } left)
            await Task.Delay(left, time).ConfigureAwait(false);
        await console.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes at once.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            console.Dispose();
        base.Dispose(disposing);
    }
}
