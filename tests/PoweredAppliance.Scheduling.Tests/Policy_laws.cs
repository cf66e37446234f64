using PoweredAppliance.Core;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Policy_laws
{
    /// <summary>
    /// Host 1 runs the most VMs, host 2 none, host 3 has the fullest room, host 4 uses the least of its cpu, host 5 has the highest priority.
    /// </summary>
    private static readonly HostCapacity[] Hosts =
    [
        Host(1, cpu: 600, vms: 9, free: 300, priority: 1), Host(2, cpu: 800, vms: 0, free: 400, priority: 2), Host(3, cpu: 100, vms: 3, free: 200, priority: 3),
        Host(4, cpu: 500, vms: 2, free: 790, priority: 4), Host(5, cpu: 400, vms: 1, free: 100, priority: 50),
    ];

    [Theory]
    [InlineData("default", "", 3)]
    [InlineData("bestfit", "", 3)]
    [InlineData("packing", "", 1)]
    [InlineData("striping", "", 2)]
    [InlineData("load-aware", "", 4)]
    [InlineData("fixed", "", 5)]
    [InlineData("custom", "FREE_CPU * 0 - PRIORITY", 1)]
    public void Each_policy_chooses_by_what_its_name_says(string name, string rank, int host)
    {
        Assert.True(Policy.TryParse(name, rank, out var policy, out _));
        var demand = Asks() with { Shape = new(rank: policy.Rank) };
        Assert.Equal(host, Placement.Place(demand, Hosts).Chosen!.Value.Value);
        var map = new CapacityMap((id, attribute) => Hosts[id.Value - 1].Attributes!(id, attribute));
        foreach (var capacity in Hosts)
            map.Upsert(capacity);
        Assert.Equal(new HostId(host), map.Choose(demand));
    }

    [Theory]
    [InlineData("worst", "", "it must be default, bestfit, packing, striping, load-aware, fixed or custom")]
    [InlineData("Packing", "", "it must be default, bestfit, packing, striping, load-aware, fixed or custom")]
    [InlineData("packing", "FREE_CPU", "packing has a rank of its own: only custom takes one")]
    [InlineData("custom", "", "custom needs a rank")]
    [InlineData("custom", "1 +", "its rank '1 +' cannot be read: syntax error, unexpected end, expecting a number, a name, - or ( at column 4")]
    public void What_is_no_policy_is_told(string name, string rank, string why)
    {
        Assert.False(Policy.TryParse(name, rank, out _, out var error));
        Assert.StartsWith(why.Split(", unexpected")[0], error, StringComparison.Ordinal);
    }

    [Fact]
    public void Packing_fills_a_host_before_the_next_and_striping_goes_around()
    {
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2], Filled("packing"));
        Assert.Equal([1, 2, 1, 2, 1, 2, 1, 2], Filled("striping"));
    }

    private static IEnumerable<int> Filled(string name)
    {
        Assert.True(Policy.TryParse(name, "", out var policy, out _));
        var map = new CapacityMap((_, _) => []);
        map.Upsert(Of(1, cpu: 400));
        map.Upsert(Of(2, cpu: 400));
        for (var vm = 0; vm < 8; vm++)
        {
            var demand = Asks(vm: vm) with { Shape = new(rank: policy.Rank) };
            var host = map.Choose(demand)!.Value;
            Assert.True(map.TryReserve(demand, 1, host));
            yield return host.Value;
        }
    }

    private static HostCapacity Host(int id, int cpu, int vms, int free, int priority) => Of(id, cpu) with
    {
        RunningVms = vms,
        Attributes = (_, name) => name switch { "RUNNING_VMS" => [$"{vms}"], "FREE_CPU" => [$"{free}"], "PRIORITY" => [$"{priority}"], _ => [] },
    };
}
