using Akka.Actor;

namespace PoweredAppliance.ControlPlane.Vms;

/// <summary>
/// Gives out VM ids, ascending. Keeps nothing: at its start all partitions have recovered, so the highest id in Inventory is the
/// highest that anybody was ever told; one that was given and never stored may be given again.
/// </summary>
public sealed class VmIds : UntypedActor
{
    private readonly Inventory.Inventory _inventory;
    private int _next;

    public VmIds(Inventory.Inventory inventory) => _inventory = inventory;

    public sealed class Next
    {
        public static readonly Next Instance = new();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Next:
                var id = Math.Max(_next, _inventory.Vms.HighestId + 1);
                _next = id + 1;
                Sender.Tell(id);
                break;
            case Wake:
                Sender.Tell(Awake.Instance);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
