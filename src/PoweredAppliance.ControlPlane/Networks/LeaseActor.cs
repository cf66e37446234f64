using Akka.Actor;
using PoweredAppliance.Core;

namespace PoweredAppliance.ControlPlane.Networks;

/// <summary>The one who lends addresses, so that none is granted twice. It keeps nothing but what is on its way: <see cref="LeaseBook"/>.</summary>
public sealed class LeaseActor : UnstoredEntity
{
    private readonly LeaseBook _book;

    public LeaseActor(Inventory.Inventory inventory, Meters meters, TimeProvider time)
        : base(EntityKind.Leases, meters) => _book = new(inventory, time);

    protected override void Take(object message)
    {
        switch (message)
        {
            case LeaseProtocol.Lend lend:
                Sender.Tell(Answer(lend));
                break;
            case LeaseProtocol.Take take:
                Sender.Tell(Answer(take));
                break;
            case LeaseProtocol.Close close:
                Sender.Tell(Answer(close));
                break;
            case LeaseProtocol.Settle settle:
                _book.Settle(settle.Ticket, settle.Vm);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Answer(LeaseProtocol.Lend lend)
    {
        var (ticket, leases, why) = _book.Lend(lend.Wishes);
        return why is null ? new LeaseProtocol.Lent(ticket, leases) : new LeaseProtocol.Refused(why);
    }

    private object Answer(LeaseProtocol.Take take)
    {
        var (ticket, run) = _book.Take(take.Network, take.Range, take.First, take.Size);
        if (run is not null)
            return new LeaseProtocol.Lent(ticket, [run]);
        var where = take switch
        {
            { First: { } first } => $" from {first} on",
            { Range: { } range } => $" in address range {range}",
            _ => " in one address range",
        };
        return new LeaseProtocol.Refused(new(
            ErrorCode.Internal, $"Virtual network {take.Network} does not have {take.Size} free address(es) in a row{where}.", ObjectId: take.Network));
    }

    private object Answer(LeaseProtocol.Close close)
    {
        var (ticket, why) = _book.Close(close.Network, close.Range, close.From, close.EvenInUse);
        return why is null ? new LeaseProtocol.Closed(ticket) : new LeaseProtocol.Refused(why);
    }
}
