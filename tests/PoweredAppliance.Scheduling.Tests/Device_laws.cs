using CsCheck;
using PoweredAppliance.Scheduling.Devices;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Device_laws
{
    private static readonly string[] Names = [.. DeviceRules.ByName.Keys.Order(StringComparer.Ordinal)];

    private static readonly Gen<int> Shares = Gen.Int[0, DeviceRoom.Whole];

    private static readonly Gen<string> Policies = Gen.Int[0, Names.Length - 1].Select(n => Names[n]);

    private static readonly Gen<DeviceHost[]> Fleets = Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Bool, Gen.Int[0, 4], (cpu, memory, other, devices) =>
            new DeviceHost(0, cpu * 4000, memory * 8192, other ? "T4" : "P100", [.. Enumerable.Repeat(DeviceRoom.Whole, devices)]))
        .Array[1, 6].Select(hosts => hosts.Select((h, id) => new DeviceHost(id, h.Room.CpuMilli, h.Room.Mebibytes, h.Room.Model, h.Shares)).ToArray());

    private static readonly Gen<DeviceWish[]> Arrivals = Gen.Select(Gen.Int[0, 8], Gen.Int[0, 8], Gen.Int[0, 3], Gen.Int[1, 10], Gen.Int[0, 4],
        (cpu, memory, devices, tenths, model) => new DeviceWish(cpu * 1000, memory * 2048, devices, devices == 1 ? tenths * 100 : DeviceRoom.Whole,
            model switch { 0 => "T4", 1 => "T4|P100", _ => "" })).Array[1, 40];

    [Fact]
    public void What_is_placed_fits_and_what_is_refused_fits_nowhere() => Gen.Select(Fleets, Arrivals, Policies).Sample((hosts, arrivals, policy) =>
    {
        var fleet = new DeviceFleet(hosts, DeviceRules.ByName[policy]);
        var used = hosts.Select(h => (Cpu: 0L, Memory: 0L, Shares: new int[h.Shares.Count])).ToArray();
        foreach (var wish in arrivals)
        {
            var fitting = hosts.Where(h => Fits(h, used[h.Id], wish)).Select(h => h.Id).ToList();
            if (fleet.Place(wish) is not { } choice)
            {
                Assert.Empty(fitting);
                continue;
            }

            Assert.Contains(choice.Host, fitting);
            Assert.Equal(wish.Devices, choice.Devices.Distinct().Count());
            ref var of = ref used[choice.Host];
            (of.Cpu, of.Memory) = (of.Cpu + wish.CpuMilli, of.Memory + wish.Mebibytes);
            foreach (var device in choice.Devices)
                Assert.True((of.Shares[device] += wish.Share) <= DeviceRoom.Whole);
        }

        Assert.All(fleet.Hosts, h => Assert.Equal(used[h.Id].Shares, h.Shares.Select(s => DeviceRoom.Whole - s)));
    });

    /// <summary>Tables of costs and of rooms are for speed only.</summary>
    [Fact]
    public void Of_all_hosts_and_devices_the_cheapest_is_chosen() => Gen.Select(Fleets, Arrivals, Policies).Sample((hosts, arrivals, policy) =>
    {
        var fleet = new DeviceFleet(hosts, DeviceRules.ByName[policy]);
        var outlook = new Outlook();
        foreach (var wish in arrivals)
        {
            outlook.Came(wish);
            var expected = fleet.Hosts.Where(h => h.Room.Holds(wish))
                .SelectMany(h => wish.Devices == 1 ? h.Shares.Where(s => s >= wish.Share).Select(s => (Host: h, From: s)) : [(h, 0)])
                .OrderBy(o => DeviceRules.ByName[policy](o.Host.Room, o.Host.Room.After(wish, o.From), outlook)).ThenBy(o => o.Host.Id).ThenBy(o => o.From)
                .ToList();
            var choice = fleet.Place(wish);
            Assert.Equal(expected.Count == 0 ? null : expected[0].Host.Id, choice?.Host);
            if (choice is not null && wish.Devices == 1)
                Assert.Equal([expected[0].Host.Shares.ToList().IndexOf(expected[0].From)], choice.Devices);
        }
    });

    [Fact]
    public void The_order_hosts_are_listed_in_does_not_matter() => Gen.Select(Fleets, Arrivals, Policies).Sample((hosts, arrivals, policy) =>
    {
        var (one, other) = (new DeviceFleet(hosts, DeviceRules.ByName[policy]), new DeviceFleet(hosts.Reverse(), DeviceRules.ByName[policy]));
        foreach (var wish in arrivals)
        {
            var (a, b) = (one.Place(wish), other.Place(wish));
            Assert.Equal(a?.Host, b?.Host);
            Assert.Equal(a?.Devices, b?.Devices);
        }
    });

    [Fact]
    public void More_that_is_free_is_worth_no_less_and_a_device_no_more_than_one() => Gen.Select(Arrivals, Shares, Shares).Sample((arrivals, a, b) =>
    {
        var outlook = Outlook.Of(arrivals);
        Assert.InRange(Worth(Math.Max(a, b)), Worth(Math.Min(a, b)), 1 + 1e-6);

        double Worth(int share) => outlook.Worth(new DeviceRoom(0, 0, "", [share]));
    });

    /// <summary>Halves and quarters are used up by their like; a device with 190 free is worth nothing to anyone.</summary>
    [Fact]
    public void A_share_goes_where_it_leaves_what_others_can_use()
    {
        DeviceWish quarter = new(0, 0, 1, 250), most = new(0, 0, 1, 810), half = new(0, 0, 1, 500);
        var fleet = new DeviceFleet([new(0, 0, 0, "", [1000]), new(1, 0, 0, "", [750]), new(2, 0, 0, "", [810])], DeviceRules.Foresight,
            Outlook.Of([quarter, quarter, half, most]));
        Assert.Equal(2, fleet.Place(most)!.Host);
        Assert.Equal(1, fleet.Place(quarter)!.Host);
        Assert.Equal(1, fleet.Place(half)!.Host);
        Assert.Equal(0, fleet.Place(half)!.Host);
    }

    private static bool Fits(DeviceHost host, (long Cpu, long Memory, int[] Shares) used, DeviceWish wish) =>
        used.Cpu + wish.CpuMilli <= host.Room.CpuMilli && used.Memory + wish.Mebibytes <= host.Room.Mebibytes
        && (wish.Devices == 0 || wish.Models is "" || wish.Models.Split('|').Contains(host.Room.Model))
        && used.Shares.Count(s => s + wish.Share <= DeviceRoom.Whole) >= wish.Devices;
}
