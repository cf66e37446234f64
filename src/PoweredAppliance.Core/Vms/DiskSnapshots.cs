using System.Collections.Immutable;

namespace PoweredAppliance.Core.Vms;

/// <summary>A state of one disk that it can go back to.</summary>
/// <param name="Date">unix seconds</param>
/// <param name="Parent">the snapshot that was active when this one was taken; -1: none</param>
/// <param name="SizeMebibytes">of the disk when it was taken</param>
/// <param name="Of">whose name it has inside the file; null: the VM's and disk's whose tree it is in</param>
public sealed record DiskSnapshot(int Id, string Name, long Date, int Parent, long SizeMebibytes, SnapshotTaker? Of = null);

/// <summary>The VM, and the number of its disk, that a snapshot was taken of. A persistent image keeps it when that VM is gone.</summary>
public readonly record struct SnapshotTaker(VmId Vm, int Disk);

/// <summary>
/// The snapshots of one disk as the tree that OpenNebula shows (SNAPSHOTS with ALLOW_ORPHANS = NO): a new one hangs on the active
/// one and is active then; a revert makes another one active. Ids are never reused.
/// </summary>
/// <param name="Active">the one that the disk was last taken or reverted at; -1: none</param>
public sealed record DiskSnapshots(int Disk, int Next, int Active, ImmutableArray<DiskSnapshot> Snapshots)
{
    public static DiskSnapshots Of(int disk) => new(disk, 0, -1, []);

    public DiskSnapshot? Find(int id) => Snapshots.FirstOrDefault(s => s.Id == id);

    public IEnumerable<int> Children(int id) => Snapshots.Where(s => s.Parent == id).Select(s => s.Id);

    public DiskSnapshots Taken(int id, string name, long date, long sizeMebibytes) => this with
    {
        Next = Math.Max(Next, id + 1),
        Active = id,
        Snapshots = Snapshots.Add(new(id, name, date, Active, sizeMebibytes)),
    };

    public DiskSnapshots Reverted(int id) => this with { Active = id };

    public DiskSnapshots Renamed(int id, string name) => this with { Snapshots = [.. Snapshots.Select(s => s.Id == id ? s with { Name = name } : s)] };

    /// <summary>Its children hang on its parent then, which becomes active where it was active itself.</summary>
    public DiskSnapshots Without(int id) => Find(id) is not { } gone
        ? this
        : this with
        {
            Active = Active == id ? gone.Parent : Active,
            Snapshots = [.. Snapshots.Where(s => s.Id != id).Select(s => s.Parent == id ? s with { Parent = gone.Parent } : s)],
        };

    /// <summary>Why it cannot be deleted, null when it can: OpenNebula's rules for trees, where a snapshot goes only from the end of a
    /// branch or from the middle of a plain chain.</summary>
    public string? WhyKept(int id)
    {
        if (Find(id) is not { } snapshot)
            return "Snapshot does not exist";
        var children = Children(id).ToList();
        if (children.Count > 1)
            return "Cannot delete snapshot with more than one children";
        if (children is not [var child])
            return null;
        if (Active == id)
            return "Cannot delete the active snapshot with children";
        var grandchildren = Children(child).Count();
        if (grandchildren > 1 || (grandchildren == 1 && Active == child))
            return "Cannot delete snapshot if child has children";
        return snapshot.Parent != -1 && Children(snapshot.Parent).Count() > 1
            ? "Cannot delete snapshot if parent has more than one child"
            : null;
    }

    public bool Equals(DiskSnapshots? other) => other is not null && Disk == other.Disk && Next == other.Next && Active == other.Active
        && Snapshots.SequenceEqual(other.Snapshots);

    public override int GetHashCode() => HashCode.Combine(Disk, Next, Active, Snapshots.Length);
}
