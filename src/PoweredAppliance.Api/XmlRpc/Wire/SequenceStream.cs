using System.Buffers;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>Reads a sequence without copying it together first, and no further than the allowance.</summary>
internal sealed class SequenceStream(ReadOnlySequence<byte> bytes) : Stream
{
    private ReadOnlySequence<byte> _left = bytes;

    /// <summary>How many bytes may still be read before it is too much.</summary>
    public long Allowance { get; set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var part = _left.Slice(0, Math.Min(buffer.Length, _left.Length));
        part.CopyTo(buffer);
        _left = _left.Slice(part.End);
        Allowance -= part.Length;
        if (Allowance < 0)
            throw new XmlRpcReader.NotACallException("Too much markup at once.");
        return (int)part.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
