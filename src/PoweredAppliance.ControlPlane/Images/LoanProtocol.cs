using System.Collections.Immutable;
using PoweredAppliance.Core;

namespace PoweredAppliance.ControlPlane.Images;

public enum LoanPurpose
{
    /// <summary>A VM that is being made, or gets a disk, will use them.</summary>
    Disk,

    /// <summary>Something is being made that will be copied from them.</summary>
    Copy,

    /// <summary>They are about to be changed or deleted.</summary>
    Change,
}

public static class LoanProtocol
{
    public interface ICommand;

    /// <param name="Images">an image that comes twice is used twice</param>
    public sealed record Borrow(ImmutableArray<int> Images, LoanPurpose Purpose) : ICommand;

    /// <summary>What it was borrowed for is done and Inventory shows it; or it never will be.</summary>
    public sealed record Settle(long Ticket) : ICommand;

    public sealed record Lent(long Ticket);
    public sealed record Refused(Refusal Why);
}
