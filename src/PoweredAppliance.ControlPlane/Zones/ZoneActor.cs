using Akka.Actor;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Inventory;

namespace PoweredAppliance.ControlPlane.Zones;

public static class ZoneProtocol
{
    public interface IEvent { int Zone { get; } DateTimeOffset At { get; } }

    /// <summary>Gives the zone its identity at the first start; later ones change nothing.</summary>
    public sealed record Found(int Zone, string Name, Guid Deployment, string Endpoint);
    public sealed record Accepted(ZoneIdentity Zone);

    public sealed record Founded(int Zone, DateTimeOffset At, string Name, Guid Deployment, string Endpoint) : IEvent;
}

/// <summary>The zone: keeper of its identity, which every domain on every host is stamped with.</summary>
public sealed class ZoneActor : ReceivePersistentActor
{
    private ZoneIdentity? _zone;

    public ZoneActor(int id, Inventory.Inventory inventory, TimeProvider time)
    {
        PersistenceId = $"zone-{id}";
        Recover<ZoneProtocol.Founded>(Apply);
        Recover<RecoveryCompleted>(_ =>
        {
            if (_zone is not null)
                inventory.Put(_zone);
        });
        Command<ZoneProtocol.Found>(found =>
        {
            if (_zone is not null)
            {
                Sender.Tell(new ZoneProtocol.Accepted(_zone));
                return;
            }

            var asker = Sender;
            Persist(new ZoneProtocol.Founded(id, time.GetUtcNow(), found.Name, found.Deployment, found.Endpoint), e =>
            {
                Apply(e);
                inventory.Put(_zone!);
                asker.Tell(new ZoneProtocol.Accepted(_zone!));
            });
        });
        Command<Wake>(_ => Sender.Tell(Awake.Instance));
    }

    public override string PersistenceId { get; }

    private void Apply(ZoneProtocol.Founded e) => _zone = new(e.Zone, e.Name, e.Deployment, e.Endpoint);
}
