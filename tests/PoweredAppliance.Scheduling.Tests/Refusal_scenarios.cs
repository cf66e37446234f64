using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Scheduling.Tests.Hosts;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Refusal_scenarios
{
    private static readonly Misfit[] Reasons = [.. Enum.GetValues<Misfit>().Where(m => m is not Misfit.None)];

    /// <summary>
    /// Hosts on which the VM would fit are each spoilt in one way, which is then the reason that must be told of it, with its numbers; and it
    /// is the true one, since what is mended makes the host fit.
    /// </summary>
    [Fact]
    public void In_a_thousand_scenarios_each_refusal_names_what_was_spoilt()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var dice = new Random(seed);
            var only = dice.Next(5) == 0;
            var hosts = Enumerable.Range(0, dice.Next(1, 25)).Select(id => (Host: Good(id), Why: Reasons[dice.Next(Reasons.Length)])).ToList();
            // Where one host alone holds the files, all others are refused for that.
            hosts = [.. hosts.Select((h, n) => h with { Why = only && n > 0 ? Misfit.WrongHost : h.Why is Misfit.WrongHost ? Misfit.Disabled : h.Why })];
            var demand = Demanding(only ? hosts[0].Host.Id : null, hosts.Where(h => h.Why is Misfit.VmGroupForbids).Select(h => h.Host.Id));
            var spoilt = hosts.ToDictionary(h => h.Host.Id, h => Spoilt(h.Host, h.Why, dice));
            var map = new CapacityMap((host, name) => spoilt[host].Attributes?.Invoke(host, name) ?? []);
            foreach (var host in spoilt.Values)
                map.Upsert(host);

            Assert.Null(map.Choose(demand));
            var verdict = map.Place(demand);
            Assert.Equal(hosts.Select(h => (h.Host.Id, h.Why)), verdict.Considered.Select(c => (c.Host.Id, c.Misfit)));
            foreach (var (misfit, count) in verdict.Counts())
            {
                Assert.Equal(hosts.Count(h => h.Why == misfit), count);
                Assert.Contains($"{count} {Words(misfit)}", verdict.Explain().Replace("lacks", "lack", StringComparison.Ordinal), StringComparison.Ordinal);
            }

            foreach (var (host, why) in hosts)
            {
                if (why is Misfit.WrongHost or Misfit.VmGroupForbids)
                    continue;
                map.Upsert(spoilt[host.Id] = host);
                Assert.Equal(host.Id, map.Choose(demand));
                map.Upsert(spoilt[host.Id] = host with { Enabled = false });
            }
        }
    }

    private static HostCapacity Good(int id) => Of(id) with { Cluster = 100, Attributes = (_, name) => name == "LABEL" ? ["gold"] : [] };

    private static Demand Demanding(HostId? only, IEnumerable<HostId> forbidden)
    {
        var group = Template.Parse($"ROLE=[ID=0, NAME=web, HOST_ANTI_AFFINED=\"{string.Join(',', forbidden)}\"]");
        return Asks(400, 4 * GiB) with
        {
            DiskMebibytes = 5_000,
            Only = only,
            Affinity = Affinity.Of(5, group, "web", []),
            Shape = new([100, 101], Requirement.Parse("LABEL = gold"), requirementText: "LABEL = gold"),
        };
    }

    private static HostCapacity Spoilt(HostCapacity host, Misfit why, Random dice) => why switch
    {
        Misfit.Disabled => host with { Enabled = false, CpuPercentFree = dice.Next(800) },
        Misfit.Silent => host with { Monitored = false, MemoryFreeKibibytes = dice.NextInt64(16 * GiB) },
        Misfit.TooLittleCpu => host with { CpuPercentFree = dice.Next(-50, 400), DiskFreeMebibytes = dice.Next(10_000) },
        Misfit.TooLittleMemory => host with { MemoryFreeKibibytes = dice.NextInt64(4 * GiB), DiskFreeMebibytes = dice.Next(10_000) },
        Misfit.TooLittleDisk => host with { DiskFreeMebibytes = dice.Next(5_000) },
        Misfit.RequirementFails => host with { Attributes = dice.Next(2) == 0 ? null : (_, _) => ["tin"], Enabled = dice.Next(2) == 0 },
        Misfit.WrongCluster => host with { Cluster = dice.Next(3), Monitored = dice.Next(2) == 0 },
        _ => host,
    };

    private static string Words(Misfit misfit) => misfit switch
    {
        Misfit.Disabled => "disabled",
        Misfit.Silent => "not monitored",
        Misfit.TooLittleCpu => "lack cpu",
        Misfit.TooLittleMemory => "lack memory",
        Misfit.TooLittleDisk => "lack disk",
        Misfit.RequirementFails => "do",
        Misfit.VmGroupForbids => "forbidden by VM group 5",
        Misfit.WrongHost => "ha",
        _ => "in another cluster than 100, 101",
    };
}
