using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Simulation;

/// <summary>
/// What <see cref="VmStep.Change"/> brings about on a machine. Snapshots are files beside the disks; NICs are nothing that could be seen.
/// Pure and repeatable as every step is.
/// </summary>
internal sealed class ChangePlan(MachinePicture machine, HostAddress address, HostStep step, DateTimeOffset now)
{
    private readonly Owner _owner = new(address.Deployment, step.Vm.Value);

    private SimulatedDomain? Domain => machine.Domain(_owner);

    internal StepPlan Plan() => step.Change switch
    {
        null => No("the step does not say what to change"),
        VmChange.AttachDisk change => Attach(Devices.Id(change.Disk, "DISK_ID")),
        VmChange.DetachDisk change => Done([.. With([.. OpenFiles().Where(f => f != Own(change.Disk))]), .. Gone(Own(change.Disk))]),
        VmChange.ResizeDisk change => Grown(change.Disk, change.SizeMebibytes),
        VmChange.Resize => Done([.. OfSize(step.Spec.Vcpu, step.Spec.MemoryMebibytes)]),
        VmChange.Reconfigure => Done(),
        VmChange.AttachNic or VmChange.DetachNic or VmChange.UpdateNic => Done(),
        VmChange.CreateSnapshot change => Domain is { Alive: true }
            ? Done([.. Missing($"snap-{change.Snapshot}", step.Spec.MemoryMebibytes)])
            : No($"{_owner} is not running on {machine.Name}"),
        VmChange.RevertSnapshot change => Domain is { Alive: true } ? Reverted($"snap-{change.Snapshot}") : No($"{_owner} is not running on {machine.Name}"),
        VmChange.DeleteSnapshot change => Done([.. Gone(Path($"snap-{change.Snapshot}"))]),
        VmChange.CreateDiskSnapshot change => Done([.. Missing(DiskSnapshot(change.Disk, change.Snapshot), 0)]),
        VmChange.RevertDiskSnapshot change => Domain is { Alive: true }
            ? No($"{_owner} runs on {machine.Name}; its disk cannot be changed under it")
            : step.SnapshotOf is null ? Reverted(DiskSnapshot(change.Disk, change.Snapshot)) : Done(), // another VM's lies in the image
        VmChange.DeleteDiskSnapshot change => Done([.. Gone(Path(DiskSnapshot(change.Disk, change.Snapshot)))]),
        VmChange.SaveDisk change => machine.HasFile(_owner, Own(change.Disk)) || Disk(change.Disk)?.ImageVolume is not null
            ? Done()
            : No($"{Own(change.Disk)} is not on {machine.Name}"),
        VmChange.Execute change => Domain is { Power: DomainPower.Running }
            ? new([], StepOutcome.Ok() with { Command = SimulatedCommand.Begun(change) })
            : No($"{_owner} is not running on {machine.Name}"),
        VmChange.CancelExecution => Done(),
        var other => throw new ArgumentOutOfRangeException(nameof(step), other, "a change this version has never heard of"),
    };

    private StepPlan Attach(int id)
    {
        if (Disk(id) is not { } disk)
            return No($"{_owner} has no disk {id}");
        var files = new List<WorldEvent>();
        if (disk.ImageVolume is { } volume && !machine.HasFile(_owner, Image(volume)))
            files.Add(new WorldEvent.FileMade(now, machine.Name, Image(volume), null, 0, disk.SizeMebibytes));
        var own = disk.Kind is DiskKind.Overlay or DiskKind.Volatile or DiskKind.Swap ? Own(id) : null;
        if (own is not null && !machine.HasFile(_owner, own))
            files.Add(Made(own, disk.SizeMebibytes));
        return Done([.. files, .. With([.. OpenFiles().Append(own ?? Image(disk.ImageVolume!)).Distinct()])]);
    }

    private StepPlan Grown(int id, long mebibytes)
    {
        var there = machine.FilesOf(_owner).FirstOrDefault(f => f.Path == Own(id));
        return there is null && Disk(id)?.ImageVolume is null
            ? No($"{Own(id)} is not on {machine.Name}")
            : Done(there is null || there.Mebibytes >= mebibytes ? [] : [Made(there.Path, mebibytes)]);
    }

    private StepPlan Reverted(string name) => machine.HasFile(_owner, Path(name)) ? Done() : No($"{_owner} has no snapshot {name} on {machine.Name}");

    /// <summary>The domain with these files; nothing where there is none or it has them already.</summary>
    private IEnumerable<WorldEvent> With(ImmutableArray<string> files) => Domain is not { } d || d.Files.ToHashSet().SetEquals(files)
        ? []
        : [new WorldEvent.DomainDefined(now, machine.Name, d.Name, d.Owner, d.Generation, d.Uuid, d.Vcpu, d.MemoryMebibytes, d.Port, files)];

    private IEnumerable<WorldEvent> OfSize(int vcpu, long mebibytes) => Domain is not { } d || (d.Vcpu, d.MemoryMebibytes) == (vcpu, mebibytes)
        ? []
        : [new WorldEvent.DomainDefined(now, machine.Name, d.Name, d.Owner, d.Generation, d.Uuid, vcpu, mebibytes, d.Port, d.Files)];

    private IEnumerable<string> OpenFiles() => Domain is { } domain ? domain.Files : [];

    private IEnumerable<WorldEvent> Missing(string name, long mebibytes) => machine.HasFile(_owner, Path(name)) ? [] : [Made(Path(name), mebibytes)];

    private IEnumerable<WorldEvent> Gone(string path) =>
        machine.FilesOf(_owner).Any(f => f.Path == path) ? [new WorldEvent.FileRemoved(now, machine.Name, path, _owner)] : [];

    private DiskSpec? Disk(int id) => step.Spec.Disks.FirstOrDefault(d => d.Id == id);

    private string Own(int disk) => Path($"disk.{disk}");

    private string Image(string volume) => $"{address.DatastorePath}/1/{volume}";

    private string Path(string name) => $"{address.DatastorePath}/0/{step.Vm}/{name}";

    private static string DiskSnapshot(int disk, int snapshot) => $"disk.{disk}.snap.{snapshot}";

    private WorldEvent.FileMade Made(string path, long mebibytes) => new(now, machine.Name, path, _owner, step.Generation, mebibytes);

    private StepPlan Done(params ImmutableArray<WorldEvent> changes) => new(changes, StepOutcome.Ok(Domain?.Name));

    private static StepPlan No(string why) => new([], StepOutcome.Fail(why, retriable: false));
}
