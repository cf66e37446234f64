using System.Runtime.InteropServices;
using PoweredAppliance.Scheduling.Packing;

namespace PoweredAppliance.Scheduling.Devices;

/// <summary>
/// What may come next, judged by what has come. It thinks again whenever the number that has come has grown by a quarter, so that hosts
/// are judged the same way for a while: rooms that were begun with one future in view are wasted in another.
/// </summary>
public sealed class Outlook
{
    /// <summary>Of the first that came so many futures of such a length are dealt out.</summary>
    private const int Futures = 16, Length = 60;

    private readonly Dictionary<DeviceWish, int> _counts = [];
    private readonly List<DeviceWish> _first = [];
    private readonly Dictionary<DeviceRoom, double> _unfilled = [];
    private readonly double[] _worth = new double[DeviceRoom.Whole + 1];
    private DeviceWish[][] _futures = [];
    private int _came, _next = 1;

    /// <summary>It changes when what it says does.</summary>
    public int Edition { get; private set; }

    /// <summary>The most frequent sizes that make up most of what came, and which part of it each is; memory and models left aside, as FGD does.</summary>
    public IReadOnlyList<(DeviceWish Wish, double Part)> Typical { get; private set; } = [];

    public static Outlook Of(IEnumerable<DeviceWish> came)
    {
        var outlook = new Outlook { _next = int.MaxValue };
        foreach (var wish in came)
            outlook.Came(wish);
        outlook.Think();
        return outlook;
    }

    public void Came(in DeviceWish wish)
    {
        _came++;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, wish, out _)++;
        if (_first.Count < Futures * Length)
            _first.Add(wish);
        if (_came < _next)
            return;
        _next = _came + Math.Max(1, _came / 4);
        Think();
    }

    /// <summary>What its devices are worth: each holds, in the part of it that is free, what costs most at the prices of the mix.</summary>
    public double Worth(DeviceRoom room)
    {
        var worth = 0.0;
        foreach (var share in room.Shares)
            worth += _worth[share];
        return worth;
    }

    /// <summary>Devices that would stay free if the host had all that came in one of the futures for itself; the mean of them.</summary>
    public double Unfilled(DeviceRoom room)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_unfilled, room, out var exists);
        if (!exists)
            known = _futures.Length == 0 ? 0 : _futures.Sum(future => Left(room, future)) / (double)(_futures.Length * DeviceRoom.Whole);
        return known;
    }

    private static int Left(DeviceRoom room, DeviceWish[] future)
    {
        Span<short> shares = stackalloc short[room.Shares.Length];
        room.Shares.CopyTo(shares);
        var (cpu, memory, milli) = (room.CpuMilli, room.Mebibytes, room.Milli);
        foreach (ref readonly var wish in future.AsSpan())
        {
            if (cpu < wish.CpuMilli || memory < wish.Mebibytes || milli < wish.Milli)
                continue;
            if (wish.Devices > 0)
            {
                if (wish.Devices > shares.Length || shares[^wish.Devices] < wish.Share || !wish.Takes(room.Model))
                    continue;
                var tightest = 0;
                while (shares[tightest] < wish.Share)
                    tightest++;
                DeviceRoom.Take(shares, wish, shares[tightest]);
                shares.Sort();
                milli -= wish.Milli;
            }

            cpu -= wish.CpuMilli;
            memory -= wish.Mebibytes;
        }

        return milli;
    }

    private void Think()
    {
        Edition++;
        _unfilled.Clear();
        // Before enough has come, it comes round again.
        _futures = _first.Count == 0 ? [] : [.. Enumerable.Range(0, Futures).Select(f =>
            Enumerable.Range(0, Length).Select(n => _first[(n * Futures + f) % _first.Count]).ToArray())];
        Typical = MostFrequent();
        Price();
    }

    /// <summary>
    /// A share costs what the linear programme says that another one of it costs in devices, if what came is put on as few as possible. So
    /// one that fits beside another is cheap, and one that spoils a device costs as much as all of it.
    /// </summary>
    private void Price()
    {
        var shares = _counts.Where(c => c.Key.Devices > 0).GroupBy(c => c.Key.Share, c => c.Key.Devices * c.Value).OrderBy(g => g.Key).ToList();
        var bound = new ConfigurationBound(new Size(DeviceRoom.Whole, 1), shares.Select(s => new Size(s.Key, 0)));
        foreach (var share in shares)
            bound.Change(new Size(share.Key, 0), share.Sum());
        bound.Hosts();
        Array.Clear(_worth);
        foreach (var share in shares.Select(s => s.Key))
        {
            var price = bound.Price(new Size(share, 0));
            for (var free = share; free <= DeviceRoom.Whole; free++)
                _worth[free] = Math.Max(_worth[free], _worth[free - share] + price);
        }
    }

    private List<(DeviceWish, double)> MostFrequent()
    {
        const double most = 0.95;
        var typical = new List<(DeviceWish Wish, int Count)>();
        var sum = 0;
        foreach (var (wish, count) in _counts.GroupBy(c => c.Key with { Mebibytes = 0, Models = "" }, c => c.Value).Select(g => (g.Key, g.Sum()))
            .OrderByDescending(c => c.Item2).ThenByDescending(c => c.Key.CpuMilli).ThenByDescending(c => c.Key.Milli))
        {
            if (sum >= most * _came)
                break;
            typical.Add((wish, count));
            sum += count;
        }

        return [.. typical.Select(t => (t.Wish, (double)t.Count / sum))];
    }
}
