using System.Globalization;
using System.Text;
using System.Text.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Audit;

/// <summary>
/// Looks for entries, newest first over all series. One search reads at most <see cref="MostBytes"/>; where it had to stop there, the
/// page may be short but says where to go on.
/// </summary>
internal sealed class AuditSearch(AuditLog log)
{
    public const int MostEntries = 1000;
    private const int UsualEntries = 100;
    private const long MostBytes = 64L * 1024 * 1024;

    private readonly SemaphoreSlim _turns = new(2);

    public async Task<AuditPage> Find(AuditQuery query, CancellationToken stop)
    {
        await _turns.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(query, stop), stop).ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    private AuditPage Read(AuditQuery query, CancellationToken stop)
    {
        var before = Math.Min(query.Before ?? long.MaxValue, query.Until is { } until ? IdAt(until) : long.MaxValue);
        var after = Math.Max(query.After ?? -1, query.Since is { } since ? IdAt(since) - 1 : -1);
        var (wanted, found, read) = (query.Limit ?? UsualEntries, new List<AuditEntry>(), 0L);
        var needles = Needles(query);
        var newest = new PriorityQueue<IEnumerator<(long Id, ReadOnlyMemory<byte> Line)>, long>();
        foreach (var files in log.Series)
            Advance(newest, files.Segments().Reverse().Where(s => s.FirstId < before).SelectMany(s => s.Backwards(before)).GetEnumerator());
        try
        {
            while (newest.TryDequeue(out var lines, out _))
            {
                stop.ThrowIfCancellationRequested();
                var (id, line) = lines.Current;
                if (id <= after)
                {
                    lines.Dispose();
                    continue;
                }

                if (found.Count == wanted || read > MostBytes)
                {
                    lines.Dispose();
                    return new(found, id + 1);
                }

                read += line.Length;
                if (needles.TrueForAll(needle => line.Span.IndexOf(needle) >= 0) && Entry(line.Span) is { } entry && Matches(query, entry))
                    found.Add(entry);
                Advance(newest, lines);
            }
        }
        finally
        {
            while (newest.TryDequeue(out var lines, out _))
                lines.Dispose();
        }

        return new(found);
    }

    private static void Advance(PriorityQueue<IEnumerator<(long Id, ReadOnlyMemory<byte> Line)>, long> newest, IEnumerator<(long Id, ReadOnlyMemory<byte> Line)> lines)
    {
        if (lines.MoveNext())
            newest.Enqueue(lines, -lines.Current.Id);
        else
            lines.Dispose();
    }

    /// <summary>Bytes without which a line cannot match: most lines are passed over unread.</summary>
    private static List<byte[]> Needles(AuditQuery query)
    {
        List<byte[]> needles = [];
        if (query.User is { } user)
            needles.Add(Quoted("user", user, whole: true));
        if (query.Method is { } method)
            needles.Add(Quoted("method", method.TrimEnd('*'), whole: !method.EndsWith('*')));
        if (query.Object is { } of)
            needles.Add(Quoted("object", of, whole: of.Contains('/', StringComparison.Ordinal)));
        return needles;
    }

    private static byte[] Quoted(string field, string value, bool whole) =>
        Encoding.UTF8.GetBytes($"\"{field}\":\"{JsonEncodedText.Encode(value)}{(whole ? "\"" : "")}");

    private static bool Matches(AuditQuery query, AuditEntry entry) =>
        (query.User is not { } user || entry.User == user)
        && (query.Method is not { } method || (method.EndsWith('*') ? entry.Method.StartsWith(method[..^1], StringComparison.Ordinal) : entry.Method == method))
        && (query.Object is not { } of || entry.Object == of || entry.Object?.StartsWith($"{of}/", StringComparison.Ordinal) == true)
        && query.Result switch
        {
            null => true,
            "ok" => entry.Result == 0,
            "failed" => entry.Result != 0,
            var code => entry.Result.ToString(CultureInfo.InvariantCulture) == code,
        };

    /// <summary>Null: a line that was not written whole.</summary>
    private static AuditEntry? Entry(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, WireJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long IdAt(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
