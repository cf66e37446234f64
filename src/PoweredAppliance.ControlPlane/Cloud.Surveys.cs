using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane;

/// <summary>
/// What the scheduler would do, without doing it: it says what it knows of the hosts, and the rest is found out here, so that nobody's
/// placement waits for an explanation.
/// </summary>
public sealed partial class Cloud
{
    /// <summary>Why the VM has no host, or stays on one that it is to leave; null: it waits for neither.</summary>
    public async Task<Explanation?> Why(VirtualMachine vm) => vm.Standing is Standing.Waiting || vm is { Resched: true, Moving: null, Host: not null }
        ? new Survey(await Look().ConfigureAwait(false), inventory, settings.Placement).Why(vm)
        : null;

    /// <summary>How many VMs would fit that were made of this template, whosever they were.</summary>
    /// <param name="cluster">null: in any</param>
    public async Task<(Outlook? Outlook, Refusal? Why)> Capacity(Template given, Assembly.Find find, int? cluster)
    {
        given = settings.Cipher.Open(PoolKind.Template, given);
        var (assembly, why) = Assembly.Plan(given, find);
        if (why is not null)
            return (null, why);
        var (requirements, nowhere) = assembly!.Requirements((kind, of) => inventory.Find(kind, of) is { } there ? [.. there.FactIds("CLUSTER_IDS")] : null);
        if (nowhere is not null)
            return (null, nowhere);
        var group = given.Vector("VMGROUP") is { } asked ? find(PoolKind.VmGroup, asked["VMGROUP_ID"], asked["VMGROUP_NAME"], null).Found : null;
        var kind = new VmKind(
            assembly.Room, SchedulerProtocol.Wishes.Of(requirements!, given), group, given.Vector("VMGROUP")?["ROLE"], cluster);
        var sight = await Look().ConfigureAwait(false);
        var (now, each, reasons, no) = new Survey(sight, inventory, settings.Placement).Capacity(kind);
        if (now is null)
            return (null, Refusal.Bad("template", null, no!));
        var allUp = new Survey(sight, inventory, settings.Placement, allUp: true).Capacity(kind).Headroom!;
        var growth = Growth.Of(Lives(cluster), time.GetUtcNow());
        return (new(each!, now, allUp, reasons, growth, growth.DaysUntilFull(now, each!)), null);
    }

    /// <summary>What would become of the VMs of these hosts if they were lost, by priority, then by id.</summary>
    public async Task<IReadOnlyList<LostVm>> Lose(IReadOnlyCollection<HostId> hosts) =>
        new Survey(await Look().ConfigureAwait(false), inventory, settings.Placement).Lose(hosts);

    private Task<SchedulerProtocol.Sight> Look() => Ask<SchedulerProtocol.Sight>(SchedulerProtocol.Look.Instance);

    /// <summary>All VMs that there ever were, with what they took if they lived in the days that count.</summary>
    private IEnumerable<(long Start, long End, Core.Hosts.Capacity Room)> Lives(int? cluster)
    {
        var since = (time.GetUtcNow() - Growth.Window).ToUnixTimeSeconds();
        foreach (var vm in inventory.Vms.Ascending())
            if (cluster is null || (vm.Host?.Cluster ?? (vm.History is [.., var last] ? last.Host.Cluster : null)) == cluster)
                yield return (vm.Start, vm.End, vm.End == 0 || vm.End > since ? Specification.Room(vm.Template) : default);
    }
}
