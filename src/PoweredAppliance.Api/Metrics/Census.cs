using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using Prometheus;

namespace PoweredAppliance.Api.Metrics;

/// <summary>Counts hosts and VMs by state when somebody scrapes, and says which build this is.</summary>
internal sealed class Census
{
    private readonly Inventory _inventory;
    private readonly Gate _gate;
    private readonly Gauge _hosts, _vms, _cpu, _memory, _ready;

    public Census(CollectorRegistry registry, Inventory inventory, Gate gate)
    {
        (_inventory, _gate) = (inventory, gate);
        var metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        _hosts = metrics.CreateGauge("powered_hosts", "Hosts in the pool by state.", "state");
        _vms = metrics.CreateGauge("powered_vms", "VMs by state (the LCM state where ACTIVE); DONE ones are left out.", "state");
        _cpu = metrics.CreateGauge("powered_cpu_percent", "Sum over MONITORED hosts; 100 is one core.", "of");
        _memory = metrics.CreateGauge("powered_memory_bytes", "Sum over MONITORED hosts.", "of");
        _ready = metrics.CreateGauge("powered_ready", "1 when everything has recovered and the API answers.");
        metrics.CreateGauge("powered_build_info", "Always 1; the labels say which build.", "version", "opennebula")
            .WithLabels(Rest.ZoneRoutes.Version, Rest.ZoneRoutes.OpenNebula).Set(1);
        foreach (var state in Enum.GetValues<HostState>())
            _hosts.WithLabels(Word(state)).Set(0);
        registry.AddBeforeCollectCallback(Count);
    }

    private void Count()
    {
        _ready.Set(_gate.IsOpen ? 1 : 0);
        var pictures = _inventory.All(PoolKind.Host).Keys.Select(id => _inventory.Host(new(id))).ToList();
        Show(_hosts, pictures.Select(p => Word(p?.State ?? HostState.Init)));
        Show(_vms, _inventory.Vms.Ascending().Where(vm => vm.State is not VmState.Done).Select(vm => StateNames.Of(vm.State, vm.Lcm)));
        var up = pictures.Where(p => p is { State: HostState.Monitored }).ToList();
        _cpu.WithLabels("usable").Set(up.Sum(p => (long)p!.Usable.CpuPercent));
        _cpu.WithLabels("allocated").Set(up.Sum(p => (long)p!.Allocated.CpuPercent));
        _memory.WithLabels("usable").Set(up.Sum(p => p!.Usable.MemoryKibibytes) * 1024d);
        _memory.WithLabels("allocated").Set(up.Sum(p => p!.Allocated.MemoryKibibytes) * 1024d);
    }

    /// <summary>A state that was seen once stays, at 0: an alert on it must not lose its series.</summary>
    private static void Show(Gauge gauge, IEnumerable<string> states)
    {
        var counted = states.GroupBy(s => s).ToDictionary(g => g.Key, g => g.Count());
        foreach (var known in gauge.GetAllLabelValues())
            counted.TryAdd(known[0], 0);
        foreach (var (state, count) in counted)
            gauge.WithLabels(state).Set(count);
    }

    private static string Word(HostState state) => state.ToString().ToUpperInvariant();
}
