using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>What many hosts say alike: their totals and their cluster. Those with the same totals, to eight binary digits, have one index.</summary>
internal sealed class Models
{
    private readonly Dictionary<(int CpuPercent, long Kibibytes, int Cluster), int> _numbers = [];
    private readonly Dictionary<(long CpuPercent, long Kibibytes), FitIndex> _classes = [];
    private readonly List<Model> _models = [];
    private readonly List<FitIndex> _indexes = [];
    private readonly KeyLists _lists = new();
    private FitIndex[] _indexOf = [];

    public ReadOnlySpan<FitIndex> Indexes => CollectionsMarshal.AsSpan(_indexes);

    public Model this[int number] => _models[number];

    public Model[] All() => [.. _models];

    public FitIndex IndexOf(int number) => _indexOf[number];

    /// <summary>The number of the host's model, which stays.</summary>
    public int Of(HostCapacity host)
    {
        var key = (host.CpuPercentTotal, host.MemoryTotalKibibytes, host.Cluster);
        if (_numbers.TryGetValue(key, out var known))
            return known;
        _models.Add(new(host.CpuPercentTotal, host.MemoryTotalKibibytes, host.Cluster));
        _indexOf = [.. _indexOf, IndexOf(host)];
        return _numbers[key] = _models.Count - 1;
    }

    private FitIndex IndexOf(HostCapacity host)
    {
        var (cpu, memory) = (new Share(host.CpuPercentTotal), new Share(host.MemoryTotalKibibytes));
        if (_classes.TryGetValue((cpu.Total, memory.Total), out var index))
            return index;
        _indexes.Add(index = new FitIndex(new Scale(cpu, memory), _lists));
        return _classes[(cpu.Total, memory.Total)] = index;
    }

    public sealed record Model(int CpuPercent, long Kibibytes, int Cluster);
}
