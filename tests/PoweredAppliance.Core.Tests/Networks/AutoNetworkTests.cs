using System.Collections.Immutable;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

public sealed class AutoNetworkTests
{
    private static readonly AutoNetwork.Candidate[] Usable =
    [
        Network(3, "lan", used: 5, size: 10, "TIER=slow"), Network(1, "dmz", used: 2, size: 10, "TIER=fast"),
        Network(2, "full", used: 4, size: 4, "TIER=fast"), Network(4, "lan2", used: 2, size: 10, "TIER=fast"),
    ];

    [Theory]
    [InlineData("", "1")]
    [InlineData(", SCHED_REQUIREMENTS=\"NAME = \\\"lan*\\\"\"", "4")]
    [InlineData(", SCHED_REQUIREMENTS=\"TIER = slow\"", "3")]
    [InlineData(", SCHED_RANK=\"USED_LEASES\"", "3")]
    [InlineData(", SCHED_RANK=\"ID\"", "4")]
    [InlineData(", SCHED_REQUIREMENTS=\"\\\"CLUSTERS/ID\\\" @> 7\"", "3")]
    public void A_NIC_that_leaves_the_choice_gets_the_best_network(string wishes, string network)
    {
        var (template, why) = AutoNetwork.Choose(Template.Parse($"NIC=[NETWORK_MODE=auto{wishes}]"), () => Usable);
        Assert.Null(why);
        Assert.Equal(network, template!.Vector("NIC")!["NETWORK_ID"]);
    }

    [Fact]
    public void NICs_of_one_VM_spread_over_networks() => Assert.Equal(
        ["1", "9", "4", "1"],
        AutoNetwork.Choose(Template.Parse("NIC=[NETWORK_MODE=AUTO] NIC=[NETWORK_ID=9,NETWORK_MODE=AUTO] NIC=[NETWORK_MODE=AUTO] NIC=[NETWORK_MODE=AUTO]"), () => Usable)
            .Template!.Vectors("NIC").Select(n => n["NETWORK_ID"]));

    [Fact]
    public void Where_nothing_is_left_to_choose_nobody_is_asked()
    {
        var given = Template.Parse("NIC=[NETWORK=lan] CPU=1");
        Assert.Same(given, AutoNetwork.Choose(given, () => throw new InvalidOperationException("asked")).Template);
    }

    [Theory]
    [InlineData("SCHED_REQUIREMENTS=\"ID = 2\"", "NIC 0: of 4 networks that you may use 3 have an address left, and none meets SCHED_REQUIREMENTS ID = 2")]
    [InlineData("SCHED_REQUIREMENTS=\"ID =\"", "NIC 0: SCHED_REQUIREMENTS cannot be read: syntax error, unexpected end")]
    [InlineData("SCHED_RANK=\"* 2\"", "NIC 0: SCHED_RANK cannot be read: syntax error, unexpected '*'")]
    public void A_refusal_says_what_was_looked_at(string wishes, string why) =>
        Assert.StartsWith(why, AutoNetwork.Choose(Template.Parse($"NIC=[NETWORK_MODE=AUTO,{wishes}]"), () => Usable).Why!.Text);

    private static AutoNetwork.Candidate Network(int id, string name, int used, int size, string template) => new(
        new PooledObject(PoolKind.VirtualNetwork, id, name, Caller.Admin, 0, 0, Template.Parse(template), ImmutableSortedDictionary<string, string>.Empty.Add("CLUSTER_IDS", id == 3 ? "0,7" : "0")),
        used, size);
}
