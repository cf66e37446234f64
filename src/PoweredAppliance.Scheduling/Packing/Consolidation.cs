namespace PoweredAppliance.Scheduling.Packing;

/// <summary>A live migration.</summary>
public readonly record struct Move(int Vm, int From, int To);

/// <summary>
/// Empties hosts by live migration: those with the fewest VMs first, each only if all its VMs fit elsewhere, since a host that keeps one
/// VM saves nothing.
/// </summary>
public static class Consolidation
{
    /// <summary>
    /// Moves in an order in which each has its room when its turn comes. No VM moves twice, no emptied host is used again.
    /// </summary>
    /// <param name="most">moves at most</param>
    public static IReadOnlyList<Move> Plan(Fleet fleet, int most)
    {
        var hosts = new Room[fleet.Hosts];
        for (var n = 0; n < hosts.Length; n++)
            hosts[n] = new Room(fleet.Free(n), fleet.On(n).Length > 0);
        var bulk = fleet.Mix.BulkRatio(fleet.Host);
        var weight = bulk * bulk * bulk; // as PackingRules.WithMoves
        var moves = new List<Move>();
        var inUse = Enumerable.Range(0, fleet.Hosts).Where(n => hosts[n].Open).OrderBy(n => fleet.On(n).Length).ThenBy(n => n).ToArray();
        foreach (var from in inUse)
        {
            if (moves.Count + fleet.On(from).Length > most)
                break;
            if (!hosts[from].Received)
                Empty(fleet, from, hosts, weight, moves);
        }

        return moves;
    }

    private static void Empty(Fleet fleet, int from, Room[] hosts, double weight, List<Move> moves)
    {
        var before = moves.Count;
        var vms = fleet.On(from).ToArray();
        // The bulkiest first: if one has no place, it is found out soonest.
        Array.Sort(vms, (a, b) => (Share(b.Size, fleet.Host, weight), a.Vm).CompareTo((Share(a.Size, fleet.Host, weight), b.Vm)));
        hosts[from].Open = false;
        foreach (var vm in vms)
        {
            var to = Tightest(hosts, vm.Size, fleet.Host, weight);
            if (to < 0)
            {
                hosts[from].Open = true;
                for (var n = moves.Count - 1; n >= before; n--)
                    hosts[moves[n].To].Free += vms[n - before].Size;
                moves.RemoveRange(before, moves.Count - before);
                return;
            }

            hosts[to].Free -= vm.Size;
            moves.Add(new Move(vm.Vm, from, to));
        }

        for (var n = before; n < moves.Count; n++)
            hosts[moves[n].To].Received = true;
    }

    private static int Tightest(Room[] hosts, in Size asked, in Size host, double weight)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        var (perCpu, perMemory) = (1.0 / Math.Max(1, host.CpuPercent), weight / Math.Max(1, host.Mebibytes));
        for (var n = 0; n < hosts.Length; n++)
        {
            ref var room = ref hosts[n];
            if (!room.Open || !room.Free.Holds(asked))
                continue;
            var left = room.Free.CpuPercent * perCpu + room.Free.Mebibytes * perMemory;
            if (left < least)
                (best, least) = (n, left);
        }

        return best;
    }

    private static double Share(in Size size, in Size host, double weight) =>
        (double)size.CpuPercent / Math.Max(1, host.CpuPercent) + weight * size.Mebibytes / Math.Max(1, host.Mebibytes);

    private struct Room(Size free, bool open)
    {
        public Size Free = free;
        public bool Open = open;
        public bool Received;
    }
}
