using System.Globalization;

namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>
/// One attribute of all hosts: for each the number of its values among all that occur (0: it has none), and its first value as a number
/// (NaN: it is none). Read from the hosts when somebody asks of it first, and then where they changed.
/// </summary>
internal sealed class Column
{
    private readonly Func<int, double>? _counted;
    private readonly Func<int, string[]> _read;
    private readonly Dictionary<string, int> _numberOf = new(StringComparer.Ordinal);
    private readonly List<string[]> _values = [[]];
    private int[] _of = [];
    private double[] _numbers = [];
    private float[] _small = [];
    private Watch _watch;

    /// <param name="counted">the map's own count, which is a number and moves with each placement; null: the attribute is read</param>
    /// <param name="moves">it may change when what is free does</param>
    public Column(Func<int, string[]> read, Func<int, double>? counted, bool moves)
    {
        (_read, _counted, Moves) = (read, counted, moves);
        _watch = new(moves);
    }

    public bool Moves { get; }

    public bool IsCounted => _counted is not null;

    /// <summary>Raised when what was known of values by their numbers is void.</summary>
    public int Version { get; private set; }

    /// <summary>False: a value has more digits than a <see cref="double"/>, so that numbers have to be compared as they are written.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>All values are numbers that a <see cref="float"/> holds as they are, as most are: then comparing takes half the time.</summary>
    public bool IsSmall { get; private set; } = true;

    /// <summary>Some host has more than one value, as CURRENT_VMS may.</summary>
    public bool HasLists { get; private set; }

    public ReadOnlySpan<int> Of => _of;

    public ReadOnlySpan<double> Numbers => _numbers;

    /// <inheritdoc cref="IsSmall"/>
    public ReadOnlySpan<float> Small => _small;

    /// <summary>How many different values there are, the missing among them.</summary>
    public int Values => _values.Count;

    /// <summary>-1: no host has that one value and no other.</summary>
    public int Find(string value) => _numberOf.GetValueOrDefault(value, -1);

    public string[] Value(int number) => _values[number];

    /// <summary>Of the map's own counts as they are now; else as it was when it caught up last.</summary>
    public double NumberOf(int host) => _counted is null ? _numbers[host] : _counted(host);

    public string[] ValuesOf(int host) => _counted is null ? _values[_of[host]] : [_numbers[host].ToString(CultureInfo.InvariantCulture)];

    public void CatchUp(HostChanges changes, int hosts)
    {
        if (_watch.IsCurrent(changes) && _numbers.Length == hosts)
            return;
        // Of readings that never come again nothing is kept for long.
        if (_numbers.Length != hosts || !_watch.CanFollow(changes) || _values.Count > 2 * hosts + 1_024)
        {
            ReadAll(hosts);
            _watch.SkipAll(changes);
            return;
        }

        for (var host = _watch.Next(changes); host >= 0; host = _watch.Next(changes))
            Read(host);
    }

    private void ReadAll(int hosts)
    {
        Version++;
        (IsExact, IsSmall) = (true, true);
        _numberOf.Clear();
        _values.RemoveRange(1, _values.Count - 1);
        (_of, _numbers, _small) = (_counted is null ? new int[hosts] : [], new double[hosts], new float[hosts]);
        for (var host = 0; host < hosts; host++)
            Read(host);
    }

    private void Read(int host)
    {
        if (_counted is not null)
        {
            Put(host, _counted(host));
            return;
        }

        var values = _read(host);
        if (values.Length == 0)
        {
            _of[host] = 0;
            Put(host, double.NaN);
            return;
        }

        HasLists |= values.Length > 1;
        var text = values.Length == 1 ? values[0] : string.Join('\0', values.Append(""));
        if (!_numberOf.TryGetValue(text, out var number))
        {
            _numberOf[text] = number = _values.Count;
            _values.Add(values);
        }

        _of[host] = number;
        Put(host, Parsed(values[0]));
    }

    private void Put(int host, double number)
    {
        (_numbers[host], _small[host]) = (number, (float)number);
        if (IsSmall && _small[host] != number && !double.IsNaN(number))
            IsSmall = false;
    }

    private double Parsed(string text)
    {
        if (Core.Expressions.Comparison.ParseNumber(text) is not { } exact)
            return double.NaN;
        if (IsExact && Core.Expressions.Comparison.Exact(exact) is null)
            (IsExact, Version) = (false, Version + 1);
        return (double)exact;
    }
}
