using System.Globalization;

namespace PoweredAppliance.Api.Audit;

/// <summary>
/// The segments of one series: <c>SERIES-FIRSTID.jsonl</c>, one entry a line, ids ascending. The newest is written to; the oldest
/// are deleted when all together are larger than the limit.
/// </summary>
/// <param name="most">bytes of all segments together</param>
internal sealed class AuditFiles(string folder, AuditSeries series, long most) : IDisposable
{
    private const int SegmentsOfAll = 16;
    private const int LeastSegment = 64 * 1024;

    private readonly int _segment = (int)Math.Clamp(most / SegmentsOfAll, LeastSegment, int.MaxValue);
    private readonly string _name = series.ToString().ToLowerInvariant();
    private FileStream? _open;
    private bool _torn;

    /// <summary>Written and not yet on the disk.</summary>
    public bool IsDirty { get; private set; }

    public IReadOnlyList<AuditSegment> Segments() => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, $"{_name}-*.jsonl").Select(AuditSegment.Of).OfType<AuditSegment>().OrderBy(s => s.FirstId)]
        : [];

    /// <summary>The greatest id that is stored, 0: none.</summary>
    public long LastId() => Segments().Reverse().SelectMany(s => s.Backwards(long.MaxValue)).FirstOrDefault().Id;

    /// <summary>Appends whole lines; they survive the death of the process from here on.</summary>
    /// <exception cref="IOException">They may be stored in part; the next ones begin on a line of their own.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.Length <= _segment ? lines.Length : lines[.._segment].LastIndexOf((byte)'\n') + 1;
            if (end == 0)
                end = lines.IndexOf((byte)'\n') + 1;
            if (_open is not null && _open.Length + end > _segment)
                Close();
            _open ??= Open(lines[..end]);
            Write(_open, lines[..end]);
            lines = lines[end..];
        }
    }

    private void Write(FileStream file, ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_torn)
                file.WriteByte((byte)'\n');
            file.Write(lines);
            _torn = false;
            IsDirty = true;
        }
        catch
        {
            _torn = true;
            throw;
        }
    }

    /// <summary>What was appended survives a power failure from here on.</summary>
    public void Flush()
    {
        if (_open is not null && IsDirty)
            _open.Flush(flushToDisk: true);
        IsDirty = false;
    }

    public void Dispose() => Close();

    private void Close()
    {
        Flush();
        _open?.Dispose();
        _open = null;
    }

    /// <summary>Goes on with the newest segment when it has room; a line that a kill left half written stays alone.</summary>
    private FileStream Open(ReadOnlySpan<byte> lines)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var segments = Segments();
        var path = segments is [.., var last] && last.Length + lines.Length <= _segment
            ? last.Path
            : Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{_name}-{AuditSegment.IdOf(lines):D17}.jsonl"));
        var used = segments.Sum(s => s.Length) + _segment;
        foreach (var old in segments.Where(s => s.Path != path).TakeWhile(_ => used > most))
        {
            used -= old.Length;
            File.Delete(old.Path);
        }

        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            _torn = file.ReadByte() != '\n';
        }

        return file;
    }
}
