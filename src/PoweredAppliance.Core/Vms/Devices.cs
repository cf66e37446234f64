using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>The DISK, NIC and SNAPSHOT vectors of a VM's template, by their ids.</summary>
public static class Devices
{
    /// <summary>OpenNebula's mark on a device that is being attached or detached.</summary>
    internal const string Attaching = "ATTACH";

    /// <summary>OpenNebula's mark on a system snapshot that is being made, reverted to or deleted.</summary>
    internal const string SnapshotAction = "ACTION";

    public static VectorAttribute? Disk(this Template template, int id) => Find(template, "DISK", "DISK_ID", id);

    public static VectorAttribute? Nic(this Template template, int id) => Find(template, "NIC", "NIC_ID", id);

    public static VectorAttribute? Snapshot(this Template template, int id) => Find(template, "SNAPSHOT", "SNAPSHOT_ID", id);

    /// <summary>In place of the one with its id, behind the others where there is none.</summary>
    internal static Template Put(this Template template, VectorAttribute device)
    {
        var key = device.Name + "_ID";
        return Find(template, device.Name, key, Id(device, key)) is not null
            ? template.WithVectors(device.Name, template.Vectors(device.Name).Select(v => v[key] == device[key] ? device : v))
            : template.Add(device);
    }

    internal static Template Drop(this Template template, string name, int id)
    {
        var text = Text(id);
        return template.WithVectors(name, template.Vectors(name).Where(v => v[name + "_ID"] != text));
    }

    internal static int HighestId(this Template template, string name) =>
        template.Vectors(name).Select(v => Id(v, name + "_ID")).DefaultIfEmpty(-1).Max();

    /// <summary>The number under the key, -1 when there is none.</summary>
    public static int Id(VectorAttribute device, string key) => int.TryParse(device[key], CultureInfo.InvariantCulture, out var id) ? id : -1;

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static VectorAttribute? Find(Template template, string name, string key, int id)
    {
        var text = Text(id);
        return template.Vectors(name).FirstOrDefault(v => v[key] == text);
    }
}
