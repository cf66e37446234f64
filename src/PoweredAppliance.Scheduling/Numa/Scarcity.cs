using PoweredAppliance.Scheduling.Packing;

namespace PoweredAppliance.Scheduling.Numa;

/// <summary>How many VMs of each size have come, and how many more of it the hosts would hold.</summary>
public sealed class Scarcity(IEnumerable<NumaRoom> rooms)
{
    private readonly List<NumaRoom> _hosts = [.. rooms];
    private readonly List<NumaWish> _sizes = [];
    private readonly List<double> _came = [], _places = [];
    private readonly Dictionary<NumaWish, int> _numbers = [];
    private readonly Dictionary<NumaRoom, int[]> _known = [];

    public void Came(in NumaWish wish)
    {
        if (!_numbers.TryGetValue(wish, out var n))
        {
            n = _sizes.Count;
            _numbers.Add(wish, n);
            _sizes.Add(wish);
            _came.Add(0);
            _places.Add(0);
            _known.Clear();
            foreach (var room in _hosts)
                _places[n] += room.Places(wish);
        }

        _came[n]++;
    }

    public void Changed(int host, NumaRoom after)
    {
        var (had, has) = (Places(_hosts[host]), Places(after));
        _hosts[host] = after;
        for (var n = 0; n < has.Length; n++)
            _places[n] += has[n] - had[n];
    }

    /// <summary>
    /// What the change loses: each place for a VM of a size costs the more, the more of it come and the fewer places there are. By the
    /// square, since the first refusal comes where places run out first.
    /// </summary>
    public double Loss(NumaRoom before, NumaRoom after)
    {
        var (had, has) = (Places(before), Places(after));
        var loss = 0.0;
        for (var n = 0; n < has.Length; n++)
            if (had[n] != has[n])
                loss += _came[n] * (had[n] - has[n]) / (_places[n] * _places[n]);
        return loss;
    }

    public int Places(NumaRoom room, in NumaWish wish) => Places(room)[_numbers[wish]];

    private int[] Places(NumaRoom room)
    {
        if (!_known.TryGetValue(room, out var places))
            _known.Add(room, places = [.. _sizes.Select(s => room.Places(s))]);
        return places;
    }
}
