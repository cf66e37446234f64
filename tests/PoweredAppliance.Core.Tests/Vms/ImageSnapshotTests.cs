using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>Snapshots that outlive their VM inside a persistent image.</summary>
public sealed class ImageSnapshotTests
{
    private static readonly VmId Taker = new(4);

    private static readonly DiskSnapshots Tree = DiskSnapshots.Of(0)
        .Taken(0, "a", 100, 8).Taken(1, "b \"quoted\"", 101, 8).Reverted(0).Taken(2, "", 102, 16);

    private static PooledObject Image(string? record, ImageState state = ImageState.Ready) => new(
        PoolKind.Image, 5, "im", Caller.Admin, 0, 0, Template.Empty,
        new[] { ("STATE", $"{(int)state}"), ("PERSISTENT", "1"), ("TYPE", "2"), (ImageSnapshots.Fact, record ?? "") }
            .Where(f => f.Item2.Length > 0).ToImmutableSortedDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal));

    private static PooledObject? Done(PooledObject image, SnapshotDeed deed, int id)
    {
        var pool = ObjectPool.Empty(PoolKind.Image);
        var (begun, why) = new ImageSnapshotRules.Begin(5, deed, id, ImageUse.None).Of(image, pool);
        Assert.True(why is null || begun is null);
        return begun is null ? null : new ImageSnapshotRules.End(5, null).Of(begun, pool).Next;
    }

    [Fact]
    public void What_an_image_remembers_is_what_the_VM_had_with_the_taker_of_each() => Gen.OneOf(Gen.String, Gen.Const("a]]>b"), Gen.Const("\u0001")).List[0, 6].Sample(names =>
    {
        var tree = names.Select((name, id) => (name, id)).Aggregate(DiskSnapshots.Of(3), (t, s) => t.Taken(s.id, s.name, s.id, 8));
        var read = ImageSnapshots.Read(ImageSnapshots.Write(tree, Taker), disk: 7);
        Assert.Equal((7, tree.Next, tree.Active), (read.Disk, read.Next, read.Active));
        Assert.Equal(tree.Snapshots.Select(s => s with { Of = new(Taker, 3), Name = Template.Carried(s.Name) }), read.Snapshots);
        Assert.Equal(ImageSnapshots.Write(tree, Taker), ImageSnapshots.Write(read, new(99)));
    }, iter: 300);

    [Fact]
    public void A_VM_begins_with_the_snapshots_of_its_image_and_names_them_by_who_took_them()
    {
        var record = ImageSnapshots.Write(Tree, Taker);
        var template = Template.Parse("CPU=1 MEMORY=16 DISK=[DISK_ID=0,IMAGE_ID=5,IMAGE_STATE=1,CLONE=NO,FORMAT=qcow2,SIZE=16]");
        var vm = VirtualMachine.Decide(null, new Create(new(9), "v", Caller.Admin, 0, template, Template.Empty, true, [ImageSnapshots.Read(record, 0)]), DateTimeOffset.UnixEpoch)
            .Events.Aggregate((VirtualMachine?)null, VirtualMachine.Apply)!;
        Assert.Equal([0, 1, 2], vm.Tree(0).Snapshots.Select(s => s.Id));
        Assert.Equal((5, record), Assert.Single(vm.SnapshotRecords));

        var changing = vm with { State = VmState.Poweroff, Changing = new(new VmChange.RevertDiskSnapshot(0, 1), VmState.Poweroff) };
        Assert.Equal(new SnapshotTaker(Taker, 0), changing.TakerOfSnapshot);
        Assert.Null((changing with { Changing = new(new VmChange.CreateDiskSnapshot(0, 3, ""), VmState.Poweroff) }).TakerOfSnapshot);
    }

    [Fact]
    public void Of_an_image_that_nobody_uses_a_snapshot_is_deleted_reverted_to_or_all_are_flattened()
    {
        var image = Image(ImageSnapshots.Write(Tree, Taker));
        Assert.Null(Done(image, SnapshotDeed.Delete, 2)); // active
        Assert.Null(Done(image, SnapshotDeed.Delete, 0)); // has children
        Assert.Null(Done(image, SnapshotDeed.Revert, 7));
        Assert.Null(Done(Image(ImageSnapshots.Write(Tree, Taker), ImageState.Disabled), SnapshotDeed.Revert, 0));
        Assert.Null(Done(Image(null), SnapshotDeed.Flatten, 0));

        Assert.Equal([0, 2], ImageSnapshots.Of(Done(image, SnapshotDeed.Delete, 1)!)!.Snapshots.Select(s => s.Id));
        Assert.Equal(1, ImageSnapshots.Of(Done(image, SnapshotDeed.Revert, 1)!)!.Active);
        var flat = Done(image, SnapshotDeed.Flatten, 1)!;
        Assert.Equal((3, -1, 0), (ImageSnapshots.Of(flat)!.Next, ImageSnapshots.Of(flat)!.Active, ImageSnapshots.Of(flat)!.Snapshots.Length));
        Assert.Equal("1", flat.Fact("STATE"));
    }

    [Fact]
    public void While_its_snapshots_are_worked_on_an_image_is_locked_and_nobodys_and_a_failure_leaves_it_as_it_was()
    {
        var (image, pool) = (Image(ImageSnapshots.Write(Tree, Taker)), ObjectPool.Empty(PoolKind.Image));
        var begun = new ImageSnapshotRules.Begin(5, SnapshotDeed.Revert, 1, ImageUse.None).Of(image, pool).Next!;
        Assert.Equal((SnapshotDeed.Revert, 1), ImageSnapshotRules.Under(begun));
        Assert.NotNull(ImageRules.MayBeDisk(begun, ImageUse.None));
        Assert.NotNull(new ImageSnapshotRules.Begin(5, SnapshotDeed.Delete, 1, ImageUse.None).Of(begun, pool).Why);
        var failed = new ImageSnapshotRules.End(5, "no room").Of(begun, pool).Next!;
        Assert.Equal("Error reverting image 5 to snapshot 1: no room", failed.Fact("ERROR"));
        Assert.Equal(image, failed with { Facts = failed.Facts.Remove("ERROR") });
    }
}
