using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>The book of what everybody uses, written with each change of a VM, image or network. Safe from any thread.</summary>
public sealed class Usages
{
    private readonly Lock _lock = new();
    private readonly QuotaBook _book = new();

    internal Usages(ImmutableArray<string> generic) => Generic = generic;

    /// <summary>Attributes of VMs that are counted beside those that always are.</summary>
    public ImmutableArray<string> Generic { get; }

    /// <summary>Everything that the holder uses now; nothing in it is 0.</summary>
    public ImmutableDictionary<QuotaKey, decimal> Of(QuotaHolder holder) => Ask(book => book.UsedBy(holder).ToImmutableDictionary());

    internal T Ask<T>(Func<QuotaBook, T> question)
    {
        lock (_lock)
            return question(_book);
    }

    internal void Put(VirtualMachine? before, VirtualMachine after)
    {
        if (before is not null && CostTheSame(before, after))
            return;
        var charge = Charge.Of(after, Generic);
        lock (_lock)
            _book.Put(QuotaObject.Of(after.Id), charge);
    }

    /// <param name="changed">the object that did, -1: any</param>
    internal void Put(PoolKind kind, ImmutableSortedDictionary<int, PooledObject> before, ImmutableSortedDictionary<int, PooledObject> after, int changed)
    {
        if (kind is not (PoolKind.Image or PoolKind.VirtualNetwork))
            return;
        lock (_lock)
            foreach (var id in changed >= 0 ? [changed] : before.Keys.Union(after.Keys))
                _book.Put(before.GetValueOrDefault(id), after.GetValueOrDefault(id));
    }

    /// <summary>Most changes of a VM cost nobody anything: seen without counting.</summary>
    private bool CostTheSame(VirtualMachine before, VirtualMachine after) =>
        ReferenceEquals(before.Template, after.Template) && ReferenceEquals(before.Changing, after.Changing) && before.Owner == after.Owner && before.Pledge == after.Pledge
        && before.History.Length == after.History.Length && Charge.IsRunning(before.Phase) == Charge.IsRunning(after.Phase)
        && before.State is VmState.Done == after.State is VmState.Done && (Generic.IsEmpty || ReferenceEquals(before.UserTemplate, after.UserTemplate));
}
