using System.Collections;

namespace LibvirtSharp;

/// <summary>A set of host CPUs as libvirt lays it out: one bit a CPU, lowest CPU in the lowest bit of the first byte.</summary>
public sealed class CpuMap : IEnumerable<int>, IEquatable<CpuMap>
{
    private readonly byte[] _bits;

    /// <summary>An empty set with room for <paramref name="cpus"/> CPUs.</summary>
    public CpuMap(int cpus)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpus);
        _bits = new byte[(cpus + 7) / 8];
    }

    internal CpuMap(ReadOnlySpan<byte> bits) => _bits = bits.ToArray();

    internal Span<byte> Bits => _bits;

    /// <summary>How many bytes <paramref name="cpus"/> CPUs take.</summary>
    public static int LengthFor(int cpus) => (cpus + 7) / 8;

    public static CpuMap Of(params ReadOnlySpan<int> cpus)
    {
        var highest = -1;
        foreach (var cpu in cpus)
            highest = Math.Max(highest, cpu);
        var map = new CpuMap(highest + 1);
        foreach (var cpu in cpus)
            map[cpu] = true;
        return map;
    }

    /// <summary>Whether a CPU is in the set; one beyond its end is not, and cannot be put in.</summary>
    public bool this[int cpu]
    {
        get => cpu >= 0 && cpu / 8 < _bits.Length && (_bits[cpu / 8] & (1 << (cpu % 8))) != 0;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cpu);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, _bits.Length * 8);
            var bit = (byte)(1 << (cpu % 8));
            _bits[cpu / 8] = value ? (byte)(_bits[cpu / 8] | bit) : (byte)(_bits[cpu / 8] & ~bit);
        }
    }

    public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, _bits.Length * 8).Where(cpu => this[cpu]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(CpuMap? other) => other is not null && this.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as CpuMap);

    public override int GetHashCode() => this.Aggregate(17, HashCode.Combine);

    public override string ToString() => string.Join(',', this);
}
