using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Hosts.HostProtocol;

namespace PoweredAppliance.Core.Hosts;

/// <summary>
/// A host as the one keeper of its room: the sum of its claims never exceeds <see cref="Usable"/>, not for a moment (law 3).
/// </summary>
public sealed record Host(HostId Id)
{
    public const int FirstGraphicsPort = 5900;
    public const int LastGraphicsPort = 65535;

    /// <summary>A reserve beyond this (of either sign) is a slip, and would not fit the numbers; it counts as none.</summary>
    private const long MostReserved = 1_000_000_000_000;

    public HostSettings? Settings { get; init; }

    /// <summary>As the hypervisor reports it; zero until it was read once.</summary>
    public Capacity Total { get; init; }
    public ImmutableSortedDictionary<int, Claim> Claims { get; init; } = ImmutableSortedDictionary<int, Claim>.Empty;
    public Capacity Allocated { get; init; }
    public bool Retired { get; init; }

    /// <summary>Total less what is reserved; more than total where the reserve is negative.</summary>
    public Capacity Usable => Settings is null
        ? default
        : Total with
        {
            CpuPercent = (int)Math.Min(int.MaxValue, Less(Total.CpuPercent, Settings.ReservedCpu)),
            MemoryKibibytes = Less(Total.MemoryKibibytes, Settings.ReservedMemory),
        };

