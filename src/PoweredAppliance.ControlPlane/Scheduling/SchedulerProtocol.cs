using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

public static class SchedulerProtocol
{
    /// <summary>A VM needs a host. Said again now and then, since the scheduler keeps nothing.</summary>
    /// <param name="Generation">that the placement will have</param>
    public sealed record Demand(VmId Vm, int Generation, Capacity Room, int UserPriority, HostId? Only, Wishes Wishes)
    {
        public static Demand Of(VirtualMachine vm) => new(
            vm.Id, vm.Newest + 1, Specification.Room(vm.Template),
            int.TryParse(vm.UserTemplate["USER_PRIORITY"], CultureInfo.InvariantCulture, out var priority) ? priority : 0,
            vm.FilesOn?.Host, Wishes.Of(vm));
    }

    /// <summary>The expressions that choose for a VM, as they are written; empty where there is none.</summary>
    /// <param name="Automatic">AUTOMATIC_REQUIREMENTS, which the appliance made</param>
    public sealed record Wishes(string Automatic, string Requirements, string Rank, string DatastoreRequirements, string DatastoreRank)
    {
        public static Wishes Of(VirtualMachine vm) => Of(vm.Template["AUTOMATIC_REQUIREMENTS"] ?? "", vm.UserTemplate);

        public static Wishes Of(string automatic, Template own) => new(
            automatic, own["SCHED_REQUIREMENTS"] ?? "", own["SCHED_RANK"] ?? "", own["SCHED_DS_REQUIREMENTS"] ?? "", own["SCHED_DS_RANK"] ?? "");
    }

    /// <summary>Where else could the VM be that is on a host? Answered with <see cref="Elsewhere"/>; its room there is kept for it.</summary>
    public sealed record Leave(VmId Vm);

    /// <param name="Host">null: there is none, or it is on its way already</param>
    /// <param name="Why">there is none; null: there is, or nothing is to be said</param>
    public sealed record Elsewhere(HostOffer? Host, string? Why);

    /// <summary>The VM does not go where it was offered to.</summary>
    public sealed record Stays(VmId Vm);

    /// <summary>A host's newest word about itself.</summary>
    /// <param name="Settled">claims that were answered since its last word, granted or not: their offers are void</param>
    public sealed record HostReport(
        HostId Host, HostSettings Settings, bool Monitored, Capacity Usable, Capacity Allocated, int Vms, IReadOnlyList<(VmId Vm, int Generation)> Settled);

    public sealed record HostGone(HostId Host);

    /// <summary>The place that was chosen is not offered, since the owner's limits do not let it; the VM has been told, and waits.</summary>
    public sealed record NotOffered(Demand Demand);

    /// <summary>How do the hosts look? Answered with <see cref="Sight"/>; nothing is placed, and what follows from it is found out elsewhere.</summary>
    public sealed record Look
    {
        public static Look Instance { get; } = new();
    }

    /// <param name="Hosts">what is free on them, after what was offered</param>
    /// <param name="Offered">VMs that were offered a host and have not heard of it yet</param>
    public sealed record Sight(HostsSeen Hosts, IReadOnlyDictionary<VmId, HostId> Offered);
}
