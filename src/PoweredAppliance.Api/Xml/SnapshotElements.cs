using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>SNAPSHOTS: the snapshots of one disk of a VM, or of an image.</summary>
internal static class SnapshotElements
{
    /// <param name="withDisk">an image's have no DISK_ID</param>
    public static void Write(DocumentWriter to, DiskSnapshots tree, bool withDisk = true)
    {
        to.Open("SNAPSHOTS");
        to.CData("ALLOW_ORPHANS", "NO");
        to.CData("CURRENT_BASE", -1);
        if (withDisk)
            to.CData("DISK_ID", tree.Disk);
        to.CData("NEXT_SNAPSHOT", tree.Next);
        foreach (var snapshot in tree.Snapshots)
            Write(to, tree, snapshot);
        to.Close("SNAPSHOTS");
    }

    private static void Write(DocumentWriter to, DiskSnapshots tree, DiskSnapshot snapshot)
    {
        to.Open("SNAPSHOT");
        if (tree.Active == snapshot.Id)
            to.CData("ACTIVE", "YES");
        if (string.Join(',', tree.Children(snapshot.Id)) is { Length: > 0 } children)
            to.CData("CHILDREN", children);
        to.CData("DATE", snapshot.Date);
        to.CData("ID", snapshot.Id);
        if (snapshot.Name.Length > 0)
            to.CData("NAME", snapshot.Name);
        to.CData("PARENT", snapshot.Parent);
        to.CData("SIZE", snapshot.SizeMebibytes);
        to.Close("SNAPSHOT");
    }
}
