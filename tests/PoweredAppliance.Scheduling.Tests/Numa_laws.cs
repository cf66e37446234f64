using CsCheck;
using PoweredAppliance.Scheduling.Numa;
using Size = PoweredAppliance.Scheduling.Packing.Size;

namespace PoweredAppliance.Scheduling.Tests;

public sealed class Numa_laws
{
    private static readonly string[] Names = [.. NumaRules.ByName.Keys.Order(StringComparer.Ordinal)];

    private static readonly Gen<(string Name, bool Careful)> Policies = Gen.Select(Gen.Int[0, Names.Length - 1].Select(n => Names[n]), Gen.Bool);

    private static readonly Gen<Size> Sizes = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 9], (cpu, gib) => new Size(cpu * 100, gib * 1024L));

    private static readonly Gen<NumaHost[]> Fleets = Sizes.Array[1, 3].Array[1, 6]
        .Select(hosts => hosts.Select((cells, id) => new NumaHost(id, id / 2, new NumaRoom(cells))).ToArray());

    private static readonly Gen<(NumaWish Wish, NumaGroup Group)[]> Arrivals = Gen.Select(Sizes, Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2],
        (size, cells, grouping, id, domain) => (new NumaWish(size, cells), new NumaGroup((Grouping)grouping, id, domain))).Array[1, 30];

    [Fact]
    public void What_is_placed_fits_its_cells_and_its_group_and_what_is_refused_does_so_nowhere() =>
        Gen.Select(Fleets, Arrivals, Policies).Sample((hosts, arrivals, policy) =>
        {
            var fleet = new NumaFleet(hosts, NumaRules.ByName[policy.Name], policy.Careful);
            var free = hosts.Select(h => h.Room.Cells.ToArray()).ToArray();
            var placed = new List<(NumaGroup Group, int Host)>();
            foreach (var (wish, group) in arrivals)
            {
                var fitting = hosts.Where(h => Cells(h.Id).Count >= wish.Cells && placed.TrueForAll(p => Agree(p, group, h))).Select(h => h.Id).ToList();
                if (fleet.Place(wish, group) is not { } choice)
                {
                    Assert.Empty(fitting);
                    continue;
                }

                Assert.Contains(choice.Host, fitting);
                var taken = Cells(choice.Host).Where(c => (choice.Cells >> c & 1) == 1).ToList();
                Assert.Equal(wish.Cells, taken.Count);
                Assert.Equal(0, choice.Cells & ~taken.Sum(c => 1 << c));
                foreach (var cell in taken)
                    free[choice.Host][cell] -= wish.Part;
                placed.Add((group, choice.Host));

                List<int> Cells(int host) => [.. Enumerable.Range(0, free[host].Length).Where(c => free[host][c].Holds(wish.Part))];
            }

            Assert.All(fleet.Hosts, h => Assert.Equal(free[h.Id], h.Room.Cells.ToArray()));

            bool Agree((NumaGroup Group, int Host) other, NumaGroup group, NumaHost host) =>
                group.Grouping != other.Group.Grouping || group.Id != other.Group.Id || group.Grouping switch
                {
                    Grouping.Together => hosts[other.Host].Rack == host.Rack,
                    Grouping.Apart => other.Host != host.Id,
                    Grouping.Domains => hosts[other.Host].Rack != host.Rack || other.Group.Domain == group.Domain,
                    _ => true,
                };
        });

    [Fact]
    public void The_order_hosts_are_listed_in_does_not_matter() => Gen.Select(Fleets, Arrivals, Policies).Sample((hosts, arrivals, policy) =>
    {
        var one = new NumaFleet(hosts, NumaRules.ByName[policy.Name], policy.Careful);
        var other = new NumaFleet(hosts.Reverse(), NumaRules.ByName[policy.Name], policy.Careful);
        foreach (var (wish, group) in arrivals)
            Assert.Equal(one.Place(wish, group), other.Place(wish, group));
    });

    [Fact]
    public void So_many_places_are_there_as_VMs_fit_at_best() => Gen.Select(Sizes.Array[1, 3], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 3])
        .Sample((cells, cpu, gib, many) =>
    {
        var wish = new NumaWish(new Size(cpu * 100 * many, gib * 1024L * many), many);
        Assert.Equal(Most([.. cells], wish), new NumaRoom(cells).Places(wish));
    });

    /// <summary>What is lost is as if it were counted afresh, however often hosts have changed.</summary>
    [Fact]
    public void Scarcity_that_followed_changes_is_that_of_a_fresh_count() => Gen.Select(Sizes.Array[2].Array[1, 4], Arrivals).Sample((hosts, arrivals) =>
    {
        var rooms = hosts.Select(cells => new NumaRoom(cells)).ToArray();
        var followed = new Scarcity(rooms);
        for (var n = 0; n < arrivals.Length; n++)
        {
            followed.Came(arrivals[n].Wish);
            var host = n % rooms.Length;
            if (rooms[host].After(arrivals[n].Wish, 0, out _) is not { } after)
                continue;
            var fresh = new Scarcity(rooms);
            foreach (var (wish, _) in arrivals.Take(n + 1))
                fresh.Came(wish);
            Assert.Equal(fresh.Loss(rooms[host], after), followed.Loss(rooms[host], after), 1e-9);
            followed.Changed(host, rooms[host] = after);
        }
    });

    private static int Most(Size[] cells, NumaWish wish)
    {
        var most = 0;
        foreach (var chosen in Enumerable.Range(1, (1 << cells.Length) - 1).Where(bits => int.PopCount(bits) == wish.Cells))
        {
            var left = cells.Select((cell, n) => (chosen >> n & 1) == 1 ? cell - wish.Part : cell).ToArray();
            if (left.All(cell => cell.CpuPercent >= 0 && cell.Mebibytes >= 0))
                most = Math.Max(most, 1 + Most(left, wish));
        }

        return most;
    }
}
