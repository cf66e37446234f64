using Akka.Actor;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane.Images;

/// <summary>
/// The one place where images are taken for a purpose, so that of two VMs that want one persistent image only one gets it, and none is
/// made with an image that is just being deleted. Who uses an image is what Inventory shows; this actor only remembers, for two minutes
/// at most, what does not show yet.
/// </summary>
public sealed class LoanActor : UnstoredEntity
{
    private readonly Dictionary<long, Loan> _loans = [];
    private readonly Dictionary<int, List<Loan>> _byImage = [];
    private readonly Tickets _tickets;
    private readonly Inventory.Inventory _inventory;

    public LoanActor(Inventory.Inventory inventory, Meters meters, TimeProvider time)
        : base(EntityKind.Loans, meters) => (_inventory, _tickets) = (inventory, new(time));

    private sealed record Loan(long Ticket, LoanProtocol.Borrow Asked);

    protected override void Take(object message)
    {
        switch (message)
        {
            case LoanProtocol.Borrow borrow:
                Sender.Tell(Lend(borrow));
                break;
            case LoanProtocol.Settle settle:
                Settle(settle.Ticket);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private object Lend(LoanProtocol.Borrow asked)
    {
        foreach (var old in _tickets.Expire())
            Settle(old);
        foreach (var image in asked.Images.Distinct())
            if (Against(image, asked) is { } why)
                return new LoanProtocol.Refused(why);
        var loan = new Loan(_tickets.Open(), asked);
        _loans[loan.Ticket] = loan;
        foreach (var image in asked.Images.Distinct())
            (_byImage.TryGetValue(image, out var loans) ? loans : _byImage[image] = []).Add(loan);
        return new LoanProtocol.Lent(loan.Ticket);
    }

    private Refusal? Against(int id, LoanProtocol.Borrow asked)
    {
        if (_inventory.Find(PoolKind.Image, id) is not { } image)
            return Refusal.NotFound("image", id);
        // VMs are made often, mostly of images that any number of them may use: who does needs not be looked up then.
        var use = image.IsPersistent() || asked.Purpose is not LoanPurpose.Disk ? _inventory.UseOf(id) : ImageUse.None;
        var rule = asked.Purpose switch
        {
            LoanPurpose.Disk => ImageRules.MayBeDisk(image, use),
            LoanPurpose.Copy => ImageRules.MayBeCopied(image, use),
            _ => null, // the change itself knows what it may
        };
        if (rule is not null)
            return rule;
        var alone = image.IsPersistent();
        if (alone && asked.Purpose is LoanPurpose.Disk && asked.Images.Count(other => other == id) > 1)
            return new(ErrorCode.Internal, $"Cannot acquire image {id}, it is persistent and can be one disk only", "IMAGE_ID", $"{id}", id);
        foreach (var loan in _byImage.GetValueOrDefault(id, []))
            if (loan.Asked.Purpose is LoanPurpose.Change || asked.Purpose is LoanPurpose.Change
                || (alone && (loan.Asked.Purpose, asked.Purpose) is not (LoanPurpose.Copy, LoanPurpose.Copy)))
                return new(ErrorCode.Action, $"Image {id} ({image.Name}) is just being {Word(loan.Asked.Purpose)}; try again.", "IMAGE_ID", $"{id}", id);
        return null;
    }

    private static string Word(LoanPurpose purpose) => purpose switch
    {
        LoanPurpose.Disk => "given to a VM",
        LoanPurpose.Copy => "copied",
        _ => "changed or deleted",
    };

    private void Settle(long ticket)
    {
        _tickets.Close(ticket);
        if (!_loans.Remove(ticket, out var loan))
            return;
        foreach (var image in loan.Asked.Images.Distinct())
            if (_byImage[image] is var loans && loans.Remove(loan) && loans.Count == 0)
                _byImage.Remove(image);
    }
}
