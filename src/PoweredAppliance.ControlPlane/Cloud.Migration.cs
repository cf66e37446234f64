using Akka.Actor;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;
using Requirement = PoweredAppliance.Core.Expressions.Requirement;

namespace PoweredAppliance.ControlPlane;

public sealed partial class Cloud
{
    /// <summary>
    /// Sends a VM to another host. Returns when that host keeps room for it, and the VM is on its way, or has refused, and the VM is as it
    /// was; that it could not leave is told too, where it is known by then.
    /// </summary>
    public async Task<Answer> Migrate(VmId id, HostOffer to, MigrationWay way, Caller by)
    {
        if (inventory.Vms.Find(id) is { } vm && Excluded(vm, to) is { } why)
            return Refusal.WrongState(why, id.Value);
        using var watch = inventory.Changes.Subscribe();
        var answer = await Vm(new VmProtocol.Migrate(id, to, way, by)).ConfigureAwait(false);
        if (answer.Refusal is not null)
            return answer;
        var after = await Until(watch, id, now => now is not { Moving.IsGranted: false }, "migrated").ConfigureAwait(false);
        return after is { Moving: null, Host: { } host } && host.Host != to.Host && after.UserTemplate["ERROR"] is { } failure
            ? Refusal.WrongState(failure, id.Value)
            : answer;
    }

    /// <summary>
    /// Sends a VM to whatever other host its wishes, its group and the room there let it be on: live, or saved where that alone can be. What
    /// would lose snapshots of its own accord stays. Refused, it is still to leave, and says why (SCHED_MESSAGE).
    /// </summary>
    public async Task<Answer> Leave(VmId id)
    {
        var (to, why) = await Ask<SchedulerProtocol.Elsewhere>(new SchedulerProtocol.Leave(id)).ConfigureAwait(false);
        if (to is null && why is null)
            return Answer.Of(id.Value);
        if (to is not null)
        {
            var answer = await Migrate(id, to, MigrationWay.Live, Caller.Admin).ConfigureAwait(false);
            if (answer.Refusal is not null && inventory.Vms.Find(id) is { Resched: true } still && still.Template.Vector("SNAPSHOT") is null)
                answer = await Migrate(id, to, MigrationWay.Save, Caller.Admin).ConfigureAwait(false);
            if (answer.Refusal is not { } refusal)
                return answer;
            region.ActorRef.Tell(new SchedulerProtocol.Stays(id));
            why = refusal.Text;
        }

        await Vm(new VmProtocol.NoPlace(id, why!)).ConfigureAwait(false);
        return Refusal.WrongState(why!, id.Value);
    }

    /// <summary>Why the VM cannot be on that host at all; what its owner wishes of hosts is his own affair when he names one.</summary>
    private string? Excluded(VirtualMachine vm, HostOffer to)
    {
        var text = vm.Template["AUTOMATIC_REQUIREMENTS"] ?? "";
        if (inventory.Host(to.Host) is not { } host || !Requirement.TryParse(text, out var needed, out _))
            return null;
        var (all, free) = (host.Usable, host.Usable - host.Allocated);
        var capacity = new HostCapacity(
            to.Host, to.Hostname, to.Cluster, Enabled: true, Monitored: true, all.CpuPercent, free.CpuPercent, all.MemoryKibibytes, free.MemoryKibibytes,
            free.DiskMebibytes, host.Claims.Count);
        return needed.Holds(name => HostAttributes.Of(inventory, to.Host, name, capacity, []))
            ? null
            : $"Cannot migrate VM [{vm.Id}] to host [{to.Host}]. Host is in cluster [{to.Cluster}], and VM requires {text}";
    }
}