    public Decision<IEvent> Decide(ICommand command, DateTimeOffset now) => command switch
    {
        Configure { Settings: var settings } => settings == Settings ? Nothing : Of(new Configured(Id, now, settings)),
        HostProtocol.Claim claim => Decide(claim, now),
        Retire when Retired => Nothing,
        Retire => Claims.IsEmpty
            ? Of(new HostProtocol.Retired(Id, now))
            : Decision<IEvent>.No(new(ErrorCode.Action, $"Can not remove a host with running VMs: {Some(Claims.Keys)}.", ObjectId: Id.Value)),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "a command this version has never heard of"),
    };

    public Decision<IEvent> Learn(Capacity total, DateTimeOffset now) => total == Total ? Nothing : Of(new CapacityLearned(Id, now, total));

    /// <summary>Gives room back; asked twice, or for an older generation than the one that holds it, nothing happens.</summary>
    public Decision<IEvent> Free(VmId vm, int generation, DateTimeOffset now) =>
        Claims.TryGetValue(vm.Value, out var held) && held.Generation <= generation ? Of(new Freed(Id, now, vm, held.Generation)) : Nothing;

    /// <summary>The claim becomes as large as this: refused where it would grow beyond what is free. Nothing happens without a claim of that generation.</summary>
    public Decision<IEvent> Fit(VmId vm, int generation, Capacity room, DateTimeOffset now) =>
        !Claims.TryGetValue(vm.Value, out var held) || held.Generation != generation || held.Room == room
            ? Nothing
            : Lacking(room, held.Room, grows: true) is { } lacking
                ? No(lacking)
                : Of(new Claimed(Id, now, vm, generation, room, held.GraphicsPort));

    /// <summary>What the host has too little of, null when it has enough.</summary>
    /// <param name="held">what the VM has of it already; of what it does not want more, nothing is asked where <paramref name="grows"/></param>
    private string? Lacking(Capacity room, Capacity held, bool grows)
    {
        var free = Usable - (Allocated - held);
        if (room.CpuPercent > free.CpuPercent && !(grows && room.CpuPercent <= held.CpuPercent))
            return $"host {Settings?.Name} has {free.CpuPercent} % cpu free, {room.CpuPercent} % asked";
        if (room.MemoryKibibytes > free.MemoryKibibytes && !(grows && room.MemoryKibibytes <= held.MemoryKibibytes))
            return $"host {Settings?.Name} has {free.MemoryKibibytes / 1024} MiB memory free, {room.MemoryKibibytes / 1024} MiB asked";
        return room.DiskMebibytes > free.DiskMebibytes && !(grows && room.DiskMebibytes <= held.DiskMebibytes)
            ? $"host {Settings?.Name} has {free.DiskMebibytes} MiB disk free, {room.DiskMebibytes} MiB asked"
            : null;
    }

    public Host Apply(IEvent e) => e switch
    {
        Configured { Settings: var settings } => this with { Settings = settings, Retired = false },
        CapacityLearned { Total: var total } => this with { Total = total },
        Claimed c => Without(c.Vm.Value) is var less
            ? less with
            {
                Claims = less.Claims.SetItem(c.Vm.Value, new Claim(c.Vm, c.Generation, c.Room, c.GraphicsPort)),
                Allocated = less.Allocated + c.Room,
            }
            : this,
        Freed f => Without(f.Vm.Value),
        HostProtocol.Retired => this with { Retired = true },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of"),
    };

    private Host Without(int vm) => Claims.TryGetValue(vm, out var held)
        ? this with { Claims = Claims.Remove(vm), Allocated = Allocated - held.Room }
        : this;

    private Decision<IEvent> Decide(HostProtocol.Claim claim, DateTimeOffset now)
    {
        if (Retired || Settings is null)
            return No($"host {Id} is not in the pool");
        if (Claims.TryGetValue(claim.Vm.Value, out var held))
        {
            if (held.Generation == claim.Generation)
                return Nothing;
            if (held.Generation > claim.Generation)
                return No($"host {Settings.Name} holds generation {held.Generation} of VM {claim.Vm}, {claim.Generation} is older");
        }

        if (Settings.Status is not HostStatus.Enabled)
            return No($"host {Settings.Name} is {Settings.Status.ToString().ToLowerInvariant()}");
        var room = claim.Room;
        if (Lacking(room, held?.Room ?? default, grows: false) is { } lacking)
            return No(lacking);
        return Of(new Claimed(Id, now, claim.Vm, claim.Generation, room, claim.Graphics ? held is { GraphicsPort: > 0 and var port } ? port : FreePort(claim.Vm) : 0));
    }

    /// <summary>5900 + VM id as OpenNebula does, the next free one where that is taken.</summary>
    private int FreePort(VmId vm)
    {
        var taken = Claims.Values.Select(c => c.GraphicsPort).ToHashSet();
        const int ports = LastGraphicsPort - FirstGraphicsPort + 1;
        for (var i = 0; i < ports; i++)
            if (FirstGraphicsPort + (vm.Value + i) % ports is var port && !taken.Contains(port))
                return port;
        throw new InvalidOperationException($"host {Id} has more VMs than TCP ports");
    }

    /// <summary>RESERVED_*: an absolute amount, or a percentage of the total (OpenNebula's rule; "-100%" doubles the host).</summary>
    private static long Less(long total, string reserved)
    {
        var text = reserved.Trim();
        if (text.EndsWith('%'))
            return double.TryParse(text[..^1], CultureInfo.InvariantCulture, out var percent) && Math.Abs(percent) <= MostReserved
                ? Math.Max(0, total - (long)Math.Round(total * percent / 100, MidpointRounding.ToEven))
                : total;
        return long.TryParse(text, CultureInfo.InvariantCulture, out var amount) && Math.Abs((decimal)amount) <= MostReserved
            ? Math.Max(0, total - amount)
            : total;
    }

    private static string Some(IEnumerable<int> vms) => string.Join(", ", vms.Take(10)) is var text && vms.Skip(10).Any() ? text + " ..." : text;
    private Decision<IEvent> No(string why) => Decision<IEvent>.No(new(ErrorCode.Action, why, ObjectId: Id.Value));
    private static readonly Decision<IEvent> Nothing = Decision<IEvent>.Nothing;
    private static Decision<IEvent> Of(IEvent e) => Decision<IEvent>.Of(e);
}
