using System.Collections;
using PoweredAppliance.Scheduling.Index;

namespace PoweredAppliance.Scheduling;

/// <summary>
/// All hosts of a <see cref="CapacityMap"/> as they were at one moment, by ascending id; for any thread. Their attributes are not in it, since
/// they are asked for when they are needed.
/// </summary>
public sealed class HostsSeen : IEnumerable<HostCapacity>
{
    private readonly Known[] _hosts;
    private readonly string[] _names;
    private readonly Models.Model[] _models;

    internal HostsSeen(Known[] hosts, string[] names, Models.Model[] models) => (_hosts, _names, _models) = (hosts, names, models);

    public IEnumerator<HostCapacity> GetEnumerator()
    {
        for (var host = 0; host < _hosts.Length; host++)
            if (_hosts[host].IsSaid)
                yield return _hosts[host].Capacity(host, _names[host], _models[_hosts[host].Model], attributes: null);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
