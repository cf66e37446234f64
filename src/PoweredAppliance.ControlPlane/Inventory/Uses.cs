using System.Collections.Concurrent;
using System.Collections.Immutable;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Inventory;

/// <summary>
/// Which living VMs use things of one kind. Derived from what the VMs say and kept at each change of one, so it can neither drift
/// nor has anybody to walk over all VMs. Each VM has one writer; different VMs may be written at the same time.
/// </summary>
/// <param name="used">ids of the things that a VM's template uses</param>
internal sealed class Uses(Func<Template, IEnumerable<int>> used)
{
    private readonly ConcurrentDictionary<int, ImmutableSortedSet<int>> _users = new();

    /// <summary>Ids of VMs that are not DONE, ascending.</summary>
    public ImmutableSortedSet<int> Of(int thing) => _users.GetValueOrDefault(thing, []);

    /// <param name="before">the VM as it was put last, null when it is new</param>
    public void Change(VirtualMachine? before, VirtualMachine now)
    {
        if (before is not null && ReferenceEquals(before.Template, now.Template) && (before.State is VmState.Done) == (now.State is VmState.Done))
            return;
        var (vm, was, uses) = (now.Id.Value, Things(before), Things(now));
        foreach (var thing in uses.Except(was))
            _users.AddOrUpdate(thing, _ => [vm], (_, users) => users.Add(vm));
        foreach (var thing in was.Except(uses))
        {
            _users.AddOrUpdate(thing, _ => ImmutableSortedSet<int>.Empty, (_, users) => users.Remove(vm));
            _users.TryRemove(new(thing, ImmutableSortedSet<int>.Empty));
        }
    }

    private HashSet<int> Things(VirtualMachine? vm) => vm is null or { State: VmState.Done } ? [] : [.. used(vm.Template)];
}
