using System.Diagnostics;
using System.Net.Sockets;

namespace Benchmarks;

/// <summary>What the n-th call was answered.</summary>
/// <param name="Refusal">how the answer begins where it is no success</param>
internal readonly record struct RpcAnswer(bool Ok, int Id, string? Refusal);

/// <summary>What a load met.</summary>
/// <param name="Times">Stopwatch ticks from before a call is sent until all of its answer is there, by call</param>
/// <param name="Cpu">that this program took meanwhile, all threads</param>
internal sealed record LoadResult(IReadOnlyList<RpcAnswer> Answers, long[] Times, string[] Kinds, TimeSpan Took, TimeSpan Cpu, long Bytes)
{
    public double PerSecond => Times.Length / Took.TotalSeconds;

    public IEnumerable<RpcAnswer> Refused => Answers.Where(a => !a.Ok);

    /// <summary>Nearest rank, in milliseconds: the least time that <paramref name="percent"/> of the calls did not exceed.</summary>
    /// <param name="kind">of these calls alone; null: of all</param>
    public double Percentile(double percent, string? kind = null)
    {
        var sorted = Times.Where((_, n) => kind is null || Kinds[n] == kind).Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(percent / 100 * sorted.Length) - 1)] * 1000.0 / Stopwatch.Frequency;
    }

    public string Spread(string? kind = null) => FormattableString.Invariant(
        $"ms: p50 {Percentile(50, kind):0.00}, p90 {Percentile(90, kind):0.00}, p99 {Percentile(99, kind):0.00}, p99.9 {Percentile(99.9, kind):0.00}, max {Percentile(100, kind):0.00}");

    public override string ToString() => FormattableString.Invariant(
        $"{Times.Length} calls, {Refused.Count()} refused, {PerSecond:0} a second, {Bytes / Times.Length} B each; {Spread()}; the load itself {Cpu.TotalMicroseconds / Times.Length:0} us CPU a call");

    /// <summary>Itself, where nothing was refused.</summary>
    public LoadResult AllDone => Refused.FirstOrDefault() is { Refusal: { } why }
        ? throw new BenchmarkException($"{Refused.Count()} of {Times.Length} calls were refused: {why}")
        : this;
}

/// <summary>Many clients, each asking again when it is answered, all on one thread that waits for whichever is answered next.</summary>
internal static class XmlRpcLoad
{
    private const int ReadAtOnce = 512 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="call">the n-th call; asked for on the load's thread, so it is ready-made or cheap</param>
    /// <param name="perSecond">no more calls than that; 0: as many as are answered</param>
    public static Task<LoadResult> Run(Uri endpoint, int clients, int calls, Func<int, RpcRequest> call, int perSecond = 0) =>
        Task.Factory.StartNew(() => Drive(endpoint, clients, calls, call, perSecond), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static LoadResult Drive(Uri endpoint, int clients, int calls, Func<int, RpcRequest> call, int perSecond)
    {
        using var process = Process.GetCurrentProcess();
        var (answers, times, kinds, buffer) = (new RpcAnswer[calls], new long[calls], new string[calls], new byte[ReadAtOnce]);
        var (asking, idle, ready) = (new Dictionary<Socket, RpcConnection>(), new Queue<RpcConnection>(), new List<Socket>());
        var (next, bytes) = (0, 0L);
        try
        {
            for (var client = 0; client < Math.Min(clients, calls); client++)
                idle.Enqueue(new RpcConnection(endpoint));
            var (cpu, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
            while (next < calls || asking.Count > 0)
            {
                while (idle.Count > 0 && next < calls && UntilNext(began) <= TimeSpan.Zero)
                    Ask(idle.Dequeue());
                var pause = idle.Count > 0 && next < calls ? UntilNext(began) : Patience;
                if (asking.Count == 0)
                {
                    Thread.Sleep(pause > TimeSpan.Zero ? pause : TimeSpan.Zero);
                    continue;
                }

                ready.Clear();
                ready.AddRange(asking.Keys);
                Socket.Select(ready, null, null, (int)Math.Max(1, pause.TotalMicroseconds));
                if (ready.Count == 0 && pause == Patience)
                    throw new BenchmarkException($"no answer of {asking.Count} within {Patience.TotalSeconds:0} s from {endpoint}");
                foreach (var socket in ready)
                    Hear(socket, began);
            }

            var took = Stopwatch.GetElapsedTime(began);
            process.Refresh();
            return new(answers, times, kinds, took, process.TotalProcessorTime - cpu, bytes);
        }
        finally
        {
            foreach (var client in asking.Values.Concat(idle))
                client.Dispose();
        }

        TimeSpan UntilNext(long began) => perSecond == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)next / perSecond) - Stopwatch.GetElapsedTime(began);

        void Ask(RpcConnection client)
        {
            var (n, before) = (next++, client.Socket);
            var request = call(n);
            (kinds[n], times[n]) = (request.Kind, Stopwatch.GetTimestamp());
            client.Ask(request, n);
            Follow(client, before);
        }

        void Hear(Socket socket, long began)
        {
            var client = asking[socket];
            if (!client.Hear(buffer))
            {
                Follow(client, socket);
                return;
            }

            var n = client.Call;
            times[n] = Stopwatch.GetTimestamp() - times[n];
            bytes += client.BodyLength;
            answers[n] = client.Ok ? new(true, client.Id, null) : new(false, -1, client.Beginning);
            if (next < calls && UntilNext(began) <= TimeSpan.Zero)
            {
                Ask(client);
                return;
            }

            asking.Remove(socket);
            idle.Enqueue(client);
        }

        // A client whose connection was closed has another socket now.
        void Follow(RpcConnection client, Socket before)
        {
            if (!ReferenceEquals(client.Socket, before))
                asking.Remove(before);
            asking[client.Socket] = client;
        }
    }
}
