using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>One comparison, and a bit for each host that is as it asks. All requirements that contain it share it.</summary>
internal sealed class Atom
{
    /// <summary>It does not ask whether the value is one that can be found by its number.</summary>
    private const int NoValue = -2;

    private readonly Comparison _asks;
    private readonly double? _number;
    private readonly Column _column;
    private readonly BitArrays _arrays;
    private Func<IEnumerable<string>, bool>? _holds;
    private bool?[] _holdsOf = [];
    private Watch _watch;
    private int _version = -1, _knownVersion = -1, _value = NoValue;

    public Atom(Comparison asks, Column column, BitArrays arrays)
    {
        (_asks, _column, _arrays, _number) = (asks, column, arrays, asks.OfNumber);
        _watch = new(column.Moves);
    }

    public ulong[] Bits { get; private set; } = [];

    public bool Moves => _column.Moves;

    /// <summary>Raised when all hosts were looked at anew.</summary>
    public int Generation { get; private set; }

    public void CatchUp(HostChanges changes, int hosts)
    {
        Prepare(changes, hosts);
        if (_watch.IsCurrent(changes) && _version == _column.Version)
            return;
        if (_version != _column.Version || !_watch.CanFollow(changes))
        {
            _version = _column.Version;
            Bits = _arrays.Cleared(Bits, HostBits.Words(hosts));
            LookAtAll(hosts);
            Generation++;
            _watch.SkipAll(changes);
            return;
        }

        for (var host = _watch.Next(changes); host >= 0; host = _watch.Next(changes))
            HostBits.Set(Bits, host, Holds(host));
    }

    /// <summary>That it may be asked of single hosts; bits are not made for that.</summary>
    public void Prepare(HostChanges changes, int hosts)
    {
        _column.CatchUp(changes, hosts);
        if (_knownVersion != _column.Version)
            (_knownVersion, _holdsOf) = (_column.Version, []);
        // A name among as many names as there are hosts is found, not compared with each.
        _value = _asks is { Text: { } text, Sign: ComparisonSign.Equal } && !_column.IsCounted && !_column.HasLists && text.AsSpan().IndexOfAny("*?[\\") < 0
            ? _column.Find(text)
            : NoValue;
    }

    public bool Holds(int host) => ByNumber ? Holds(_column.Numbers[host])
        : _value != NoValue ? _column.Of[host] == _value
        : _column.IsCounted ? HoldsFor(_column.ValuesOf(host))
        : HoldsOf(_column.Of[host]);

    private bool ByNumber => _number is not null && _column.IsExact;

    private bool Holds(double value) => _asks.Sign switch
    {
        ComparisonSign.Equal => value == _number,
        ComparisonSign.NotEqual => value < _number || value > _number,
        ComparisonSign.Greater => value > _number,
        _ => value < _number,
    };

    private bool HoldsOf(int value)
    {
        if (value >= _holdsOf.Length)
            Array.Resize(ref _holdsOf, _column.Values);
        return _holdsOf[value] ??= HoldsFor(_column.Value(value));
    }

    private bool HoldsFor(string[] values) => (_holds ??= _asks.OfValues())(values);

    private void LookAtAll(int hosts)
    {
        if (ByNumber)
        {
            CompareNumbers(hosts);
            return;
        }

        if (_column.IsCounted)
        {
            for (var host = 0; host < hosts; host++)
                HostBits.Set(Bits, host, Holds(host));
            return;
        }

        if (_value != NoValue)
            Of(_value, hosts);
        else
            ByTable(hosts);
    }

    private void ByTable(int hosts)
    {
        var of = _column.Of;
        var right = new List<int>();
        for (var value = 0; value < _column.Values; value++)
            if (HoldsOf(value) && right.Count <= Few)
                right.Add(value);
        if (right.Count <= Few)
        {
            right.ForEach(value => Of(value, hosts));
            return;
        }

        for (var host = 0; host < hosts; host++)
            if (HoldsOf(of[host]))
                Bits[host >> 6] |= 1UL << host;
    }

    /// <summary>So many passes over all hosts cost less than one that looks each of them up.</summary>
    private const int Few = 4;

    private void Of(int value, int hosts)
    {
        var of = _column.Of;
        var vectors = Vector512.Create(value);
        var host = 0;
        for (; host + 64 <= hosts; host += 64)
        {
            var word = 0UL;
            for (var part = 0; part < 64; part += 16)
                word |= (ulong)Vector512.Equals(Vector512.LoadUnsafe(ref Unsafe.AsRef(in of[host]), (nuint)part), vectors).ExtractMostSignificantBits() << part;
            Bits[host >> 6] |= word;
        }

        for (; host < hosts; host++)
            if (of[host] == value)
                Bits[host >> 6] |= 1UL << host;
    }

    private void CompareNumbers(int hosts)
    {
        var (sign, with) = (_asks.Sign, _number!.Value);
        var (greater, less, equal) = (sign is ComparisonSign.Greater or ComparisonSign.NotEqual, sign is ComparisonSign.Less or ComparisonSign.NotEqual, sign is ComparisonSign.Equal);
        var near = (float)with;
        if (!_column.IsSmall)
            Compare(_column.Numbers[..hosts], with, greater, less, equal);
        else if (near == with)
            Compare(_column.Small[..hosts], near, greater, less, equal);
        else // No value lies between, so that the nearest stands for it, on the side where it is.
            Compare(_column.Small[..hosts], near, greater, less, sign is ComparisonSign.NotEqual || (near > with ? greater : less));
    }

    private void Compare<T>(ReadOnlySpan<T> numbers, T with, bool greater, bool less, bool equal)
        where T : unmanaged, INumber<T>
    {
        var (all, none, right) = (Vector512<T>.AllBitsSet, Vector512<T>.Zero, Vector512.Create(with));
        var (ifGreater, ifLess, ifEqual) = (greater ? all : none, less ? all : none, equal ? all : none);
        var host = 0;
        for (; host + 64 <= numbers.Length; host += 64)
        {
            var word = 0UL;
            for (var part = 0; part < 64; part += Vector512<T>.Count)
            {
                var left = Vector512.LoadUnsafe(ref Unsafe.AsRef(in numbers[host]), (nuint)part);
                var holds = Vector512.GreaterThan(left, right) & ifGreater | Vector512.LessThan(left, right) & ifLess | Vector512.Equals(left, right) & ifEqual;
                word |= holds.ExtractMostSignificantBits() << part;
            }

            Bits[host >> 6] = word;
        }

        for (; host < numbers.Length; host++)
            if (numbers[host] > with && greater || numbers[host] < with && less || numbers[host] == with && equal)
                Bits[host >> 6] |= 1UL << host;
    }
}
