using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// The record that a persistent image keeps of the snapshots inside its file. While a VM uses the image the record follows the VM's; the
/// image's next VM begins with it.
/// </summary>
public static class ImageSnapshots
{
    /// <summary>The image's fact; as OpenNebula text, what SNAPSHOTS shows and whose name each snapshot has inside the file.</summary>
    public const string Fact = "SNAPSHOTS";

    /// <summary>Null: it never had any.</summary>
    /// <param name="disk">of the VM that gets the image; -1: none does</param>
    public static DiskSnapshots? Of(PooledObject image, int disk = -1) => image.Fact(Fact) is { } text ? Read(text, disk) : null;

    public static DiskSnapshots Read(string text, int disk)
    {
        var record = Template.Parse(text);
        var snapshots = record.Vectors("SNAPSHOT").Select(s => (Snapshot: new DiskSnapshot(
            Number(s, "ID"), s["NAME"] ?? "", long.Parse(s["DATE"]!, CultureInfo.InvariantCulture), Number(s, "PARENT"),
            long.Parse(s["SIZE"]!, CultureInfo.InvariantCulture), new(new(Number(s, "VM")), Number(s, "DISK"))), IsActive: s["ACTIVE"] is "YES")).ToList();
        return new(
            disk, int.Parse(record["NEXT_SNAPSHOT"]!, CultureInfo.InvariantCulture),
            snapshots.Where(s => s.IsActive).Select(s => s.Snapshot.Id).DefaultIfEmpty(-1).First(), [.. snapshots.Select(s => s.Snapshot)]);
    }

    /// <param name="vm">whose tree it is</param>
    public static string Write(DiskSnapshots tree, VmId vm) => Template.Of(tree.Snapshots.Select(s => (TemplateAttribute)VectorAttribute.Of(
        "SNAPSHOT", ("ID", Devices.Text(s.Id)), ("NAME", Template.Carried(s.Name)), ("DATE", Devices.Text(s.Date)), ("PARENT", Devices.Text(s.Parent)),
        ("SIZE", Devices.Text(s.SizeMebibytes)), ("ACTIVE", tree.Active == s.Id ? "YES" : "NO"),
        ("VM", Devices.Text((s.Of?.Vm ?? vm).Value)), ("DISK", Devices.Text(s.Of?.Disk ?? tree.Disk))))
        .Append(new SingleAttribute("NEXT_SNAPSHOT", Devices.Text(tree.Next)))).ToText();

    private static int Number(VectorAttribute snapshot, string key) => int.Parse(snapshot[key]!, CultureInfo.InvariantCulture);
}
