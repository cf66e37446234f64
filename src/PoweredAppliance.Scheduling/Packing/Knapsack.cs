namespace PoweredAppliance.Scheduling.Packing;

/// <summary>
/// The most that sizes at given prices are worth on one host, each as often as it fits. Exact on a grid of the greatest common divisors
/// of host and sizes; where that grid is too fine, sizes and host are rounded down on a coarser one, which only lets more fit.
/// </summary>
internal sealed class Knapsack
{
    private const long MostCells = 1 << 20;

    private readonly (int Cpu, int Memory)[] _sizes;
    private readonly int _cpu, _memory;
    private readonly double[] _worth;
    private readonly short[] _last;

    public Knapsack(Size host, IReadOnlyList<Size> sizes)
    {
        var cpu = sizes.Aggregate(host.CpuPercent, (a, s) => Divisor(a, s.CpuPercent));
        var memory = sizes.Aggregate(host.Mebibytes, (a, s) => Divisor(a, s.Mebibytes));
        while (Cells(host, cpu, memory) > MostCells)
        {
            if (host.CpuPercent / cpu > host.Mebibytes / memory)
                cpu *= 2;
            else
                memory *= 2;
        }

        (_cpu, _memory) = ((int)(host.CpuPercent / cpu), (int)(host.Mebibytes / memory));
        _sizes = [.. sizes.Select(s => ((int)(s.CpuPercent / cpu), (int)(s.Mebibytes / memory)))];
        (_worth, _last) = (new double[(_cpu + 1) * (_memory + 1)], new short[(_cpu + 1) * (_memory + 1)]);
    }

    /// <summary>On the grid it has become nothing: no statement about it is possible.</summary>
    public bool Vanished(int size) => _sizes[size] is (0, 0);

    /// <summary>How often the size fits when alone.</summary>
    public int Alone(int size) =>
        Math.Min(_sizes[size].Cpu == 0 ? int.MaxValue : _cpu / _sizes[size].Cpu, _sizes[size].Memory == 0 ? int.MaxValue : _memory / _sizes[size].Memory);

    public (double Worth, int[] Counts) Best(ReadOnlySpan<double> prices)
    {
        var width = _memory + 1;
        Array.Clear(_worth);
        Array.Fill(_last, (short)-1);
        for (var n = 0; n < _sizes.Length; n++)
        {
            if (prices[n] <= 0 || Vanished(n))
                continue;
            var (cpu, memory) = _sizes[n];
            for (var c = cpu; c <= _cpu; c++)
            {
                for (int at = c * width + memory, without = (c - cpu) * width, end = (c + 1) * width; at < end; at++, without++)
                {
                    if (_worth[without] + prices[n] > _worth[at])
                        (_worth[at], _last[at]) = (_worth[without] + prices[n], (short)n);
                }
            }
        }

        var counts = new int[_sizes.Length];
        for (var at = _cpu * width + _memory; _last[at] >= 0; at -= _sizes[_last[at]].Cpu * width + _sizes[_last[at]].Memory)
            counts[_last[at]]++;
        return (_worth[^1], counts);
    }

    private static long Cells(Size host, long cpu, long memory) => (host.CpuPercent / cpu + 1) * (host.Mebibytes / memory + 1);

    private static long Divisor(long a, long b) => b == 0 ? a : Divisor(b, a % b);
}
