using Akka.Actor;
using Akka.Persistence;

namespace PoweredAppliance.ControlPlane;

/// <summary>An entity whose events are stored: it is awake when it has recovered, and measured as every kind is.</summary>
/// <param name="id">its name in the journal: a promise</param>
public abstract class StoredEntity(EntityKind kind, string id, Meters meters, TimeProvider time) : UntypedPersistentActor
{
    public sealed override string PersistenceId => id;

    protected Meters Meters => meters;
    protected TimeProvider Time => time;

    protected sealed override bool AroundReceive(Receive receive, object message)
    {
        using var timed = meters.Message(kind);
        return base.AroundReceive(receive, message);
    }

    protected sealed override void OnCommand(object message)
    {
        if (message is not Wake)
        {
            Take(message);
            return;
        }

        Woken();
        Sender.Tell(Awake.Instance);
    }

    /// <summary>A message of the entity's own; what it does not know goes to <see cref="UntypedActor.Unhandled"/>.</summary>
    protected abstract void Take(object message);

    /// <summary>What is taken up again once it has recovered and the control plane starts.</summary>
    protected virtual void Woken()
    {
    }

    /// <summary>
    /// Stores the events in one write, counts them, then goes on. Without events it goes on when what was decided before is
    /// stored, since that may be what left nothing to do. Takes commands meanwhile.
    /// </summary>
    protected void StoreAll<TEvent>(IReadOnlyList<TEvent> events, Action then)
    {
        if (events.Count == 0)
        {
            DeferAsync(events, _ => then());
            return;
        }

        var (left, since) = (events.Count, time.GetTimestamp());
        PersistAllAsync(events, _ =>
        {
            if (--left > 0)
                return;
            meters.Stored(events.Count, time.GetElapsedTime(since));
            then();
        });
    }
}
