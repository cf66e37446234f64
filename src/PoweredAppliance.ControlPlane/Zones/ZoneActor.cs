using Akka.Actor;
using Akka.Persistence;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.ControlPlane.Zones;

public static class ZoneProtocol
{
    public interface ICommand { int Zone { get; } }
    public interface IReply { int Zone { get; } }
    public interface IEvent { int Zone { get; } DateTimeOffset At { get; } }

    /// <summary>Gives the zone its identity at the first start; later ones change nothing.</summary>
    public sealed record Found(int Zone, string Name, Guid Deployment, string Endpoint) : ICommand;
    public sealed record Rename(int Zone, string Name) : ICommand;

    /// <param name="Append">else what is not given goes; a zone without an ENDPOINT has the endpoint <c>-</c></param>
    public sealed record Update(int Zone, Template Given, bool Append) : ICommand;

    /// <summary>Of a disabled zone everything can be read and nothing changed through OpenNebula's API.</summary>
    public sealed record Enable(int Zone, bool On) : ICommand;

    public sealed record Accepted(int Zone) : IReply;
    public sealed record Refused(int Zone, Refusal Why) : IReply;

    public sealed record Founded(int Zone, DateTimeOffset At, string Name, Guid Deployment, string Endpoint) : IEvent;
    public sealed record Described(int Zone, DateTimeOffset At, string Name, Template Template) : IEvent;
    public sealed record Enabled(int Zone, DateTimeOffset At, bool On) : IEvent;
}

/// <summary>The zone: keeper of its identity, which every domain on every host is stamped with, and of what people call it.</summary>
public sealed class ZoneActor(int id, Inventory.Inventory inventory, Meters meters, TimeProvider time)
    : StoredEntity(EntityKind.Zone, $"zone-{id}", meters, time)
{
    private ZoneIdentity? _zone;

    protected override void OnRecover(object message)
    {
        if (message is ZoneProtocol.IEvent e)
            _zone = Apply(_zone, e);
        else if (message is RecoveryCompleted && _zone is not null)
            inventory.Put(_zone);
    }

    protected override void Take(object message)
    {
        if (message is ZoneProtocol.ICommand command)
            Handle(command);
        else
            Unhandled(message);
    }

    private void Handle(ZoneProtocol.ICommand command)
    {
        var asker = Sender;
        var decision = Decide(_zone, command, Time.GetUtcNow());
        if (decision.Refusal is { } why)
        {
            asker.Tell(new ZoneProtocol.Refused(id, why));
            return;
        }

        foreach (var e in decision.Events)
            _zone = Apply(_zone, e);
        var now = _zone!;
        StoreAll(decision.Events, () =>
        {
            inventory.Put(now);
            asker.Tell(new ZoneProtocol.Accepted(id));
        });
    }

    private static Decision<ZoneProtocol.IEvent> Decide(ZoneIdentity? zone, ZoneProtocol.ICommand command, DateTimeOffset now) => (command, zone) switch
    {
        (ZoneProtocol.Found f, null) => Decision<ZoneProtocol.IEvent>.Of(new ZoneProtocol.Founded(f.Zone, now, f.Name, f.Deployment, f.Endpoint)),
        (ZoneProtocol.Found, _) => Decision<ZoneProtocol.IEvent>.Nothing,
        (_, null) => Decision<ZoneProtocol.IEvent>.No(Refusal.NotFound("zone", command.Zone)),
        (ZoneProtocol.Rename rename, _) when Names.Check(PoolKind.Zone, rename.Name) is { } why => Decision<ZoneProtocol.IEvent>.No(why with { Code = ErrorCode.Action }),
        (ZoneProtocol.Rename rename, { } at) => Decision<ZoneProtocol.IEvent>.Of(new ZoneProtocol.Described(at.Id, now, rename.Name, at.Template)),
        (ZoneProtocol.Enable enable, { } at) => enable.On == at.Enabled
            ? Decision<ZoneProtocol.IEvent>.Nothing
            : Decision<ZoneProtocol.IEvent>.Of(new ZoneProtocol.Enabled(at.Id, now, enable.On)),
        (ZoneProtocol.Update { Append: true } update, { } at) => Updated(at, at.Template.Merge(update.Given), now),
        (ZoneProtocol.Update update, { } at) => Updated(at, update.Given, now),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "no command of a zone"),
    };

    private static Decision<ZoneProtocol.IEvent> Updated(ZoneIdentity zone, Template next, DateTimeOffset now) => Decision<ZoneProtocol.IEvent>.Of(new ZoneProtocol.Described(
        zone.Id, now, zone.Name, next["ENDPOINT"] is { Length: > 0 } ? next.Without("SERVER") : next.Without("SERVER").Set("ENDPOINT", "-")));

    private static ZoneIdentity Apply(ZoneIdentity? zone, ZoneProtocol.IEvent e) => e switch
    {
        ZoneProtocol.Founded f => new(f.Zone, f.Name, f.Deployment, Template.Empty.Set("ENDPOINT", f.Endpoint)),
        ZoneProtocol.Described d => zone! with { Name = d.Name, Template = d.Template },
        ZoneProtocol.Enabled on => zone! with { Enabled = on.On },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of"),
    };
}
