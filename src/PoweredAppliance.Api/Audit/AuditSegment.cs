using System.Buffers.Text;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PoweredAppliance.Api.Audit;

/// <summary>One file of a series, for reading. It may grow meanwhile, or be deleted: then what was there is still read.</summary>
internal sealed record AuditSegment(string Path, long FirstId, long Length)
{
    private const int Block = 64 * 1024;

    /// <summary>What every line begins with; the id follows.</summary>
    private static ReadOnlySpan<byte> Head => "{\"id\":"u8;

    /// <summary>Null: the name is not a segment's.</summary>
    public static AuditSegment? Of(string path)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        return long.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            ? new(path, first, new FileInfo(path) is { Exists: true } file ? file.Length : 0)
            : null;
    }

    /// <summary>Lines with an id below <paramref name="before"/>, the newest first.</summary>
    public IEnumerable<(long Id, ReadOnlyMemory<byte> Line)> Backwards(long before)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            yield break; // it was the oldest, and room was needed
        }

        using (file)
        {
            var end = EndOf(file, before, RandomAccess.GetLength(file));
            var tail = ReadOnlyMemory<byte>.Empty; // the part of a line whose beginning lies in an earlier block
            while (end > 0)
            {
                var start = Math.Max(0, end - Block);
                var bytes = new byte[end - start + tail.Length];
                var read = RandomAccess.Read(file, bytes.AsSpan(0, (int)(end - start)), start);
                if (read < end - start)
                    yield break; // it was cut meanwhile
                tail.CopyTo(bytes.AsMemory((int)(end - start)));
                var rest = bytes.AsMemory();
                for (int at; (at = rest.Span.LastIndexOf((byte)'\n')) >= 0; rest = rest[..at])
                    if (IdOf(rest.Span[(at + 1)..]) is { } id && id < before)
                        yield return (id, rest[(at + 1)..]);
                (tail, end) = (rest, start);
            }

            if (IdOf(tail.Span) is { } first && first < before)
                yield return (first, tail);
        }
    }

    /// <summary>Where the lines end that can have an id below this: at most a block behind the last of them.</summary>
    private static long EndOf(SafeFileHandle file, long before, long length)
    {
        var (low, high) = (0L, length);
        if (before == long.MaxValue)
            return length;
        var block = new byte[Block];
        while (high - low > Block)
        {
            var middle = low + (high - low) / 2;
            var read = RandomAccess.Read(file, block, middle);
            var line = block.AsSpan(0, read);
            line = line[(line.IndexOf((byte)'\n') + 1)..];
            if (IdOf(line) is not { } id)
                return high; // a line that is none: read it all
            if (id < before)
                low = middle;
            else
                high = middle + read - line.Length; // up to the line that is too new
        }

        return high;
    }

    /// <summary>Of the first of these lines; null: it is none.</summary>
    public static long? IdOf(ReadOnlySpan<byte> line) =>
        line.StartsWith(Head) && Utf8Parser.TryParse(line[Head.Length..], out long id, out _) ? id : null;
}
