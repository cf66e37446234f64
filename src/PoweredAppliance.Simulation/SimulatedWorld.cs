using System.Collections.Concurrent;

namespace PoweredAppliance.Simulation;

/// <summary>
/// Machines that outlive the daemon which drives them, as real ones do. With a directory, a later process finds every
/// domain and file where a killed one left them. Any thread may call.
/// </summary>
public sealed class SimulatedWorld : IDisposable
{
    private const int TrailLength = 100_000;
    private readonly Lock _gate = new();
    private readonly WorldPicture _picture = new();
    private readonly Queue<WorldEvent> _trail = new();
    private readonly ConcurrentDictionary<string, SimulatedMachine> _machines = new(StringComparer.Ordinal);
    private readonly WorldLog? _log;

    private SimulatedWorld(TimeProvider time, string? directory)
    {
        Time = time;
        _log = directory is null ? null : new WorldLog(directory, Take);
    }

    public TimeProvider Time { get; }

    /// <summary>A world that ends with the process.</summary>
    public static SimulatedWorld InMemory(TimeProvider time) => new(time, null);

    /// <summary>Opens or makes the world kept in a directory; one process at a time (<see cref="IOException"/>).</summary>
    public static SimulatedWorld Open(string directory, TimeProvider time) => new(time, directory);

    /// <summary>The picture of a world that another process has open or had open when it was killed.</summary>
    public static WorldPicture Look(string directory)
    {
        var picture = new WorldPicture();
        WorldLog.Read(directory, picture.Apply);
        return picture;
    }

    /// <summary>The last 100,000 things that happened, oldest first.</summary>
    public IReadOnlyList<WorldEvent> Trail
    {
        get
        {
            lock (_gate)
                return [.. _trail];
        }
    }

    /// <summary>Laws broken since the world was made. Empty, or the control plane is wrong.</summary>
    public IReadOnlyList<Violation> Violations => See(p => p.Violations.ToArray());

    /// <summary>The machine of this name, switched on when it is new.</summary>
    public SimulatedMachine Machine(string name) => _machines.GetOrAdd(name, n => new SimulatedMachine(this, n));

    public IReadOnlyList<string> MachineNames => See(p => p.Machines.Select(m => m.Name).Order(StringComparer.Ordinal).ToArray());

    /// <summary>Looks at the picture while nothing moves. Do not keep what is mutable in it.</summary>
    public T See<T>(Func<WorldPicture, T> look)
    {
        lock (_gate)
            return look(_picture);
    }

    /// <summary>Makes what <paramref name="make"/> answers happen, at once and together.</summary>
    internal void Happen(Func<WorldPicture, DateTimeOffset, IEnumerable<WorldEvent>> make)
    {
        lock (_gate)
        {
            foreach (var e in make(_picture, Time.GetUtcNow()).ToList())
            {
                _log?.Append(e);
                Take(e);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _log?.Dispose();
    }

    private void Take(WorldEvent e)
    {
        _picture.Apply(e);
        _trail.Enqueue(e);
        if (_trail.Count > TrailLength)
            _trail.Dequeue();
    }
}
