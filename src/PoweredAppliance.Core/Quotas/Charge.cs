using System.Collections.Immutable;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Quotas;

/// <summary>What an object, as it is, costs its owner: the user and the group each. Never negative.</summary>
/// <param name="Cluster">whose limits VM metrics count for beside those for everywhere; -1: none yet</param>
/// <param name="Amounts">what is not 0, each key once; VM metrics with the id <see cref="QuotaKey.Everywhere"/></param>
public sealed record Charge(Caller Owner, int Cluster, ImmutableArray<KeyValuePair<QuotaKey, decimal>> Amounts)
{
    /// <summary>Every single thing that it is counted under.</summary>
    public IEnumerable<KeyValuePair<QuotaKey, decimal>> Counted
    {
        get
        {
            foreach (var (key, amount) in Amounts)
            {
                yield return new(key, amount);
                if (key.Kind is QuotaKind.Vm && Cluster >= 0)
                    yield return new(key with { Id = Cluster }, amount);
            }
        }
    }

    /// <summary>What a VM costs; null: nothing (it is DONE, or oneadmin's).</summary>
    /// <param name="generic">attributes of the VM that are counted too, by number</param>
    public static Charge? Of(VirtualMachine vm, ImmutableArray<string> generic)
    {
        if (vm.State is VmState.Done || !QuotaHolder.Of(vm.Owner).Any())
            return null;
        var template = vm.Planned;
        var sum = new Sum();
        var devices = template.Vectors("PCI").ToLookup(pci => pci["TYPE"] is "NIC");
        List<(string Metric, decimal Amount)> both =
        [
            ("VMS", 1), ("CPU", Specification.Number(template["CPU"], 0)), ("MEMORY", Specification.Number(template["MEMORY"], 0)),
            ("PCI_DEV", devices[false].Count()), ("PCI_NIC", devices[true].Count()),
            .. generic.Select(name => (name, Specification.Number(template[name] ?? vm.UserTemplate[name], 0))),
        ];
        var runs = IsRunning(vm.Changing?.From ?? vm.Phase);
        foreach (var (metric, amount) in both)
        {
            sum.Add(new(QuotaKind.Vm, QuotaKey.Everywhere, metric), amount);
            if (runs)
                sum.Add(new(QuotaKind.Vm, QuotaKey.Everywhere, QuotaMetrics.Running + metric), amount);
        }

        sum.Add(
            new(QuotaKind.Vm, QuotaKey.Everywhere, "SYSTEM_DISK_SIZE"),
            template.Vectors("DISK").Sum(disk => OnSystemDatastore(disk, vm.Changing?.What)) + template.Vectors("SNAPSHOT").Sum(s => Specification.Number(s["SYSTEM_DISK_SIZE"], 0)));
        foreach (var image in template.Vectors("DISK").Select(d => Id(d["IMAGE_ID"])).Where(id => id >= 0))
            sum.Add(new(QuotaKind.Image, image, "RVMS"), 1);
        foreach (var network in template.Vectors("NIC").Concat(template.Vectors("NIC_ALIAS")).Select(n => Id(n["NETWORK_ID"])).Where(id => id >= 0))
            sum.Add(new(QuotaKind.Network, network, "LEASES"), 1);
        return new(vm.Owner, (vm.Moving?.To ?? vm.Pledge ?? vm.History.LastOrDefault()?.Host)?.Cluster ?? -1, sum.Amounts);
    }

    /// <summary>What an image or a reservation in another network costs; null: nothing.</summary>
    public static Charge? Of(PooledObject o)
    {
        if (!QuotaHolder.Of(o.Owner).Any())
            return null;
        var sum = new Sum();
        switch (o.Kind)
        {
            case PoolKind.Image:
                var store = o.FactInt("DATASTORE_ID", -1);
                sum.Add(new(QuotaKind.Datastore, store, "IMAGES"), 1);
                // Of an image that is being sent only its length is known yet.
                sum.Add(new(QuotaKind.Datastore, store, "SIZE"), o.Fact("SIZE") is null ? (o.FactLong("UPLOAD") + Mebibyte - 1) / Mebibyte : o.FactLong("SIZE"));
                break;
            case PoolKind.VirtualNetwork when o.FactInt("PARENT_NETWORK_ID", -1) is >= 0 and var parent:
                sum.Add(new(QuotaKind.Network, parent, "LEASES"), o.Template.Vectors("AR").Select((ar, i) => AddressRange.Read(ar, i).Range?.Size ?? 0).Sum());
                break;
            default:
                return null;
        }

        return new(o.Owner, -1, sum.Amounts);
    }

    /// <summary>Whether RUNNING_* counts a VM here: all that may use a host's cpu and memory, now or without a further question.</summary>
    public static bool IsRunning(Lifecycle.Phase phase) => phase switch
    {
        { State: VmState.Pending or VmState.Hold or VmState.Cloning or VmState.CloningFailure } => true,
        { State: VmState.Active } => (int)phase.Lcm is not (27 or 28 or 33 or 34 or (>= 51 and <= 56) or (>= 63 and <= 65) or 67 or 68),
        _ => false,
    };

    private const long Mebibyte = 1 << 20;

    /// <summary>
    /// MB that a disk takes of the system datastore: volatile ones and copies of images, with their snapshots. A snapshot that is being made
    /// counts from the time that it was taken on; other changes are in <see cref="VirtualMachine.Planned"/>.
    /// </summary>
    private static decimal OnSystemDatastore(VectorAttribute disk, VmChange? change)
    {
        if (disk["IMAGE_ID"] is { Length: > 0 } && disk[disk["CLONE"] is "NO" ? "LN_TARGET" : "CLONE_TARGET"] is not "SYSTEM")
            return 0;
        var (id, size) = (Id(disk["DISK_ID"]), Math.Max(0, Specification.Number(disk["SIZE"], 0)));
        var coming = change is VmChange.CreateDiskSnapshot snapshot && snapshot.Disk == id ? size : 0;
        return size + coming + Math.Max(0, Specification.Number(disk["DISK_SNAPSHOT_TOTAL_SIZE"], 0));
    }

    private static int Id(string? text) => (int)Specification.Number(text, -1);

    private sealed class Sum
    {
        private readonly List<KeyValuePair<QuotaKey, decimal>> _amounts = [];

        public ImmutableArray<KeyValuePair<QuotaKey, decimal>> Amounts => [.. _amounts];

        /// <summary>What is written as less than nothing counts as nothing.</summary>
        public void Add(QuotaKey key, decimal amount)
        {
            if (amount <= 0)
                return;
            var at = _amounts.FindIndex(a => a.Key == key);
            if (at < 0)
                _amounts.Add(new(key, amount));
            else
                _amounts[at] = new(key, _amounts[at].Value + amount);
        }
    }
}
