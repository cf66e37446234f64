using Akka.Actor;
using PoweredAppliance.Core;

namespace PoweredAppliance.ControlPlane.Vms;

/// <summary>
/// Gives out VM ids, ascending. Keeps nothing: at its start all partitions have recovered, so the highest id in Inventory is the
/// highest that anybody was ever told; one that was given and never stored may be given again, and is when it comes back: what is
/// refused uses up no numbers.
/// </summary>
public sealed class VmIds : UnstoredEntity
{
    private readonly Inventory.Inventory _inventory;
    private readonly SortedSet<int> _unused = [];
    private int _next;

    public VmIds(Inventory.Inventory inventory, Meters meters)
        : base(EntityKind.VmIds, meters) => _inventory = inventory;

    public sealed class Next
    {
        public static readonly Next Instance = new();
    }

    /// <summary>This id was given and no VM was made with it.</summary>
    public sealed record Unused(VmId Id);

    protected override void Take(object message)
    {
        switch (message)
        {
            case Next when _unused.Count > 0:
                Sender.Tell(_unused.Min);
                _unused.Remove(_unused.Min);
                break;
            case Unused unused:
                if (_inventory.Vms.Find(unused.Id) is null)
                    _unused.Add(unused.Id.Value);
                break;
            case Next:
                var id = Math.Max(_next, _inventory.Vms.HighestId + 1);
                _next = id + 1;
                Sender.Tell(id);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
