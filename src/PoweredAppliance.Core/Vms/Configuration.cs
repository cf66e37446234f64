using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>What of a VM's description may be changed after it was made (one.vm.updateconf): OpenNebula's list of vectors and of keys in
/// them. The uuid is not among them, since the VM's domain is known by it.</summary>
public static partial class Configuration
{
    private static readonly ImmutableArray<(string Name, ImmutableArray<string> Keys)> Changeable =
    [
        ("OS", ["ARCH", "MACHINE", "KERNEL", "INITRD", "BOOTLOADER", "BOOT", "KERNEL_CMD", "ROOT", "SD_DISK_BUS", "FIRMWARE", "FIRMWARE_FORMAT"]),
        ("FEATURES",
        [
            "PAE", "ACPI", "APIC", "LOCALTIME", "HYPERV", "GUEST_AGENT", "VIRTIO_SCSI_QUEUES", "VIRTIO_BLK_QUEUES", "IOTHREADS", "GIC", "RAS",
            "MIGRATE_AUTO_CONVERGE", "MIGRATE_COMPRESSED",
        ]),
        ("INPUT", ["TYPE", "BUS"]),
        ("GRAPHICS", ["TYPE", "LISTEN", "PASSWD", "KEYMAP", "COMMAND"]),
        ("VIDEO", ["IOMMU", "ATS", "TYPE", "VRAM", "RESOLUTION"]),
        ("RAW", ["TYPE", "DATA", "VALIDATE", "DATA_VMX"]),
        ("CPU_MODEL", ["MODEL", "FEATURES"]),
    ];

    /// <param name="append">false: what may be changed and is not given goes; CONTEXT stays where none is given</param>
    public static (Template? Next, Refusal? Why) Of(VirtualMachine vm, Template given, bool append)
    {
        if (given.Vector("BACKUP_CONFIG") is not null)
            return No(vm, "BACKUP_CONFIG", "BACKUP_CONFIG cannot be set: this version of the appliance makes no backups of VMs.");
        var next = vm.Template;
        foreach (var (name, keys) in Changeable)
            next = next.WithVectors(name, Changed(next.Vector(name), given.Vector(name), name, keys, append) is { Pairs.IsEmpty: false } changed ? [changed] : []);
        if (next.Vector("GRAPHICS") is not null && vm is { GraphicsPort: 0, Host: { } host })
            return No(vm, "GRAPHICS", $"GRAPHICS cannot be added while host {host.Hostname} keeps room for VM {vm.Id}: its port is given when it is placed.");
        if (given.Vector("CONTEXT") is not { } context)
            return (next, null);
        if (vm.Template.Vector("CONTEXT") is not { } now)
            return No(vm, "CONTEXT", "Virtual machine does not have context, cannot add a new one.");
        if (context.Pairs.FirstOrDefault(p => OfNic().IsMatch(p.Key) && now[p.Key] != p.Value) is { Key: { } key })
            return No(vm, $"CONTEXT/{key}", $"Unable to {(now[key] is null ? "add" : "update")} {key}, update NIC to update network context");
        return (next.WithVectors("CONTEXT", [Context(vm, now, context, next, append)]), null);
    }

    private static VectorAttribute Changed(VectorAttribute? now, VectorAttribute? given, string name, ImmutableArray<string> keys, bool append)
    {
        if (given is null && !append && name is not "OS")
            return new(name, []);
        var made = now ?? new VectorAttribute(name, []);
        foreach (var key in keys)
            if (Specification.Text(given?[key]) is { } value)
                made = made.With(key, value);
            else if (!append)
                made = made.Without(key);
        return made;
    }

    /// <summary>Its disk keeps its place; the variables of the NICs are made anew.</summary>
    private static VectorAttribute Context(VirtualMachine vm, VectorAttribute now, VectorAttribute given, Template template, bool append)
    {
        var wished = append ? given.Pairs.Aggregate(now, (made, pair) => made.With(pair.Key, pair.Value)) : given;
        foreach (var key in new[] { "TARGET", "DISK_ID" })
            wished = now[key] is { } place ? wished.With(key, place) : wished.Without(key);
        var all = Template.Of(template.Attributes.Concat(vm.UserTemplate.Attributes));
        var made = Contextualization.Complete(wished, vm.Id, vm.Name, all, [.. template.Vectors("NIC")], [.. template.Vectors("DISK")]);
        return now["DISK_ID"] is { } id ? made.With("DISK_ID", id) : made;
    }

    private static (Template? Next, Refusal? Why) No(VirtualMachine vm, string field, string why) =>
        (null, new(ErrorCode.Internal, why, field, ObjectId: vm.Id.Value));

    [GeneratedRegex(@"^ETH\d+_\w+$", RegexOptions.CultureInvariant)]
    private static partial Regex OfNic();
}
