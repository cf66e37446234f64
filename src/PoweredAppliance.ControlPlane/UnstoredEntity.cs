using Akka.Actor;

namespace PoweredAppliance.ControlPlane;

/// <summary>An entity that stores nothing: it is awake as soon as it is there, and measured as every kind is.</summary>
public abstract class UnstoredEntity(EntityKind kind, Meters meters) : UntypedActor
{
    protected Meters Meters => meters;

    protected sealed override bool AroundReceive(Receive receive, object message)
    {
        using var timed = meters.Message(kind);
        return base.AroundReceive(receive, message);
    }

    protected sealed override void OnReceive(object message)
    {
        if (message is Wake)
            Sender.Tell(Awake.Instance);
        else
            Take(message);
    }

    /// <summary>A message of the entity's own; what it does not know goes to <see cref="UntypedActor.Unhandled"/>.</summary>
    protected abstract void Take(object message);
}
