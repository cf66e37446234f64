using System.Collections.Immutable;
using Akka.Actor;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Hooks;

/// <summary>The XML of things as hooks get it.</summary>
public sealed record HookDocuments(Func<VirtualMachine, string> Vm, Func<PooledObject, string> Object);

/// <summary>
/// Tells the queue of hooks which phases a partition's VMs have reached. What the queue has not taken yet is told again, one at a time
/// for each VM, so that their order stays; a partition that recovers finds out by itself what it had not told.
/// </summary>
internal sealed class HookOutbox(IActorRef region, Inventory.Inventory inventory, HookDocuments documents)
{
    private readonly Dictionary<string, Queue<HookProtocol.Fire>> _untold = new(StringComparer.Ordinal);

    /// <summary>The VM went from one phase to another; what follows is told at once, or at the next beat.</summary>
    public void Changed(VirtualMachine? before, VirtualMachine now, DateTimeOffset at)
    {
        if (before?.Phase == now.Phase || inventory.All(PoolKind.Hook).IsEmpty)
            return;
        var source = $"vm-{now.Id}";
        foreach (var hook in HookConditions.OfVm(inventory.All(PoolKind.Hook).Values, now.Phase, at))
        {
            if (inventory.Hooks.Has(hook.Id, source, now.Transition))
                continue;
            if (!_untold.TryGetValue(source, out var line))
                _untold[source] = line = new();
            line.Enqueue(new(hook.Id, source, now.Transition, HookConditions.Arguments(hook, "$TEMPLATE", () => documents.Vm(now))));
            if (line.Count == 1)
                region.Tell(line.Peek());
        }
    }

    public void Taken(HookProtocol.Taken taken)
    {
        if (!_untold.TryGetValue(taken.Source, out var line)
            || line.Peek() is not { } first || (first.Hook, first.Sequence) != (taken.Hook, taken.Sequence))
            return;
        line.Dequeue();
        if (line.TryPeek(out var next))
            region.Tell(next);
        else
            _untold.Remove(taken.Source);
    }

    /// <summary>What nobody has taken yet.</summary>
    public ImmutableArray<HookProtocol.Fire> Untold
    {
        get => [.. _untold.Values.SelectMany(line => line)];
        set
        {
            foreach (var line in value.GroupBy(fire => fire.Source, StringComparer.Ordinal))
                _untold[line.Key] = new(line);
        }
    }

    public void TellAgain()
    {
        foreach (var line in _untold.Values)
            region.Tell(line.Peek());
    }
}
