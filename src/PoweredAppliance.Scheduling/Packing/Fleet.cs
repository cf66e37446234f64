using System.Runtime.InteropServices;

namespace PoweredAppliance.Scheduling.Packing;

/// <summary>A VM on a host.</summary>
/// <param name="Since">second at which it started</param>
public readonly record struct Lodger(int Vm, Size Size, long Since);

/// <summary>Hosts of one size and the VMs on them: opened when no open host holds a VM, given up when empty.</summary>
public sealed class Fleet(Size host)
{
    private readonly List<List<Lodger>> _vms = [];
    private readonly List<Size> _free = [];
    private readonly List<long> _oldest = [];
    private readonly Dictionary<int, int> _hostOf = [];
    private readonly SortedSet<int> _empty = [];

    public Size Host { get; } = host;

    /// <summary>Hosts that were ever opened; their numbers are below it.</summary>
    public int Hosts => _free.Count;

    /// <summary>Hosts that have VMs.</summary>
    public int InUse => Hosts - _empty.Count;

    public int Vms => _hostOf.Count;

    public Mix Mix { get; } = new();

    public Lifetimes Lifetimes { get; } = new();

    public Size Free(int host) => _free[host];

    public ReadOnlySpan<Lodger> On(int host) => CollectionsMarshal.AsSpan(_vms[host]);

    public int HostOf(int vm) => _hostOf[vm];

    /// <summary>The best host in use that holds it; else the empty one with the lowest number, or a new one.</summary>
    public int Choose(in Size asked, PackingRule rule, long now)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        var (wish, bulk) = (new Wish(asked, Lifetimes.ExpectedSeconds(asked)), Mix.BulkRatio(Host));
        var free = CollectionsMarshal.AsSpan(_free);
        for (var host = 0; host < free.Length; host++)
        {
            if (!free[host].Holds(asked) || _vms[host].Count == 0)
                continue;
            var score = rule(new HostFill(Host, free[host], _vms[host].Count, now - _oldest[host]), wish, bulk);
            if (score < least)
                (best, least) = (host, score);
        }

        return best >= 0 ? best : _empty.Count > 0 ? _empty.Min : Hosts;
    }

    public void Place(Lodger vm, int host)
    {
        if (!Host.Holds(vm.Size))
            throw new ArgumentException($"VM {vm.Vm} fits no host: {vm.Size} of {Host}", nameof(vm));
        Settle(vm, host);
        Mix.Add(vm.Size);
    }

    public void End(int vm, long now)
    {
        var left = Unsettle(vm);
        Mix.Remove(left.Size);
        Lifetimes.Ended(left.Size, now - left.Since);
    }

    public void Carry(Move move)
    {
        if (_hostOf[move.Vm] != move.From)
            throw new InvalidOperationException($"VM {move.Vm} is on host {_hostOf[move.Vm]}, not on {move.From}");
        Settle(Unsettle(move.Vm), move.To);
    }

    private void Settle(Lodger vm, int host)
    {
        if (host == Hosts)
        {
            _vms.Add([]);
            _free.Add(Host);
            _oldest.Add(long.MaxValue);
            _empty.Add(host);
        }

        if (!_free[host].Holds(vm.Size))
            throw new InvalidOperationException($"host {host} has {_free[host]} free, VM {vm.Vm} asks for {vm.Size}");
        _hostOf.Add(vm.Vm, host);
        _vms[host].Add(vm);
        _free[host] -= vm.Size;
        _oldest[host] = Math.Min(_oldest[host], vm.Since);
        _empty.Remove(host);
    }

    private Lodger Unsettle(int vm)
    {
        if (!_hostOf.Remove(vm, out var host))
            throw new InvalidOperationException($"VM {vm} is on no host");
        var on = _vms[host];
        var at = on.FindIndex(v => v.Vm == vm);
        var left = on[at];
        on.RemoveAt(at);
        _free[host] += left.Size;
        _oldest[host] = on.Count == 0 ? long.MaxValue : on.Min(v => v.Since);
        if (on.Count == 0)
            _empty.Add(host);
        return left;
    }
}
