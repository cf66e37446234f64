namespace PoweredAppliance.Scheduling.Devices;

/// <summary>
/// What is free on a host that has devices. Which device has how much free does not matter for what fits, so rooms that differ in that
/// only are equal.
/// </summary>
public sealed class DeviceRoom : IEquatable<DeviceRoom>
{
    /// <summary>Thousandths that a device has.</summary>
    public const int Whole = 1000;

    private readonly short[] _shares;
    private readonly int _hash;

    public DeviceRoom(long cpuMilli, long mebibytes, string model, IEnumerable<int> shares)
        : this(cpuMilli, mebibytes, model, [.. shares.Select(s => checked((short)s))])
    {
    }

    private DeviceRoom(long cpuMilli, long mebibytes, string model, short[] shares)
    {
        Array.Sort(shares);
        (CpuMilli, Mebibytes, Model, _shares) = (cpuMilli, mebibytes, model, shares);
        var hash = new HashCode();
        hash.Add(cpuMilli);
        hash.Add(mebibytes);
        foreach (var share in shares)
        {
            Milli += share;
            hash.Add(share);
        }

        _hash = hash.ToHashCode();
    }

    public long CpuMilli { get; }

    public long Mebibytes { get; }

    /// <summary>Of all its devices.</summary>
    public string Model { get; }

    /// <summary>Thousandths that are free of each device, ascending.</summary>
    public ReadOnlySpan<short> Shares => _shares;

    /// <summary>Thousandths that are free of all devices together.</summary>
    public int Milli { get; }

    public bool Holds(in DeviceWish wish)
    {
        if (CpuMilli < wish.CpuMilli || Mebibytes < wish.Mebibytes)
            return false;
        return wish.Devices == 0 || (wish.Devices <= _shares.Length && _shares[^wish.Devices] >= wish.Share && wish.Takes(Model));
    }

    /// <summary>The next fuller device that holds a share of it and has more free than that; null: none does.</summary>
    public int? Next(in DeviceWish wish, int above)
    {
        foreach (var share in _shares)
            if (share >= wish.Share && share > above)
                return share;
        return null;
    }

    /// <summary>The room once it has taken the VM.</summary>
    /// <param name="from">free on the device it gets, if it asks for a single one; of several it gets the fullest that hold a share</param>
    public DeviceRoom After(in DeviceWish wish, int from)
    {
        var shares = (short[])_shares.Clone();
        Take(shares, wish, from);
        return new DeviceRoom(CpuMilli - wish.CpuMilli, Mebibytes - wish.Mebibytes, Model, shares);
    }

    internal static void Take(Span<short> shares, in DeviceWish wish, int from)
    {
        var missing = wish.Devices;
        for (var n = 0; missing > 0; n++)
        {
            if (wish.Devices == 1 ? shares[n] != from : shares[n] < wish.Share)
                continue;
            shares[n] -= (short)wish.Share;
            missing--;
        }
    }

    public bool Equals(DeviceRoom? other) => other is not null && _hash == other._hash && CpuMilli == other.CpuMilli && Mebibytes == other.Mebibytes
        && Model == other.Model && Shares.SequenceEqual(other.Shares);

    public override bool Equals(object? obj) => Equals(obj as DeviceRoom);

    public override int GetHashCode() => _hash;
}
