using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks;

/// <summary>
/// One client: a raw socket that stays open, asks, and reads the answer by Content-Length or chunks without keeping more than its
/// beginning. As little work as can be done, since the load runs on the cores of what it measures.
/// </summary>
internal sealed class RpcConnection(Uri endpoint) : IDisposable
{
    private const int KeptOfBody = 512;
    private const int MostOfHead = 8 * 1024;

    private enum Part
    {
        Head,
        Fixed,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Done,
    }

    private readonly byte[] _head = new byte[MostOfHead];
    private readonly byte[] _kept = new byte[KeptOfBody];
    private RpcRequest? _asked;
    private Part _part;
    private int _headLength, _keptLength;
    private long _left;
    private bool _close, _heard;

    public Socket Socket { get; private set; } = Connect(endpoint);

    /// <summary>Bytes of the last answer's body.</summary>
    public long BodyLength { get; private set; }

    /// <summary>Which call it is that this client waits for.</summary>
    public int Call { get; private set; }

    public void Ask(RpcRequest request, int call)
    {
        if (_close)
            Reconnect();
        Call = call;
        (_asked, _part, _headLength, _keptLength, _left, _heard, BodyLength) = (request, Part.Head, 0, 0, 0, false, 0);
        Socket.Send(request.Bytes);
    }

    /// <summary>Takes what is there to be read; true: that was the end of the answer.</summary>
    public bool Hear(byte[] buffer)
    {
        var count = Socket.Receive(buffer);
        if (count == 0)
        {
            // A server may close a connection it kept open for long enough; then the call has not been seen.
            if (_heard)
                throw new BenchmarkException($"{_asked?.Kind} was cut off after {BodyLength} bytes by {endpoint}");
            Reconnect();
            Socket.Send(_asked!.Bytes);
            return false;
        }

        _heard = true;
        ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
        while (_part is not Part.Done && !bytes.IsEmpty)
            bytes = Take(bytes);
        return _part is Part.Done;
    }

    /// <summary>The answer's item 0 is true.</summary>
    public bool Ok => Kept.IndexOf("<boolean>1</boolean>"u8) >= 0;

    /// <summary>The number behind the success, of a call that is answered with one; else -1.</summary>
    public int Id
    {
        get
        {
            var after = Kept[Math.Max(0, Kept.IndexOf("</boolean>"u8))..];
            var at = Math.Max(after.IndexOf("<i4>"u8), after.IndexOf("<int>"u8));
            return at >= 0 && Utf8Parser.TryParse(after[(at + after[at..].IndexOf((byte)'>') + 1)..], out int id, out _) ? id : -1;
        }
    }

    /// <summary>How the answer begins, for people.</summary>
    public string Beginning => Encoding.UTF8.GetString(Kept);

    public void Dispose() => Socket.Dispose();

    private ReadOnlySpan<byte> Kept => _kept.AsSpan(0, _keptLength);

    private ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes)
    {
        switch (_part)
        {
            case Part.Head:
                return Head(bytes);
            case Part.Fixed:
                return Body(bytes, Part.Done);
            case Part.Chunk:
                return Body(bytes, Part.ChunkEnd);
            default:
                return Line(bytes);
        }
    }

    private ReadOnlySpan<byte> Head(ReadOnlySpan<byte> bytes)
    {
        var before = _headLength;
        var taken = Math.Min(bytes.Length, _head.Length - before);
        bytes[..taken].CopyTo(_head.AsSpan(before));
        _headLength += taken;
        var end = _head.AsSpan(0, _headLength).IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return _headLength < _head.Length ? [] : throw new BenchmarkException($"{endpoint} sends a head of more than {MostOfHead} bytes");
        var head = Encoding.ASCII.GetString(_head, 0, end);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new BenchmarkException($"{_asked?.Kind} was answered with {head.Split('\r')[0]} by {endpoint}");
        _close = Field(head, "Connection") is { } word && word.Equals("close", StringComparison.OrdinalIgnoreCase);
        (_part, _left) = Field(head, "Content-Length") is { } length
            ? (Part.Fixed, long.Parse(length, CultureInfo.InvariantCulture))
            : (Part.ChunkSize, 0);
        _headLength = 0;
        return bytes[(end + 4 - before)..];
    }

    private ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes, Part then)
    {
        var taken = (int)Math.Min(bytes.Length, _left);
        var kept = Math.Min(taken, _kept.Length - _keptLength);
        bytes[..kept].CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += kept;
        BodyLength += taken;
        _left -= taken;
        if (_left == 0)
            _part = then;
        return bytes[taken..];
    }

    /// <summary>A chunk's size, the empty line behind a chunk, or the empty line behind the last.</summary>
    private ReadOnlySpan<byte> Line(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        var taken = end < 0 ? bytes.Length : end + 1;
        bytes[..taken].CopyTo(_head.AsSpan(_headLength));
        _headLength += taken;
        if (end < 0)
            return [];
        var line = Encoding.ASCII.GetString(_head, 0, _headLength).TrimEnd('\r', '\n');
        _headLength = 0;
        switch (_part)
        {
            case Part.ChunkSize:
                _left = long.Parse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                _part = _left == 0 ? Part.Trailer : Part.Chunk;
                break;
            case Part.ChunkEnd:
                _part = Part.ChunkSize;
                break;
            case Part.Trailer when line.Length == 0:
                _part = Part.Done;
                break;
        }

        return bytes[taken..];
    }

    private void Reconnect()
    {
        Socket.Dispose();
        (Socket, _close) = (Connect(endpoint), false);
    }

    private static string? Field(string head, string name)
    {
        var at = head.IndexOf($"\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var value = head.AsSpan(at + name.Length + 2);
        var end = value.IndexOf('\r');
        return (end < 0 ? value : value[..end]).Trim().ToString();
    }

    private static Socket Connect(Uri endpoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(endpoint.Host, endpoint.Port);
        return socket;
    }
}
