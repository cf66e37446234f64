using Akka.Actor;
using Akka.Persistence;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Pools;

/// <summary>All objects of one kind: the one writer, since names must be unique. Answers when its events are stored.</summary>
public sealed class PoolActor : StoredEntity
{
    private readonly Inventory.Inventory _inventory;
    private ObjectPool _pool;

    public PoolActor(PoolKind kind, Inventory.Inventory inventory, Meters meters, TimeProvider time)
        : base(EntityKind.Pool, Entities.Pool(kind), meters, time) => (_inventory, _pool) = (inventory, ObjectPool.Empty(kind));

    protected override void OnRecover(object message)
    {
        if (message is PoolProtocol.IEvent e)
            _pool = _pool.Apply(e);
        else if (message is RecoveryCompleted)
            _inventory.Put(_pool.Kind, _pool.Objects, changed: -1);
    }

    protected override void Take(object message)
    {
        if (message is PoolProtocol.ICommand command)
            Handle(command);
        else
            Unhandled(message);
    }

    private void Handle(PoolProtocol.ICommand command)
    {
        var asker = Sender;
        var decision = _pool.Decide(command, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            asker.Tell(new PoolProtocol.Refused(why));
            return;
        }

        var id = decision.Events is [PoolProtocol.Put put, ..] ? put.Object.Id : Subject(command);
        foreach (var e in decision.Events)
            _pool = _pool.Apply(e);
        var decided = _pool;
        var answer = command is PoolProtocol.Change change && decided.Objects.TryGetValue(id, out var now) ? change.Answer(now) : id;
        StoreAll(decision.Events, () =>
        {
            foreach (var e in decision.Events)
                _inventory.Put(decided.Kind, decided.Objects, e is PoolProtocol.Put { Object.Id: var made } ? made : ((PoolProtocol.Dropped)e).Id);
            asker.Tell(new PoolProtocol.Accepted(answer));
        });
    }

    private static int Subject(PoolProtocol.ICommand command) => command switch
    {
        PoolProtocol.Allocate a => a.WantedId ?? -1,
        PoolProtocol.Update u => u.Id,
        PoolProtocol.Rename r => r.Id,
        PoolProtocol.Chmod c => c.Id,
        PoolProtocol.Chown c => c.Id,
        PoolProtocol.Lock l => l.Id,
        PoolProtocol.Unlock u => u.Id,
        PoolProtocol.SetFacts s => s.Id,
        PoolProtocol.Delete d => d.Id,
        PoolProtocol.Change c => c.Id,
        _ => -1,
    };
}
