using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Scheduling;
using Reason = PoweredAppliance.Client.Wire.Reason;
using Way = PoweredAppliance.Client.Wire.Way;

namespace PoweredAppliance.Api.Rest;

/// <summary>Why a VM is where it is, as the REST contract says it.</summary>
internal static class WhyForm
{
    private const string Scheduler = "scheduler";

    /// <param name="waits">null: it waits for no host</param>
    /// <param name="policy">in force since <paramref name="started"/></param>
    public static VmWhy Of(Inventory inventory, VirtualMachine vm, Explanation? waits, string policy, DateTimeOffset started, DateTimeOffset now)
    {
        var events = inventory.Vms.Events(vm.Id);
        var isPlaced = vm.Standing is Standing.Placed;
        var choice = isPlaced ? Choice(vm, events) : null;
        var by = choice is null ? null : choice.Value.By.User.Value < 0 ? Scheduler : inventory.NameOf(PoolKind.User, choice.Value.By.User.Value);
        var host = vm.Host ?? vm.Pledge ?? vm.FilesOn;
        var scheduled = vm.Standing switch
        {
            Standing.Held => vm.ScheduledFor("release", now),
            Standing.OffHost => vm.ScheduledFor("resume", now),
            _ => null,
        };
        var placedBy = by is Scheduler && choice!.Value.At >= started && !events.Any(e => e.Event is VmProtocol.UserTemplateSet && e.Event.At > choice.Value.At)
            ? vm.UserTemplate["SCHED_RANK"] is { Length: > 0 } ? "SCHED_RANK" : policy
            : null;
        return new()
        {
            Id = vm.Id.Value,
            Name = vm.Name,
            State = StateNames.Of(vm.State),
            LcmState = StateNames.Of(vm.Lcm),
            Kind = isPlaced && waits is not null ? "leaving" : EventText.Dashed(vm.Standing.ToString()),
            Text = Text(inventory, vm, waits, by, placedBy, scheduled),
            Since = isPlaced ? DateTimeOffset.FromUnixTimeSeconds(vm.History[^1].Start) : VmForm.Since(events),
            HostId = host?.Host.Value,
            Host = host?.Hostname,
            PlacedBy = by,
            Policy = placedBy,
            Hosts = waits?.Hosts,
            Reasons = waits is null ? [] : Reasons(waits),
            Ways = [.. (waits?.Ways ?? []).Select(w => new Way(w.Host.Id.Value, w.Host.Name, w.Vm.Value, w.To.Id.Value, w.To.Name))],
            Scheduled = scheduled is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null,
        };
    }

    public static IReadOnlyList<Reason> Of(IEnumerable<HostReason> reasons) =>
    [
        .. reasons.Select(r => new Reason(
            EventText.Dashed(r.Misfit.ToString()), r.Hosts, r.ToString(), [.. r.Nearest.Select(n => new HostVerdict(n.Host.Value, n.Name, n.Lacks ?? r.What))])),
    ];

    private static IReadOnlyList<Reason> Reasons(Explanation waits) => waits.Obstacle is { } obstacle
        ? [new(EventText.Dashed(obstacle), waits.Hosts, waits.Text, [])]
        : Of(waits.Reasons);

    /// <summary>Who chose the host that it is on, and when; null: that is forgotten.</summary>
    private static (Caller By, DateTimeOffset At)? Choice(VirtualMachine vm, IReadOnlyList<(long Sequence, VmProtocol.IEvent Event)> events)
    {
        foreach (var (_, e) in events.Reverse())
        {
            if (e is VmProtocol.Offered offered && offered.Generation == vm.Generation)
                return (offered.By, offered.At);
            if (e is VmProtocol.MigrationBegun begun && begun.Generation == vm.Generation)
                return (begun.By, begun.At);
        }

        return null;
    }

    private static string Text(Inventory inventory, VirtualMachine vm, Explanation? waits, string? by, string? policy, long? scheduled)
    {
        var when = scheduled is { } at ? $"; its schedule says when: {DateTimeOffset.FromUnixTimeSeconds(at):u}" : "";
        return vm.Standing switch
        {
            Standing.Placed when waits is not null => $"it is on {vm.Host!.Hostname} and is to leave it: {waits.Text}",
            Standing.Placed when by is Scheduler => $"the scheduler placed it on {vm.Host!.Hostname}{(policy is null ? "" : policy is "SCHED_RANK" ? ", by its SCHED_RANK" : $", by policy {policy}")}",
            Standing.Placed when by is not null => $"{by} placed it on {vm.Host!.Hostname} by hand",
            Standing.Placed => $"it is on {vm.Host!.Hostname}; who placed it there is not kept so long",
            Standing.Waiting => waits?.Text ?? "it has just been placed",
            Standing.Offered => $"{vm.Pledge!.Hostname} was chosen, and has not said yet that it keeps room",
            Standing.Held => $"it is on hold until it is released{when}",
            Standing.FillingDisks => $"its disks are not filled yet: {Awaited(inventory, vm)}",
            Standing.DisksFailed => vm.UserTemplate["ERROR"] ?? "an image of it could not be filled",
            Standing.BeingRemoved => "it may still run on the host that it was on; it is placed when it has been removed there",
            Standing.Imported => "it was imported: it can only be deployed on the host where its domain is",
            Standing.OffHost => $"it is {StateNames.Of(vm.State)}: no host keeps room for it until it is resumed{when}",
            Standing.Ended => "it has ended",
            _ => throw new ArgumentOutOfRangeException(nameof(vm), vm.Standing, "a standing without words"),
        };
    }

    private static string Awaited(Inventory inventory, VirtualMachine vm) => string.Join(", ", vm.Template.Vectors("DISK").Where(ImageDisk.Awaits)
        .Select(disk => $"disk {disk["DISK_ID"]} waits for image {(int.TryParse(disk["IMAGE_ID"], out var id) ? inventory.NameOf(PoolKind.Image, id) : disk["IMAGE"])}"));
}
