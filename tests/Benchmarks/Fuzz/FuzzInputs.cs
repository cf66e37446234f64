using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Benchmarks.Fuzz;

/// <summary>
/// Ten million texts, made by grammars and by changes to what they make, given to every reader that takes what clients write. Each is
/// read, written and read again as the same, or refused; none crashes it, none keeps it long. FUZZ_SEED and FUZZ_INPUTS repeat a run
/// or make it another one.
/// </summary>
internal static class FuzzInputs
{
    private const int Inputs = 10_000_000;
    private const int Block = 1_000;

    /// <summary>For one input, on a machine that has other work: a reader that is caught in one takes far longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static async Task Run()
    {
        var seed = Given("FUZZ_SEED") ?? 20_260_101;
        var inputs = Given("FUZZ_INPUTS") ?? Inputs;
        Console.WriteLine($"FUZZ_SEED={seed} FUZZ_INPUTS={inputs}");
        var (next, blocks) = (-1, (int)((inputs + Block - 1) / Block));
        var workers = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Worker()).ToArray();
        using var stop = new CancellationTokenSource();
        var work = Task.WhenAll(workers.Select(worker => Task.Factory.StartNew(
            () =>
            {
                for (int block; (block = Interlocked.Increment(ref next)) < blocks && !stop.IsCancellationRequested;)
                    worker.Try(Reader.All[block % Reader.All.Length], (ulong)seed, block, (int)Math.Min(Block, inputs - ((long)block * Block)));
            }, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        while (await Task.WhenAny(work, Task.Delay(LookEvery)) != work)
            if (workers.FirstOrDefault(w => w.Since > Longest) is { } caught)
                throw new BenchmarkException($"{caught.At} of seed {seed} is read for {caught.Since.TotalSeconds:0} s already");
            else if (workers.Any(w => w.Wrong.Count > 0))
                await stop.CancelAsync();
        await work;
        if (workers.SelectMany(w => w.Wrong).FirstOrDefault() is { } wrong)
            throw new BenchmarkException($"seed {seed}: {wrong}");

        foreach (var reader in Reader.All)
        {
            var (read, refused) = (workers.Sum(w => w.Read.GetValueOrDefault(reader.Grammar.Name)), workers.Sum(w => w.Refused.GetValueOrDefault(reader.Grammar.Name)));
            Console.WriteLine($"  {reader.Grammar.Name}: {read} read and written the same, {refused} refused");
            if (inputs >= Inputs && (read < inputs / 100 || refused < inputs / 100))
                throw new BenchmarkException($"{reader.Grammar.Name}: hardly anything was {(read < refused ? "read" : "refused")}: the inputs try nothing");
        }

        Console.WriteLine($"  the slowest took {workers.Max(w => w.Slowest).TotalMilliseconds:0} ms");
        Figure.Print("fuzz_inputs", workers.Sum(w => w.Read.Values.Sum() + w.Refused.Values.Sum()), "inputs");
    }

    private static long? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private sealed class Worker
    {
        private readonly StringBuilder _buffer = new();
        private long _began;
        private volatile string _at = "";

        public Dictionary<string, long> Read { get; } = [];
        public Dictionary<string, long> Refused { get; } = [];
        public List<string> Wrong { get; } = [];
        public TimeSpan Slowest { get; private set; }
        public string At => _at;

        /// <summary>How long it has been at the input that it reads.</summary>
        public TimeSpan Since => Volatile.Read(ref _began) is var began and not 0 ? Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;

        /// <summary>A block has dice of its own, so that it is the same whoever reads it.</summary>
        public void Try(Reader reader, ulong seed, int block, int count)
        {
            var dice = new Dice(seed + ((ulong)block << 32));
            var (name, read) = (reader.Grammar.Name, 0);
            _at = $"one of block {block} ({name})";
            for (var i = 0; i < count; i++)
            {
                var text = reader.Grammar.Input(dice, _buffer);
                var began = Stopwatch.GetTimestamp();
                Volatile.Write(ref _began, began);
                try
                {
                    read += reader.Reads(text) ? 1 : 0;
                }
                catch (Exception e)
                {
                    Volatile.Write(ref _began, 0);
                    Wrong.Add($"input {i} of block {block} ({name}), \"{text}\": {e}");
                    return;
                }

                var took = Stopwatch.GetElapsedTime(began);
                Slowest = took > Slowest ? took : Slowest;
            }

            Volatile.Write(ref _began, 0);
            Read[name] = Read.GetValueOrDefault(name) + read;
            Refused[name] = Refused.GetValueOrDefault(name) + count - read;
        }
    }
}
