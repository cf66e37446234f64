using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Quotas;

public static class QuotaProtocol
{
    public interface ICommand;

    /// <summary>The object is about to become what costs this.</summary>
    public sealed record Reserve(QuotaObject What, Charge After) : ICommand;

    /// <summary>A VM is to be offered a place in a cluster where its owner has limits; it is, or it and the scheduler are told that it is not.</summary>
    public sealed record Place(VmProtocol.Offer Offer, SchedulerProtocol.Demand Demand) : ICommand;

    /// <summary>It has, or it never will.</summary>
    public sealed record Settle(long Ticket) : ICommand;

    public sealed record Reserved(long Ticket);
    public sealed record Refused(Refusal Why);
}
