namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>Where bits of hosts are kept: in arrays of their own, or in those that passing queries take from one another.</summary>
internal sealed class BitArrays(bool passing)
{
    private readonly List<ulong[]> _all = [];
    private int _used;

    /// <summary>An array without a bit; the present one where it is as long.</summary>
    public ulong[] Cleared(ulong[] present, int words)
    {
        if (present.Length == words)
        {
            Array.Clear(present);
            return present;
        }

        if (!passing)
            return new ulong[words];
        if (_used == _all.Count)
            _all.Add([]);
        if (_all[_used].Length == words)
            Array.Clear(_all[_used]);
        else
            _all[_used] = new ulong[words];
        return _all[_used++];
    }

    /// <summary>Whoever has an array of these needs it no longer.</summary>
    public void TakeBack() => _used = 0;
}
