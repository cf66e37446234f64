using System.Diagnostics;

namespace Benchmarks;

/// <summary>What a load met. Times in milliseconds.</summary>
internal sealed record LoadResult(int Calls, IReadOnlyList<XmlRpcReply> Replies, TimeSpan Took, double[] SortedMilliseconds)
{
    public double PerSecond => Calls / Took.TotalSeconds;

    public IReadOnlyList<XmlRpcReply> Refused => [.. Replies.Where(r => !r.Ok)];

    /// <summary>Nearest rank: the least time that <paramref name="percent"/> of the calls did not exceed.</summary>
    public double Percentile(double percent) =>
        SortedMilliseconds[Math.Max(0, (int)Math.Ceiling(percent / 100 * SortedMilliseconds.Length) - 1)];

    public override string ToString() => FormattableString.Invariant(
        $"{Calls} calls, {Refused.Count} refused, {PerSecond:0} a second; ms: p50 {Percentile(50):0.00}, p90 {Percentile(90):0.00}, p99 {Percentile(99):0.00}, p99.9 {Percentile(99.9):0.00}, max {Percentile(100):0.00}");
}

/// <summary>Many callers at once, each asking again as soon as it is answered.</summary>
internal static class XmlRpcLoad
{
    /// <param name="call">method and arguments of the n-th call; the session is put before the arguments</param>
    public static async Task<LoadResult> Run(
        Uri endpoint, string session, int connections, int calls, Func<int, (string Method, object[] Arguments)> call)
    {
        using var client = new XmlRpcClient(endpoint, session, connections);
        var (times, replies, next) = (new long[calls], new XmlRpcReply[calls], -1);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(connections, calls)).Select(_ => Task.Run(async () =>
        {
            for (int n; (n = Interlocked.Increment(ref next)) < calls;)
            {
                var (method, arguments) = call(n);
                var asked = Stopwatch.GetTimestamp();
                replies[n] = await client.Call(method, arguments);
                times[n] = Stopwatch.GetTimestamp() - asked;
            }
        })));
        var took = Stopwatch.GetElapsedTime(began);
        return new(calls, replies, took, [.. times.Select(t => t * 1000.0 / Stopwatch.Frequency).Order()]);
    }
}
