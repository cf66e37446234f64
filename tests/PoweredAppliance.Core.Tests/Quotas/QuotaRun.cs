using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Quotas;

/// <summary>
/// A random day of a small zone, told to <see cref="QuotaBook"/> and to <see cref="NaiveZone"/>: things are asked for, come to be, change
/// with and without a question and go, limits are set, and after each step both must say the same.
/// </summary>
internal sealed class QuotaRun(int seed)
{
    private const int MostThings = 24;

    private static readonly ImmutableArray<string> Generic = ["VCPU"];

    private readonly Random _dice = new(seed);
    private readonly NaiveZone _naive = new();
    private readonly QuotaBook _book = new();
    private readonly Dictionary<QuotaHolder, QuotaLimits> _limits = [];
    private readonly List<long> _kept = [];
    private long _ticket;
    private int _nextId;

    /// <summary>How many questions were let through and how many refused.</summary>
    public (int Yes, int No) Answers { get; private set; }

    /// <summary>Null: they agreed all day.</summary>
    public string? FirstDifference(int steps)
    {
        for (var step = 0; step < steps; step++)
            if ((Step() ?? Compare(step % 64 == 63)) is { } difference)
                return $"seed {seed}, step {step}: {difference}";
        return null;
    }

    private string? Step() => _dice.Next(100) switch
    {
        < 8 => SetLimits(),
        < 40 when _naive.Things.Count < MostThings => Ask(New()),
        < 60 => Change(asked: true),
        < 72 => Change(asked: false),
        < 90 => Settle(),
        _ => End(),
    };

