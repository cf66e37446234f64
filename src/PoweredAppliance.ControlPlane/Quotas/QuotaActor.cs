using Akka.Actor;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Quotas;

/// <summary>
/// The one place where limits are asked, so that of many who ask at once no more are let through than there is room for: each question
/// is answered with what is used and what was promised to those before. It keeps promises in memory only, and not for long.
/// </summary>
public sealed class QuotaActor : UnstoredEntity
{
    private readonly Tickets _promised;
    private readonly IActorRef _region;
    private readonly Inventory.Inventory _inventory;
    private readonly TimeProvider _time;

    public QuotaActor(IActorRef region, Inventory.Inventory inventory, Meters meters, TimeProvider time)
        : base(EntityKind.Quotas, meters) => (_region, _inventory, _time, _promised) = (region, inventory, time, new(time));

    protected override void Take(object message)
    {
        switch (message)
        {
            case QuotaProtocol.Reserve reserve:
                Sender.Tell(Reserve(reserve.What, reserve.After) is var (ticket, why) && why is null
                    ? new QuotaProtocol.Reserved(ticket)
                    : new QuotaProtocol.Refused(why));
                break;
            case QuotaProtocol.Place place:
                Place(place.Offer, place.Demand);
                break;
            case QuotaProtocol.Settle settle:
                Settle(settle.Ticket);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>The promise ends when the VM shows where it is, or is old.</summary>
    private void Place(VmProtocol.Offer offer, SchedulerProtocol.Demand demand)
    {
        if (_inventory.Vms.Find(offer.Vm) is not { } vm
            || VirtualMachine.Decide(vm, offer, _time.GetUtcNow()).Events is not [_, ..] events
            || Charge.Of(events.Aggregate(vm, VirtualMachine.Apply), _inventory.Usages.Generic) is not { } after)
            return;
        if (Reserve(QuotaObject.Of(vm.Id), after).Why is not { } why)
        {
            _region.Tell(new Weighed(offer, Free: null, after), Sender); // who chose the place hears how it ended
            return;
        }

        _region.Tell(new VmProtocol.NoPlace(vm.Id, why.Text));
        _region.Tell(new SchedulerProtocol.NotOffered(demand));
    }

    private (long Ticket, Refusal? Why) Reserve(QuotaObject what, Charge after)
    {
        foreach (var old in _promised.Expire())
            Settle(old);
        var ticket = _promised.Open();
        var why = _inventory.Usages.Ask(book => book.Promise(ticket, what, after, _inventory.LimitsOn));
        if (why is not null)
            _promised.Close(ticket);
        return (ticket, why);
    }

    private void Settle(long ticket)
    {
        _promised.Close(ticket);
        _inventory.Usages.Ask(book =>
        {
            book.Settle(ticket);
            return true;
        });
    }
}
