using System.Text.Json;
using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Changes;

/// <summary>
/// Snapshots of one disk, kept inside its qcow2 file. qemu takes and drops them of a guest that runs. libvirt does so only of all disks
/// of a domain together, so for a guest that is off there is a workbench: a domain that is never started and has this one disk.
/// </summary>
internal sealed partial class ChangeSteps
{
    private StepOutcome CreateDiskSnapshot(Connect connect, HostStep step, DiskSpec disk, int id)
    {
        var name = VmFiles.DiskSnapshot(step.Vm, disk.Id, id);
        using (var found = guard.Look(connect, step, olderGoes: false))
        {
            if (found.Domain is { IsActive: true } domain)
            {
                Monitor(domain, step, disk, name, "blockdev-snapshot-internal-sync", unless: "already exists");
                return StepOutcome.Ok();
            }
        }

        OnWorkbench(connect, step, disk, bench =>
        {
            Drop(bench, name); // what an earlier try left under this name
            bench.CreateSnapshot(new XElement("domainsnapshot", new XElement("name", name)).ToString()).Dispose();
        });
        return StepOutcome.Ok();
    }

    private StepOutcome RevertDiskSnapshot(Connect connect, HostStep step, DiskSpec disk, int id)
    {
        using (var found = guard.Look(connect, step, olderGoes: false))
        {
            if (found.Domain is { IsActive: true })
                return StepOutcome.Fail($"VM {step.Vm} runs on its host; its disk {disk.Id} cannot be changed under it");
        }

        OnWorkbench(connect, step, disk, bench =>
        {
            using var snapshot = Known(bench, NameOf(step, disk, id));
            snapshot.Revert();
        });
        return StepOutcome.Ok();
    }

    /// <summary>Its name inside the file: that of the VM that took it.</summary>
    private static string NameOf(HostStep step, DiskSpec disk, int snapshot) =>
        step.SnapshotOf is var (vm, number) ? VmFiles.DiskSnapshot(vm, number, snapshot) : VmFiles.DiskSnapshot(step.Vm, disk.Id, snapshot);

    private StepOutcome DeleteDiskSnapshot(Connect connect, HostStep step, DiskSpec disk, int id)
    {
        var name = NameOf(step, disk, id);
        using (var found = guard.Look(connect, step, olderGoes: false))
        {
            if (found.Domain is { IsActive: true } domain)
            {
                Monitor(domain, step, disk, name, "blockdev-snapshot-delete-internal-sync", unless: "does not exist");
                return StepOutcome.Ok();
            }
        }

        OnWorkbench(connect, step, disk, bench => Drop(bench, name));
        return StepOutcome.Ok();
    }

    /// <param name="unless">words of an error that says that it is so already</param>
    private void Monitor(Domain domain, HostStep step, DiskSpec disk, string name, string command, string unless)
    {
        var answer = domain.QemuMonitorCommand(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["execute"] = command,
            ["arguments"] = new Dictionary<string, string> { ["device"] = Node(domain, step, disk), ["name"] = name },
        }));
        using var read = JsonDocument.Parse(answer);
        if (read.RootElement.TryGetProperty("error", out var error) && error.GetProperty("desc").GetString() is var said
            && said?.Contains(unless, StringComparison.OrdinalIgnoreCase) is not true)
            throw new HostRefusedException($"qemu refused {command} of {name}: {said}");
    }

    /// <summary>qemu's name of the disk's topmost node.</summary>
    private string Node(Domain domain, HostStep step, DiskSpec disk)
    {
        var path = domains.Place(step).PathOf(step.Vm, disk);
        using var blocks = JsonDocument.Parse(domain.QemuMonitorCommand("""{"execute":"query-block"}"""));
        foreach (var block in blocks.RootElement.GetProperty("return").EnumerateArray())
            if (block.TryGetProperty("inserted", out var inserted) && inserted.TryGetProperty("file", out var file) && file.GetString() == path)
                return inserted.GetProperty("node-name").GetString()!;
        throw new HostRefusedException($"the running guest has no disk on {path}");
    }

    private void OnWorkbench(Connect connect, HostStep step, DiskSpec disk, Action<Domain> act)
    {
        var name = VmFiles.Workbench(step.Vm);
        using (var left = connect.FindDomainByName(name))
            left?.Undefine(DomainUndefineFlags.SnapshotsMetadata);
        var uuid = step.Spec.Uuid.ToByteArray();
        uuid[^1] ^= 0xff;
        using var bench = connect.DefineXml(new XElement(
            "domain", new XAttribute("type", options.UseKvm ? "kvm" : "qemu"), new XElement("name", name), new XElement("uuid", new Guid(uuid).ToString()),
            new XElement("memory", new XAttribute("unit", "MiB"), 1), new XElement("vcpu", 1),
            new XElement("os", new XElement("type", new XAttribute("arch", DomainBoot.Arch(step.Spec.Os)), new XAttribute("machine", DomainBoot.Machine(step.Spec.Os)), "hvm")),
            new XElement("devices", new XElement(
                "disk", new XAttribute("type", "file"), new XAttribute("device", "disk"),
                new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", VolumeFormat.OfFile(disk))),
                new XElement("source", new XAttribute("file", domains.Place(step).PathOf(step.Vm, disk))),
                new XElement("target", new XAttribute("dev", "vda"), new XAttribute("bus", "virtio"))))).ToString());
        try
        {
            act(bench);
        }
        finally
        {
            bench.Undefine(DomainUndefineFlags.SnapshotsMetadata); // the snapshots themselves stay in the file
        }
    }

    /// <summary>A snapshot that lies in the file, made known to the workbench.</summary>
    private static DomainSnapshot Known(Domain bench, string name)
    {
        var domain = DefinitionOf(bench);
        return bench.CreateSnapshot(
            new XElement(
                "domainsnapshot", new XElement("name", name), new XElement("state", "shutoff"), new XElement("creationTime", 1),
                new XElement("memory", new XAttribute("snapshot", "no")),
                new XElement("disks", new XElement("disk", new XAttribute("name", "vda"), new XAttribute("snapshot", "internal"))), domain).ToString(),
            DomainSnapshotCreateFlags.Redefine);
    }

    private static void Drop(Domain bench, string name)
    {
        using var snapshot = Known(bench, name);
        // libvirt lets qemu-img do it and goes on when the file has no such snapshot.
        snapshot.Delete();
    }
}