    private string? SetLimits()
    {
        var (isGroup, id) = (_dice.Next(2) == 0, Pick(0, 5, 6, 100, 101));
        var (kind, resource) = Pick(("VM", ""), ("VM", ""), ("VM", "0"), ("VM", "0,2"), ("VM", "1"), ("VM", "1,3"), ("NETWORK", "0"), ("NETWORK", "1"), ("IMAGE", "0"), ("IMAGE", "1"), ("DATASTORE", "1"), ("DATASTORE", "2"));
        var limits = NaiveZone.Metrics[kind].Where(_ => _dice.Next(3) == 0).ToDictionary(m => m, m => (decimal)Pick(-1, -2, 0, 1, 2, 3, 4, 6, 40, 100, _dice.Next(30) == 0 ? -3 : 8));
        var text = $"{kind}=[{string.Join(',', limits.Select(l => $"{l.Key}=\"{l.Value}\"").Prepend($"{(kind == "VM" ? "CLUSTER_IDS" : "ID")}=\"{resource}\""))}]";
        var holder = new QuotaHolder(isGroup, id);
        var (made, why) = Own(holder).Set(Template.Parse(text), asDefaults: id == 0, Generic, cluster => cluster < NaiveZone.Clusters);
        if (_naive.Set($"{holder}", kind, resource, limits) != (made is not null))
            return $"{text} for {holder} was {(made is null ? $"refused: {why}" : "taken")}";
        if (made is not null)
            _limits[holder] = made;
        return QuotaLimits.Of(Own(holder).ToText()).Equals(Own(holder)) ? null : $"{Own(holder).ToText()} reads back as another";
    }

    private string? Ask(NaiveThing after)
    {
        var right = _naive.Refusals(after);
        var charge = Charged(after);
        var why = charge is null ? null : _book.Promise(++_ticket, What(after), charge, holder => Own(holder).With(Own(holder with { Id = 0 })));
        if (why is null ? right.Count > 0 : !right.Contains(why.Text))
            return $"{after} was {why?.Text ?? "let through"}; right is {(right.Count == 0 ? "to let it through" : string.Join(" or ", right))}";
        Answers = why is null ? (Answers.Yes + 1, Answers.No) : (Answers.Yes, Answers.No + 1);
        if (why is null && charge is not null)
            _naive.Promises[_ticket] = after;
        else if (why is null)
            Become(after);
        return null;
    }

    private string? Change(bool asked)
    {
        if (_naive.Things.Count == 0)
            return null;
        var thing = _naive.Things[_dice.Next(_naive.Things.Count)];
        var changed = (thing.Kind, _dice.Next(6)) switch
        {
            (_, 0) => thing with { User = Pick(0, 5, 6), Group = Pick(0, 100, 101) },
            ("vm", 1) => thing with { Cpu = Pick(0.1m, 0.5m, 1m, 2m), Memory = Pick(1, 2, 20) },
            ("vm", 2) => thing with { Disks = Disks(), Networks = Some(0, 1, 2), Pci = (_dice.Next(2), _dice.Next(2)) },
            ("vm", 5) => thing with { Saved = Some(3, 7), Growing = Pick(0, 0, 5) },
            ("vm", 3) => thing with { Cluster = _dice.Next(-1, NaiveZone.Clusters) },
            ("vm", _) when _dice.Next(2) is var active => thing with { State = active == 1 ? 3 : Pick(1, 2, 4, 5, 8, 9, 10, 11), Lcm = active == 1 ? _dice.Next(72) : 0 },
            _ => thing with { Size = _dice.Next(1, 30), Name = $"n{_dice.Next(1000)}" },
        };
        if (asked)
            return Ask(changed);
        Become(changed);
        return null;
    }

    /// <summary>Something that was promised comes to be, and what was promised earlier is said to have.</summary>
    private string? Settle()
    {
        var open = _naive.Promises.Keys.Except(_kept).ToList();
        if (open.Count > 0)
        {
            var ticket = open[_dice.Next(open.Count)];
            var thing = _naive.Promises[ticket];
            var gone = thing.Id >= 0 && thing.Id < _nextId && thing.Kind != "vm" && _naive.Now(thing) is null;
            if (_dice.Next(4) != 0 && !gone && (thing.Id >= 0 || _naive.Now(thing) is null))
                Become(thing);
            _kept.Add(ticket);
        }

        while (_kept.Count > _dice.Next(4) || _naive.Promises.Count > 10 && _kept.Count > 0)
        {
            _book.Settle(_kept[0]);
            _naive.Promises.Remove(_kept[0]);
            _kept.RemoveAt(0);
        }

        return null;
    }

    private string? End()
    {
        if (_naive.Things.Count == 0)
            return null;
        var thing = _naive.Things[_dice.Next(_naive.Things.Count)];
        if (thing.Kind == "vm")
            _book.Put(QuotaObject.Of(new VmId(thing.Id)), Charge.Of(Vm(thing with { State = 6, Lcm = 0 }), Generic));
        else
            _book.Put(Object(thing), null);
        _naive.Things.Remove(thing);
        foreach (var (ticket, promised) in _naive.Promises.Where(p => p.Value.Kind == thing.Kind && p.Value.Id == thing.Id).ToList())
            _naive.Promises.Remove(ticket);
        return null;
    }

    private void Become(NaiveThing thing)
    {
        var before = _naive.Now(thing);
        // Names are unique among the images and networks of a user.
        if (thing.Kind != "vm" && _naive.Things.Exists(t => (t != before || thing.Id < 0) && t.Kind == thing.Kind && t.User == thing.User && t.Name == thing.Name))
            return;
        if (thing.Id < 0)
            thing = thing with { Id = _nextId++ };
        if (thing.Kind == "vm")
            _book.Put(QuotaObject.Of(new VmId(thing.Id)), Charged(thing));
        else
            _book.Put(before is null ? null : Object(before), Object(thing));
        if (before is not null)
            _naive.Things.Remove(before);
        _naive.Things.Add(thing);
        _naive.Keep(thing);
    }

    private string? Compare(bool everything)
    {
        foreach (var holder in everything ? [new(false, 5), new(false, 6), new(true, 100), new(true, 101)] : new QuotaHolder[] { new(_dice.Next(2) == 0, Pick(5, 6, 100, 101)) })
        {
            if (_book.UsedBy(holder).Any(u => u.Value <= 0))
                return $"{holder} uses less than nothing";
            var keys = from kind in Enum.GetValues<QuotaKind>()
                       from id in Enumerable.Range(-1, 5)
                       from metric in NaiveZone.Metrics[kind.Word()]
                       where id >= 0 || kind is QuotaKind.Vm
                       select new QuotaKey(kind, id, metric);
            foreach (var key in everything ? keys : [new(QuotaKind.Vm, _dice.Next(-1, 3), Pick(NaiveZone.Metrics["VM"])), new(QuotaKind.Network, _dice.Next(3), "LEASES")])
                if (_naive.Used($"{holder}", key.Kind.Word(), key.Id < 0 ? "" : $"{key.Id}", key.Metric) is var right && right != _book.Used(holder, key))
                    return $"{holder} uses {right} of {key}, the book says {_book.Used(holder, key)}";
        }

        return null;
    }

    private QuotaLimits Own(QuotaHolder holder) => _limits.GetValueOrDefault(holder, QuotaLimits.None);

    private NaiveThing New()
    {
        var (user, group) = (Pick(0, 5, 5, 6), Pick(0, 100, 100, 101));
        return _dice.Next(8) switch
        {
            0 or 1 => new() { Kind = "image", Id = -1, User = user, Group = group, Name = $"n{_dice.Next(1000)}", Of = Pick(1, 2), Size = _dice.Next(1, 30) },
            2 => new() { Kind = "reservation", Id = -1, User = user, Group = group, Name = $"n{_dice.Next(1000)}", Of = Pick(0, 1, 2), Size = _dice.Next(1, 4) },
            _ => new()
            {
                Kind = "vm",
                Id = _nextId++,
                User = user,
                Group = group,
                Cpu = Pick(0.1m, 0.5m, 1m, 2m),
                Memory = Pick(1, 2, 20),
                Vcpu = _dice.Next(3),
                Disks = Disks(),
                Networks = Some(0, 1, 2),
                Pci = (_dice.Next(2), _dice.Next(2)),
            },
        };
    }

    private (int? Image, int Size, int Snapshots, bool Copied)[] Disks() =>
        [.. Enumerable.Range(0, _dice.Next(3)).Select(_ => (_dice.Next(2) == 0 ? (int?)null : _dice.Next(2), _dice.Next(1, 30), _dice.Next(3), _dice.Next(2) == 0))];

    private int[] Some(params int[] from) => [.. Enumerable.Range(0, _dice.Next(3)).Select(_ => Pick(from))];

    private T Pick<T>(params T[] from) => from[_dice.Next(from.Length)];

    private static Charge? Charged(NaiveThing thing) => thing.Kind == "vm" ? Charge.Of(Vm(thing), Generic) : Charge.Of(Object(thing));

    private static QuotaObject What(NaiveThing thing) => thing.Kind == "vm"
        ? QuotaObject.Of(new VmId(thing.Id))
        : thing.Id >= 0 ? QuotaObject.Of(Object(thing)) : QuotaObject.Made(Object(thing).Kind, new(thing.User), thing.Name);

    private static VirtualMachine Vm(NaiveThing vm) => new()
    {
        Id = new(vm.Id),
        Name = "x",
        Owner = new(new(vm.User), new(vm.Group)),
        Permissions = 0,
        Start = 1,
        State = (VmState)vm.State,
        Lcm = (LcmState)vm.Lcm,
        Changing = vm is { Growing: > 0, Disks: [var first, ..] }
            ? new(new VmChange.ResizeDisk(0, first.Size + vm.Growing), new((VmState)vm.State, (LcmState)vm.Lcm))
            : null,
        History = vm.Cluster < 0 ? [] : [new HistoryRecord(0, new HostOffer(new(0), "h", vm.Cluster, 0, "kvm", "qcow2"), 1)],
        UserTemplate = vm.Vcpu == 2 ? Template.Empty.Set("VCPU", "2") : Template.Empty,
        Template = Template.Of(
        [
            new SingleAttribute("CPU", vm.Cpu.ToString(CultureInfo.InvariantCulture)), new SingleAttribute("MEMORY", $"{vm.Memory}"),
            .. vm.Vcpu == 1 ? [new SingleAttribute("VCPU", "1")] : (SingleAttribute[])[],
            .. vm.Saved.Select(size => VectorAttribute.Of("SNAPSHOT", ("SYSTEM_DISK_SIZE", $"{size}"))),
            .. vm.Disks.Select((d, i) => VectorAttribute.Of(
                "DISK", [("DISK_ID", $"{i}"), ("SIZE", $"{d.Size}"), ("DISK_SNAPSHOT_TOTAL_SIZE", $"{d.Snapshots}"), .. d.Image is { } image
                    ? [("IMAGE_ID", $"{image}"), ("CLONE", d.Size % 2 == 0 ? "YES" : "NO"), ("CLONE_TARGET", d.Copied ? "SYSTEM" : "SELF"), ("LN_TARGET", d.Copied ? "SYSTEM" : "NONE")]
                    : ((string, string)[])[("TYPE", "FS")]])),
            .. vm.Networks.Select((n, i) => VectorAttribute.Of(i == 0 ? "NIC" : "NIC_ALIAS", ("NETWORK_ID", $"{n}"))),
            .. Enumerable.Range(0, vm.Pci.Devices).Select(_ => VectorAttribute.Of("PCI", ("VENDOR", "8086"))),
            .. Enumerable.Range(0, vm.Pci.Nics).Select(_ => VectorAttribute.Of("PCI", ("TYPE", "NIC"))),
        ]),
    };

    private static PooledObject Object(NaiveThing thing) => new(
        thing.Kind == "image" ? PoolKind.Image : PoolKind.VirtualNetwork, thing.Id, thing.Name, new(new(thing.User), new(thing.Group)), 0, 0,
        thing.Kind == "image" ? Template.Empty : Template.Of([VectorAttribute.Of("AR", ("TYPE", "IP4"), ("IP", "10.0.0.1"), ("SIZE", $"{thing.Size}"))]),
        thing.Kind == "image"
            ? ImmutableSortedDictionary<string, string>.Empty.Add("DATASTORE_ID", $"{thing.Of}").Add("SIZE", $"{thing.Size}")
            : ImmutableSortedDictionary<string, string>.Empty.Add("PARENT_NETWORK_ID", $"{thing.Of}"));
}
