using System.Collections.Immutable;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Quotas;

/// <summary>
/// A command, and what it was weighed by. Whoever weighs it sees the VM as it shows, who decides it has the newest state: what another
/// command has made of the VM meanwhile may cost more, or somebody else, than was asked for.
/// </summary>
/// <param name="Free">whom nothing limits; null: the owner has limits</param>
/// <param name="Cost">the most that the VM may cost him afterwards, which he was promised; null: no more than before</param>
public sealed record Weighed(VmProtocol.ICommand Command, Caller? Free, Charge? Cost)
{
    /// <summary>Whether what the command would bring about was asked for.</summary>
    /// <param name="before">null: there was no such VM</param>
    /// <param name="generic"><inheritdoc cref="Charge.Of(VirtualMachine, ImmutableArray{string})" path="/param[@name='generic']"/></param>
    public bool Covers(VirtualMachine? before, VirtualMachine after, ImmutableArray<string> generic) =>
        after.Owner == Free || Charge.Of(after, generic) is not { } next
        || !QuotaBook.Grows(before is null ? null : Charge.Of(before, generic), next) || (Cost is not null && !QuotaBook.Grows(Cost, next));
}
