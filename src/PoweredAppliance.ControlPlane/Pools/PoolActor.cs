using Akka.Actor;
using Akka.Persistence;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Pools;

/// <summary>All objects of one kind: the one writer, since names must be unique. Answers when its events are stored.</summary>
public sealed class PoolActor : ReceivePersistentActor
{
    private readonly Inventory.Inventory _inventory;
    private readonly TimeProvider _time;
    private ObjectPool _pool;

    public PoolActor(PoolKind kind, Inventory.Inventory inventory, TimeProvider time)
    {
        (_inventory, _time, _pool, PersistenceId) = (inventory, time, ObjectPool.Empty(kind), Entities.Pool(kind));
        Recover<PoolProtocol.IEvent>(e => _pool = _pool.Apply(e));
        Recover<RecoveryCompleted>(_ => inventory.Put(kind, _pool.Objects, changed: -1));
        Command<PoolProtocol.ICommand>(Handle);
        Command<Wake>(_ => Sender.Tell(Awake.Instance));
    }

    public override string PersistenceId { get; }

    private void Handle(PoolProtocol.ICommand command)
    {
        var asker = Sender;
        var decision = _pool.Decide(command, _time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            asker.Tell(new PoolProtocol.Refused(why));
            return;
        }

        var id = decision.Events is [PoolProtocol.Put put, ..] ? put.Object.Id : Subject(command);
        foreach (var e in decision.Events)
            _pool = _pool.Apply(e);
        var decided = _pool;
        if (decision.Events.Count == 0)
        {
            DeferAsync(command, _ => asker.Tell(new PoolProtocol.Accepted(id)));
            return;
        }

        PersistAllAsync(decision.Events, _ =>
        {
            _inventory.Put(decided.Kind, decided.Objects, id);
            asker.Tell(new PoolProtocol.Accepted(id));
        });
    }

    private static int Subject(PoolProtocol.ICommand command) => command switch
    {
        PoolProtocol.Allocate a => a.WantedId ?? -1,
        PoolProtocol.Update u => u.Id,
        PoolProtocol.Rename r => r.Id,
        PoolProtocol.Chmod c => c.Id,
        PoolProtocol.Chown c => c.Id,
        PoolProtocol.SetFacts s => s.Id,
        PoolProtocol.Delete d => d.Id,
        _ => -1,
    };
}
