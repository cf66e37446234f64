using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>Reads a VM's template, as <see cref="Assembly"/> completed it, for those who place it and make it.</summary>
public static class Specification
{
    /// <summary>What the VM takes of a host: CPU * 100 percent, MEMORY MB as KiB, the size of its disks in MiB.</summary>
    public static Capacity Room(Template template) => new(
        (int)Math.Ceiling(Number(template["CPU"], 0) * 100),
        (long)Number(template["MEMORY"], 0) * 1024,
        template.Vectors("DISK").Sum(d => d["TYPE"] is "CDROM" ? 0 : (long)Number(d["SIZE"], 0)));

    /// <summary>Ids of the images that its disks are of; one may come twice.</summary>
    public static IEnumerable<int> Images(Template template) => Ids(template, "DISK", "IMAGE_ID");

    /// <summary>Ids of the virtual networks that its NICs are in; one may come twice.</summary>
    public static IEnumerable<int> Networks(Template template) => Ids(template, "NIC", "NETWORK_ID").Concat(Ids(template, "NIC_ALIAS", "NETWORK_ID"));

    /// <summary>The id of the VM group that it is in, none where it is in none.</summary>
    public static IEnumerable<int> VmGroups(Template template) => Ids(template, "VMGROUP", "VMGROUP_ID");

    private static IEnumerable<int> Ids(Template template, string vector, string attribute)
    {
        foreach (var one in template.Vectors(vector))
            if (int.TryParse(one[attribute], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                yield return id;
    }

    /// <summary>Its guest is to have a token for OneGate (TOKEN=YES in CONTEXT).</summary>
    public static bool WantsToken(Template template) => Yes(template.Vector("CONTEXT")?["TOKEN"]);

    public static VmSpec Of(VirtualMachine vm)
    {
        var template = vm.Planned;
        var os = template.Vector("OS");
        var room = Room(template);
        var context = template.Vector("CONTEXT");
        return new(
            vm.Id, Guid.TryParse(os?["UUID"], out var uuid) ? uuid : Guid.Empty, vm.Name,
            Math.Max(1, (int)Number(template["VCPU"], 1)), room.CpuPercent, room.MemoryKibibytes / 1024,
            Text(template.Vector("CPU_MODEL")?["MODEL"]), Os(os), [.. template.Vectors("DISK").Select(Disk)],
            [.. template.Vectors("NIC").Select(nic => Nic(nic, template))], Graphics(template.Vector("GRAPHICS"), vm.GraphicsPort),
            context is null ? null : Lines(context, vm.Id), Text(context?["TARGET"]),
            Acpi: !No(template.Vector("FEATURES")?["ACPI"]), GuestAgent: !No(template.Vector("FEATURES")?["GUEST_AGENT"]),
            template.Vector("RAW") is { } raw && string.Equals(raw["TYPE"], "kvm", StringComparison.OrdinalIgnoreCase) ? Text(raw["DATA"]) : null)
        {
            Imported = vm.Imported,
            TokenOf = WantsToken(template) ? vm.Start : null,
            VcpuMax = (int)MostVcpu(template),
            MemoryMaxMebibytes = MostMemory(template),
        };
    }

    /// <summary>VCPU that the VM may have without a new start.</summary>
    internal static long MostVcpu(Template template) => (long)Math.Max(Number(template["VCPU"], 1), Math.Min(Number(template["VCPU_MAX"], 0), Assembly.MaxCpu));

    /// <summary>MB of memory that the VM may have without a new start.</summary>
    internal static long MostMemory(Template template) =>
        (long)Math.Max(Number(template["MEMORY"], 0), Math.Min(Number(template["MEMORY_MAX"], 0), Assembly.MaxMebibytes));

    private static OsSpec Os(VectorAttribute? os) => new(
        os?["ARCH"] is { Length: > 0 } arch ? arch : "x86_64", Text(os?["MACHINE"]), Text(os?["KERNEL"]), Text(os?["INITRD"]),
        Text(os?["KERNEL_CMD"]), Text(os?["ROOT"]), Text(os?["FIRMWARE"]),
        [.. (os?["BOOT"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]);

    private static DiskSpec Disk(VectorAttribute disk)
    {
        var target = disk["TARGET"] ?? "vda";
        var kind = disk switch
        {
            _ when disk["TYPE"] is "CDROM" => DiskKind.Cdrom,
            _ when disk["IMAGE_ID"] is null => disk["TYPE"] is "SWAP" ? DiskKind.Swap : DiskKind.Volatile,
            _ when disk["CLONE"] is "NO" => DiskKind.Persistent,
            _ => DiskKind.Overlay,
        };
        return new(
            (int)Number(disk["DISK_ID"], 0), kind, target, Bus(target), disk["FORMAT"] is { Length: > 0 } format ? format : "qcow2",
            (long)Number(disk["SIZE"], 0), Text(disk["SOURCE"]), Text(disk["VOLUME"]), Yes(disk["READONLY"]), Text(disk["CACHE"]));
    }

    private static string Bus(string target) => target.Length < 2 ? "virtio" : target[..2] switch
    {
        "sd" => "scsi",
        "hd" => "sata",
        _ => "virtio",
    };

    private static NicSpec Nic(VectorAttribute nic, Template template) => new(
        (int)Number(nic["NIC_ID"], 0), Text(nic["BRIDGE"]), Text(nic["LIBVIRT_NETWORK"]), nic["MAC"] ?? "", Text(nic["IP"]),
        nic["MODEL"] is { Length: > 0 } model ? model : "virtio")
    {
        Filter = NicFiltering.Of(nic, template),
        Inbound = Limit(nic, "INBOUND"),
        Outbound = Limit(nic, "OUTBOUND"),
    };

    /// <summary>Without an average there is no limit: a peak is about what is above it.</summary>
    private static Bandwidth? Limit(VectorAttribute nic, string direction)
    {
        long Of(string key) => Number(nic[$"{direction}_{key}"], 0) is > 0 and <= uint.MaxValue and var value ? (long)value : 0;
        return Of("AVG_BW") is > 0 and var average ? new(average, Of("PEAK_BW"), Of("PEAK_KB")) : null;
    }

    private static GraphicsSpec? Graphics(VectorAttribute? graphics, int port) => graphics is null
        ? null
        : new(
            (graphics["TYPE"] ?? "vnc").ToLowerInvariant(), graphics["LISTEN"] is { Length: > 0 } listen ? listen : "127.0.0.1",
            int.TryParse(graphics["PORT"], CultureInfo.InvariantCulture, out var wanted) ? wanted : port,
            Text(graphics["PASSWD"]), Text(graphics["KEYMAP"]));

    private static ImmutableSortedDictionary<string, string> Lines(VectorAttribute context, VmId vm)
    {
        var lines = context.Pairs.Where(p => p.Key is not ("TARGET" or "DISK_ID" or "TOKEN"))
            .ToImmutableSortedDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return Yes(context["TOKEN"]) ? lines.SetItem("VMID", vm.ToString()) : lines;
    }

    /// <summary>No thousands' commas: "1,5" is a slip, not fifteen.</summary>
    private const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    internal static decimal Number(string? text, decimal otherwise) =>
        decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    internal static string? Text(string? text) => text is { Length: > 0 } ? text : null;
    internal static bool Yes(string? text) => string.Equals(text, "YES", StringComparison.OrdinalIgnoreCase);
    private static bool No(string? text) => string.Equals(text, "NO", StringComparison.OrdinalIgnoreCase);
}
