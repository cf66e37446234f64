namespace PoweredAppliance.Scheduling.Packing;

/// <summary>
/// Fewer hosts than this hold no such VMs, however they are arranged: the linear programme over configurations (what one host can hold),
/// solved by column generation.
/// </summary>
/// <remarks>
/// <code>
///   least Σ x(k) over configurations k, so that Σ k[s]·x(k) ≥ VMs of size s       prices p: what a VM of a size costs at the optimum
///   Σ p[s]·VMs[s] is a bound for any p ≥ 0 under which no configuration costs more than 1 (weak duality); if the dearest costs z > 1,
///   then p/z is such prices. So every answer is proven by the last <see cref="Knapsack"/>, whatever rounding did on the way.
/// </code>
/// When counts change, prices stay proven; they are optimal while the basis stays feasible, else a few pivots of the dual simplex follow.
/// </remarks>
public sealed class ConfigurationBound
{
    private const double Tiny = 1e-9;
    private const int MostPivots = 2000;

    private readonly Dictionary<Size, int> _numbers = [];
    private readonly Knapsack _knapsack;
    private readonly List<int[]> _configurations = [];
    private readonly int[] _counts;
    private readonly double[] _prices, _proven, _amounts;
    private readonly double[][] _inverse;
    private readonly double[] _costs;
    private bool _solved;

    /// <param name="sizes">all that will ever be counted</param>
    public ConfigurationBound(Size host, IEnumerable<Size> sizes)
    {
        var all = sizes.Distinct().ToArray();
        if (Array.Find(all, s => !host.Holds(s)) is var big && big != default)
            throw new ArgumentException($"{big} fits no host of {host}", nameof(sizes));
        var whole = new Knapsack(host, all);
        // Left out of the count, they can only make the bound lower.
        all = [.. all.Where((_, n) => !whole.Vanished(n))];
        _knapsack = new Knapsack(host, all);
        for (var n = 0; n < all.Length; n++)
            _numbers.Add(all[n], n);
        _counts = new int[all.Length];
        (_prices, _proven, _amounts, _costs) = (new double[all.Length], new double[all.Length], new double[all.Length], new double[all.Length]);
        _inverse = [.. all.Select((_, n) => Unit(n, 1.0 / _knapsack.Alone(n)))];
        Array.Fill(_costs, 1);
        for (var n = 0; n < all.Length; n++)
        {
            var alone = new int[all.Length];
            alone[n] = _knapsack.Alone(n);
            _configurations.Add(alone);
        }
    }

    public void Change(in Size size, int by)
    {
        if (!_numbers.TryGetValue(size, out var n))
            return;
        _counts[n] += by;
        for (var row = 0; row < _amounts.Length; row++)
            _amounts[row] += by * _inverse[row][n];
    }

    /// <summary>The bound for what is counted now; not rounded up.</summary>
    public double Hosts()
    {
        if (!_solved || Array.Exists(_amounts, a => a < -1e-7))
            Solve();
        var hosts = 0.0;
        for (var n = 0; n < _counts.Length; n++)
            hosts += _proven[n] * _counts[n];
        return hosts;
    }

    /// <summary>What one more VM of the size costs in hosts, as of the last <see cref="Hosts"/>.</summary>
    public double Price(in Size size) => _numbers.TryGetValue(size, out var n) ? _proven[n] : 0;

    private void Solve()
    {
        Recount();
        for (var round = 0; round < MostPivots; round++)
        {
            Dual();
            Primal();
            for (var n = 0; n < _prices.Length; n++)
                _proven[n] = Math.Max(0, _prices[n]);
            var (worth, best) = _knapsack.Best(_proven);
            if (worth > 1)
            {
                for (var n = 0; n < _proven.Length; n++)
                    _proven[n] /= worth;
            }

            _solved = true;
            if (worth <= 1 + Tiny)
                return;
            _configurations.Add(best);
        }
    }

    /// <summary>Makes the amounts feasible again; prices stay below 1 for every configuration that is known.</summary>
    private void Dual()
    {
        Price();
        for (var pivots = 0; pivots < MostPivots; pivots++)
        {
            var row = 0;
            for (var n = 1; n < _amounts.Length; n++)
                row = _amounts[n] < _amounts[row] ? n : row;
            if (_amounts.Length == 0 || _amounts[row] >= -Tiny)
                return;
            var (enters, least) = (-1, double.PositiveInfinity);
            for (var c = 0; c < Columns; c++)
            {
                var slope = -Dot(_inverse[row], c);
                if (slope > Tiny && Math.Max(0, Excess(c)) / slope is var step && step < least - 1e-12)
                    (enters, least) = (c, step);
            }

            if (enters < 0)
                return;
            Pivot(row, enters);
        }
    }

    private void Primal()
    {
        for (var pivots = 0; pivots < MostPivots; pivots++)
        {
            Price();
            var (enters, worst) = (-1, -Tiny);
            for (var c = 0; c < Columns; c++)
            {
                if (Excess(c) is var excess && excess < worst)
                    (enters, worst) = (c, excess);
            }

            if (enters < 0)
                return;
            var (row, least) = (-1, double.PositiveInfinity);
            for (var n = 0; n < _amounts.Length; n++)
            {
                var slope = Dot(_inverse[n], enters);
                if (slope > Tiny && Math.Max(0, _amounts[n]) / slope is var step && step < least - 1e-12)
                    (row, least) = (n, step);
            }

            if (row < 0)
                return;
            Pivot(row, enters);
        }
    }

    /// <summary>The configurations, then a column for each size that takes one VM too many away again.</summary>
    private int Columns => _configurations.Count + _counts.Length;

    private double Cost(int column) => column < _configurations.Count ? 1 : 0;

    private double Excess(int column) => Cost(column) - Dot(_prices, column);

    private double Dot(double[] row, int column)
    {
        if (column >= _configurations.Count)
            return -row[column - _configurations.Count];
        var configuration = _configurations[column];
        var sum = 0.0;
        for (var n = 0; n < row.Length; n++)
            sum += row[n] * configuration[n];
        return sum;
    }

    private void Pivot(int row, int column)
    {
        var slopes = Array.ConvertAll(_inverse, r => Dot(r, column));
        var pivot = _inverse[row];
        for (var n = 0; n < pivot.Length; n++)
            pivot[n] /= slopes[row];
        for (var r = 0; r < _inverse.Length; r++)
        {
            if (r == row || slopes[r] == 0)
                continue;
            for (var n = 0; n < pivot.Length; n++)
                _inverse[r][n] -= slopes[r] * pivot[n];
        }

        _costs[row] = Cost(column);
        Recount();
        Price();
    }

    private void Price()
    {
        Array.Clear(_prices);
        for (var row = 0; row < _inverse.Length; row++)
        {
            for (var n = 0; n < _prices.Length; n++)
                _prices[n] += _costs[row] * _inverse[row][n];
        }
    }

    private void Recount()
    {
        for (var row = 0; row < _amounts.Length; row++)
        {
            _amounts[row] = 0;
            for (var n = 0; n < _counts.Length; n++)
                _amounts[row] += _inverse[row][n] * _counts[n];
        }
    }

    private double[] Unit(int at, double value)
    {
        var row = new double[_counts.Length];
        row[at] = value;
        return row;
    }
}
