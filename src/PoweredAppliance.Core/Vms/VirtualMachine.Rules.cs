using System.Collections.Immutable;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>Whether what the VM's NICs let through is on its host.</summary>
public enum FilterState
{
    /// <summary>It is, or will be when the guest starts.</summary>
    Current,
    /// <summary>The host has to be told; it is as soon as the guest runs and nothing else is done for it.</summary>
    Pending,
    /// <summary>The host did not take it; what it had stays.</summary>
    Failed,
}

/// <summary>
/// Security groups: which a NIC is in, and the rules of them that the VM carries. OpenNebula's VM keeps its state while its host is
/// told, so this is no <see cref="VmChange"/>.
/// </summary>
public sealed partial record VirtualMachine
{
    public FilterState Filters { get; init; }

    private Decision<IEvent> Decide(SetRules set, DateTimeOffset now)
    {
        if (State is VmState.Done || !SecurityRules.Groups(Template).Contains(set.Group))
            return Nothing;
        var rules = SecurityRules.Put(Template, [set.Group], set.Rules);
        return !set.Again && SecurityRules.IsUpToDate(Template, set.Group, set.Rules)
            ? Nothing
            : Of(new RulesSet(Id, now, Template.Of(rules), null, null, Tell: State is VmState.Active, null, set.By));
    }

    private Decision<IEvent> Decide(SecureNic secure, DateTimeOffset now)
    {
        if (Template.Nic(secure.Nic) is not { } nic)
            return Decision<IEvent>.No(new(ErrorCode.Internal, $"VM {Id} doesn't have NIC id {secure.Nic}", ObjectId: Id.Value));
        if (State is VmState.Done || MakesFilters(Lcm))
            return Decision<IEvent>.No(Refusal.WrongState($"VM {Id} is in wrong state {Phase}", Id.Value));
        var groups = SecurityRules.Groups(nic).ToList();
        if (groups.Contains(secure.Group) == secure.Attach)
            return Decision<IEvent>.No(Refusal.WrongState(
                secure.Attach ? $"VM {Id} SG {secure.Group} already in NIC {secure.Nic}" : $"VM {Id} NIC {secure.Nic} doesn't contain SG {secure.Group}", Id.Value));
        var next = string.Join(',', secure.Attach ? groups.Append(secure.Group) : groups.Where(g => g != secure.Group));
        var rules = SecurityRules.Put(Template.Put(nic.With("SECURITY_GROUPS", next)), [secure.Group], secure.Rules);
        return Of(new RulesSet(
            Id, now, Template.Of(rules), secure.Nic, next, Tell: State is VmState.Active, secure.Attach ? HistoryAction.SgAttach : HistoryAction.SgDetach, secure.By));
    }

    /// <summary>The rules that come with a NIC; the host is told by what attaches it, unless other NICs are in its groups too and theirs are older.</summary>
    private IEnumerable<IEvent> RulesWith(VmChange change, Caller by, DateTimeOffset now)
    {
        if (change is not VmChange.AttachNic { Nic: var nic, Rules: var given })
            return [];
        var rules = SecurityRules.Put(Template.Put(nic), SecurityRules.Groups(nic), given);
        if (rules.SequenceEqual(Template.Vectors(SecurityRules.RuleOfVm)))
            return [];
        var others = SecurityRules.Put(Template, SecurityRules.Groups(nic), given);
        var stale = !others.SequenceEqual(SecurityRules.Put(Template, [], []));
        return [new RulesSet(Id, now, Template.Of(rules), null, null, Tell: stale && State is VmState.Active, null, by)];
    }

    private VirtualMachine Apply(RulesSet set)
    {
        var template = Template.WithVectors(SecurityRules.RuleOfVm, set.Rules.Vectors(SecurityRules.RuleOfVm));
        if (set is { Nic: { } id, Groups: { } groups } && template.Nic(id) is { } nic)
            template = template.Put(nic.With("SECURITY_GROUPS", groups));
        var vm = this with
        {
            Template = template,
            Filters = set.Tell ? FilterState.Pending : Filters,
            // Whatever else is being done for the VM goes on under its own number.
            Transition = set.Tell && Lcm is LcmState.Running && Rebooting is null ? Transition + 1 : Transition,
        };
        return set.Word is { } word ? vm.Noted(word, set.By) : vm;
    }

    /// <summary>States in which the host makes filters by what it was told when they began, or does not answer.</summary>
    private static bool MakesFilters(LcmState lcm) => lcm is LcmState.Boot or LcmState.BootUnknown or LcmState.BootPoweroff or LcmState.BootSuspended
        or LcmState.BootStopped or LcmState.BootUndeploy or LcmState.BootMigrate or LcmState.BootFailure or LcmState.BootMigrateFailure
        or LcmState.BootUndeployFailure or LcmState.BootStoppedFailure or LcmState.Migrate or LcmState.HotplugNic or LcmState.HotplugNicPoweroff
        or LcmState.Unknown;
}
