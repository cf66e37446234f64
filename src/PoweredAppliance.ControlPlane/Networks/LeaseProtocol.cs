using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Networks;

/// <summary>What can be asked of who lends addresses. Each grant has a ticket, and ends when it is settled.</summary>
public static class LeaseProtocol
{
    public interface ICommand;

    /// <summary>For NICs: all that is wished, or nothing.</summary>
    public sealed record Lend(IReadOnlyList<LeaseWish> Wishes) : ICommand;

    /// <summary>A run of free addresses, for a hold or a reservation.</summary>
    /// <param name="Range">null: any</param>
    /// <param name="First">where it begins, null: anywhere</param>
    public sealed record Take(int Network, int? Range, Address? First, int Size) : ICommand;

    /// <summary>Nothing more is lent of a range from an index on, since it is about to go.</summary>
    /// <param name="Range">null: of all</param>
    /// <param name="EvenInUse">who has an address keeps it</param>
    public sealed record Close(int Network, int? Range, int From, bool EvenInUse) : ICommand;

    /// <summary>What the ticket was for is stored now, or will never be.</summary>
    /// <param name="Vm">that holds what was lent, null: nobody does, or the picture of the networks says who</param>
    public sealed record Settle(long Ticket, VmId? Vm) : ICommand;

    public sealed record Lent(long Ticket, IReadOnlyList<Lease> Leases);
    public sealed record Closed(long Ticket);
    public sealed record Refused(Refusal Why);
}
