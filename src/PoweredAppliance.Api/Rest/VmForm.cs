using System.Globalization;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Rest;

/// <summary>A VM as the REST contract says it.</summary>
internal static class VmForm
{
    public static Vm Of(Inventory inventory, VirtualMachine vm, bool whole)
    {
        var (room, spec) = (Specification.Room(vm.Template), Specification.Of(vm));
        var host = vm.Host ?? vm.FilesOn ?? vm.Pledge ?? (vm.History is [.., var last] ? last.Host : null);
        var events = inventory.Vms.Events(vm.Id);
        var progress = inventory.Progress(vm.Id);
        var unplaced = inventory.Unplaced(vm.Id);
        return new()
        {
            Id = vm.Id.Value,
            Name = vm.Name,
            State = StateNames.Of(vm.State),
            LcmState = StateNames.Of(vm.Lcm),
            StateNumber = (int)vm.State,
            LcmStateNumber = (int)vm.Lcm,
            Owner = inventory.NameOf(PoolKind.User, vm.Owner.User.Value),
            OwnerId = vm.Owner.User.Value,
            Group = inventory.NameOf(PoolKind.Group, vm.Owner.Group.Value),
            GroupId = vm.Owner.Group.Value,
            HostId = host?.Host.Value,
            Host = host?.Hostname,
            CpuPercent = room.CpuPercent,
            Vcpu = spec.Vcpu,
            MemoryMib = spec.MemoryMebibytes,
            Ips = [.. vm.Template.Vectors("NIC").Select(n => n["IP"]).OfType<string>()],
            Disks = [.. vm.Template.Vectors("DISK").Select(Disk), .. vm.Template.Vector("CONTEXT") is { } context ? [Context(context)] : Array.Empty<VmDisk>()],
            Nics = [.. vm.Template.Vectors("NIC").Select(Nic)],
            VncPort = spec.Graphics is { Port: > 0 and var port } && vm.State is VmState.Active ? port : null,
            Created = DateTimeOffset.FromUnixTimeSeconds(vm.Start),
            Ended = vm.End == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(vm.End),
            Since = Since(events),
            Generation = vm.Generation,
            Reason = ReasonOf(vm),
            Considered = [.. (unplaced?.Nearest ?? []).Select(c => new HostVerdict(c.Host.Value, c.Name, c.Lacks))],
            ConsideredCounts = unplaced?.Counts.ToDictionary(c => EventText.Dashed(c.Reason), c => c.Hosts),
            Progress = progress is null ? null : new()
            {
                Step = progress.What,
                Percent = progress.Percent < 0 ? null : progress.Percent,
                BytesDone = progress.BytesTotal > 0 ? progress.BytesDone : null,
                BytesTotal = progress.BytesTotal > 0 ? progress.BytesTotal : null,
            },
            Usage = inventory.Reading(vm.Id) is { } reading && vm.State is VmState.Active ? Usage(reading) : null,
            TemplateId = int.TryParse(vm.Template["TEMPLATE_ID"], CultureInfo.InvariantCulture, out var template) ? template : null,
            Template = whole ? vm.Template.ToText() : null,
            UserTemplate = whole ? vm.UserTemplate.ToText() : null,
        };
    }

    /// <summary>A name, or the number as text where the object is gone.</summary>
    public static string NameOf(this Inventory inventory, PoolKind kind, int id) =>
        inventory.Find(kind, id)?.Name ?? id.ToString(CultureInfo.InvariantCulture);

    /// <summary>When its present state began; null: that is forgotten.</summary>
    public static DateTimeOffset? Since(IReadOnlyList<(long Sequence, VmProtocol.IEvent Event)> events) => events.LastOrDefault(e => ChangesPhase(e.Event)).Event?.At;

    private static bool ChangesPhase(VmProtocol.IEvent e) => e switch
    {
        VmProtocol.ActionTaken { Action: VmAction.Reboot or VmAction.RebootHard or VmAction.Resched or VmAction.Unresched } => false,
        VmProtocol.StepDone { Step: VmStep.Reboot or VmStep.Reset or VmStep.Filter or VmStep.Withdraw }
            or VmProtocol.StepFailed { Step: VmStep.Reboot or VmStep.Reset or VmStep.Filter or VmStep.AwaitCommand } => false,
        VmProtocol.Created or VmProtocol.ActionTaken or VmProtocol.Placed or VmProtocol.StepDone or VmProtocol.StepFailed
            or VmProtocol.Observed or VmProtocol.Recovered or VmProtocol.ChangeBegun or VmProtocol.MigrationBegun or VmProtocol.MigrationRefused => true,
        _ => false,
    };

    private static string? ReasonOf(VirtualMachine vm) => vm.State is VmState.Pending or VmState.Hold
        ? vm.UserTemplate["SCHED_MESSAGE"] ?? vm.UserTemplate["ERROR"]
        : vm.UserTemplate["ERROR"];

    private static VmDisk Disk(VectorAttribute disk) => new()
    {
        Id = Number(disk["DISK_ID"]) ?? 0,
        Kind = disk["TYPE"] is "CDROM" ? "cdrom" : disk["IMAGE_ID"] is null ? "volatile" : "image",
        Target = disk["TARGET"],
        ImageId = Number(disk["IMAGE_ID"]),
        Image = disk["IMAGE"],
        Format = disk["FORMAT"],
        SizeMib = Number(disk["SIZE"]) ?? 0,
        Persistent = disk["CLONE"] is "NO",
    };

    private static VmDisk Context(VectorAttribute context) => new() { Id = Number(context["DISK_ID"]) ?? 0, Kind = "context", Target = context["TARGET"], Format = "raw" };

    private static VmNic Nic(VectorAttribute nic) => new()
    {
        Id = Number(nic["NIC_ID"]) ?? 0,
        NetworkId = Number(nic["NETWORK_ID"]),
        Network = nic["NETWORK"],
        Bridge = nic["BRIDGE"],
        Mac = nic["MAC"],
        Ip = nic["IP"],
        Ip6 = nic["IP6"],
        Model = nic["MODEL"] ?? "virtio",
    };

    private static VmUsage Usage(VmReading reading) => new()
    {
        At = DateTimeOffset.FromUnixTimeSeconds(reading.At),
        CpuPercent = (int)(reading.CpuPercent ?? 0),
        MemoryMib = (reading.Domain.MemoryRssKibibytes ?? 0) / 1024,
        NetReceivedBytes = (long)(reading.Domain.NetReceivedBytes ?? 0),
        NetSentBytes = (long)(reading.Domain.NetSentBytes ?? 0),
        DiskReadBytes = (long)(reading.Domain.DiskReadBytes ?? 0),
        DiskWrittenBytes = (long)(reading.Domain.DiskWrittenBytes ?? 0),
    };

    private static int? Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;
}
