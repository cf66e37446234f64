using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// The mailbox of every entity: unbounded, with room in front for what persistent actors put back, and known to <see cref="Meters"/>
/// from the first message to the end of its actor.
/// </summary>
public sealed class EntityMailbox(Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<EntityMailbox.Queue>
{
    /// <summary>Its name in Akka's configuration.</summary>
    internal const string Id = "powered-entity-mailbox";

    internal static string Hocon => $"{Id}.mailbox-type = \"{typeof(EntityMailbox).AssemblyQualifiedName}\"";

    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        var meters = system.Settings.Setup.Get<Metering>().Value.Meters;
        var queue = new Queue(meters);
        meters.Opened(Entities.Read(Uri.UnescapeDataString(owner.Path.Name)).Kind, queue);
        return queue;
    }

    /// <summary>Akka makes mailboxes by itself; this is how they find the meters.</summary>
    internal sealed class Metering(Meters meters) : Setup
    {
        public Meters Meters { get; } = meters;
    }

    /// <summary>The same queue as Akka's own, save that its end is told.</summary>
    public sealed class Queue : UnboundedDequeMessageQueue, IMessageQueue
    {
        private readonly Meters _meters;

        internal Queue(Meters meters) => _meters = meters;

        void IMessageQueue.CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            CleanUp(owner, deadletters);
            _meters.Closed(this);
        }
    }
}
