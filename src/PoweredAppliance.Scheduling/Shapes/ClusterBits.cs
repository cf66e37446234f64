namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>A bit for each host of a cluster.</summary>
internal sealed class ClusterBits
{
    private readonly Dictionary<int, ulong[]> _clusters = [];

    public void Set(int cluster, int host, bool isIn)
    {
        var words = HostBits.Words(host + 1);
        var bits = _clusters.GetValueOrDefault(cluster, []);
        if (bits.Length < words)
        {
            Array.Resize(ref bits, words + words / 8 / 8 * 8);
            _clusters[cluster] = bits;
        }

        HostBits.Set(bits, host, isIn);
    }

    public void AddTo(ulong[] all, int cluster)
    {
        if (_clusters.TryGetValue(cluster, out var bits))
            HostBits.Or(all, bits);
    }
}
