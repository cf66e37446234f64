using System.Collections.Immutable;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>What a VM may be scheduled to do (OpenNebula's actions but backup), and which command each entry is.</summary>
public static class VmSchedule
{
    public static readonly ImmutableArray<string> Actions =
    [
        "terminate", "terminate-hard", "undeploy", "undeploy-hard", "hold", "release", "stop", "suspend", "resume", "reboot", "reboot-hard",
        "poweroff", "poweroff-hard", "snapshot-create", "snapshot-revert", "snapshot-delete",
        "disk-snapshot-create", "disk-snapshot-revert", "disk-snapshot-delete",
    ];

    /// <param name="start">of the VM, in unix seconds: <c>TIME=+N</c> counts from it</param>
    public static (VectorAttribute? Made, Refusal? Why) Read(VectorAttribute given, int id, VectorAttribute? before, long start) =>
        ScheduleEntry.Read(given, id, before, Actions, start);

    /// <summary>The entries of a template, numbered from 0; an entry that cannot be read is left out, since <see cref="Assembly"/> refuses it.</summary>
    public static ImmutableArray<VectorAttribute> OfNew(Template template, long start) =>
        [.. template.Vectors(ScheduleEntry.Name).Select((given, id) => Read(given, id, null, start).Made).OfType<VectorAttribute>()];

    /// <summary>Ids of the entries that are due, the one that is due the longest first.</summary>
    public static IEnumerable<int> Due(VirtualMachine vm, DateTimeOffset now) =>
        vm.Schedule.Where(e => ScheduleEntry.IsDue(e, now)).OrderBy(ScheduleEntry.TimeOf).Select(ScheduleEntry.IdOf);

    /// <summary>What is told to the VM, in its owner's name.</summary>
    public static (VmProtocol.ICommand? Command, string? Why) Command(VirtualMachine vm, VectorAttribute entry)
    {
        var action = entry["ACTION"]!;
        if (StateNames.TryAction(action, out var act))
            return (new VmProtocol.Act(vm.Id, act, vm.Owner), null);
        string[] args = [.. (entry["ARGS"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        VmChange? change = (action, args) switch
        {
            ("snapshot-create", [var name]) => new VmChange.CreateSnapshot(-1, name),
            ("snapshot-revert", [var id]) when Id(id) is { } snapshot => new VmChange.RevertSnapshot(snapshot),
            ("snapshot-delete", [var id]) when Id(id) is { } snapshot => new VmChange.DeleteSnapshot(snapshot),
            ("disk-snapshot-create", [var disk, var name]) when Id(disk) is { } of => new VmChange.CreateDiskSnapshot(of, -1, name),
            ("disk-snapshot-revert", [var disk, var id]) when Id(disk) is { } of && Id(id) is { } snapshot => new VmChange.RevertDiskSnapshot(of, snapshot),
            ("disk-snapshot-delete", [var disk, var id]) when Id(disk) is { } of && Id(id) is { } snapshot => new VmChange.DeleteDiskSnapshot(of, snapshot),
            _ => null,
        };
        return change is null ? (null, $"Missing or malformed ARGS for: {action}.") : (new VmProtocol.Change(vm.Id, change, vm.Owner), null);
    }

    private static int? Id(string text) => int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : null;
}
