using System.Collections.Immutable;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Persistence;

/// <summary>What changed in a partition since its last picture.</summary>
/// <param name="Since">the event that the last picture reaches to, on which this one builds; null: this one is whole</param>
/// <param name="Untold">what of hooks nobody has taken yet</param>
internal sealed record PictureDelta(long? Since, ImmutableArray<PicturedVm> Vms, ImmutableArray<HookProtocol.Fire> Untold);

/// <param name="Earlier">what came before <paramref name="Last"/> is in the last picture</param>
internal sealed record PicturedVm(VirtualMachine Vm, LastEvents Last, bool Earlier);

/// <summary>The last events of a VM that has had <paramref name="Seen"/>, at most as many as are remembered.</summary>
internal readonly record struct LastEvents(long Seen, ImmutableArray<VmProtocol.IEvent> Events)
{
    /// <summary>With those of an earlier look, which may have seen some of these too.</summary>
    public LastEvents After(LastEvents earlier) => this with
    {
        Events = [.. earlier.Events.Take(earlier.Events.Length - (int)Math.Max(0, earlier.Seen - (Seen - Events.Length))).Concat(Events).TakeLast(Inventory.VmPicture.RememberedEvents)],
    };
}

/// <summary>A partition as its pictures have it: what a recovery begins with, instead of with the first event that ever was.</summary>
/// <param name="Events">the last events of a VM, by its id; they are read when somebody asks</param>
internal sealed record PartitionPicture(
    IReadOnlyList<(VirtualMachine Vm, long Seen)> Vms, ImmutableArray<HookProtocol.Fire> Untold, Func<int, LastEvents> Events);
