using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Pools;

public sealed class ImageRulesTests
{
    private static readonly ObjectPool Pool = ObjectPool.Empty(PoolKind.Image);

    private static PooledObject Image(ImageState state = ImageState.Ready, bool persistent = false, ImageType type = ImageType.Os, string? source = "/ds/image-5.qcow2") => new(
        PoolKind.Image, 5, "im", Caller.Admin, 0, 0, Template.Empty,
        new[] { ("STATE", $"{(int)state}"), ("PERSISTENT", persistent ? "1" : "0"), ("TYPE", $"{(int)type}"), ("SOURCE", source ?? ""), ("VOLUME", "image-5.qcow2") }
            .Where(f => f.Item2.Length > 0).ToImmutableSortedDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal));

    private static ImageUse Use(int vms = 0, int clones = 0) => new([.. Enumerable.Range(0, vms)], [.. Enumerable.Range(10, clones)], []);

    [Theory]
    [InlineData(false, 0, 0, ImageState.Ready)]
    [InlineData(false, 2, 0, ImageState.Used)]
    [InlineData(false, 0, 1, ImageState.Used)]
    [InlineData(true, 0, 0, ImageState.Ready)]
    [InlineData(true, 1, 0, ImageState.UsedPers)]
    [InlineData(true, 0, 1, ImageState.Clone)]
    public void What_its_users_do_is_its_state(bool persistent, int vms, int clones, ImageState state) =>
        Assert.Equal(state, ImageRules.StateOf(Image(persistent: persistent), Use(vms, clones)));

    [Theory]
    [InlineData(false, 3, 1, true)]
    [InlineData(true, 0, 0, true)]
    [InlineData(true, 1, 0, false)]
    [InlineData(true, 0, 1, false)]
    public void A_persistent_image_has_one_user_and_none_while_it_is_copied(bool persistent, int vms, int clones, bool may) =>
        Assert.Equal(may, ImageRules.MayBeDisk(Image(persistent: persistent), Use(vms, clones)) is null);

    [Fact]
    public void No_image_that_anybody_uses_is_deleted_and_no_one_with_users_is_copied_while_it_changes()
    {
        foreach (var persistent in new[] { true, false })
            foreach (var (vms, clones) in new[] { (1, 0), (0, 1), (2, 3) })
                Assert.NotNull(ImageRules.MayBeDeleted(Image(persistent: persistent), Use(vms, clones), force: true));
        Assert.Null(ImageRules.MayBeDeleted(Image(), Use(), force: false));
        Assert.Equal(ErrorCode.Internal, ImageRules.MayBeDeleted(Image(ImageState.Locked), Use(), force: false)?.Code);
        Assert.Null(ImageRules.MayBeDeleted(Image(ImageState.Locked), Use(), force: true));
        Assert.Equal(ErrorCode.Allocate, ImageRules.MayBeCopied(Image(persistent: true), Use(vms: 1))?.Code);
        Assert.Null(ImageRules.MayBeCopied(Image(), Use(vms: 1)));
    }

    [Fact]
    public void An_image_that_becomes_persistent_gets_a_volume_that_no_host_has_and_keeps_it()
    {
        var seen = new List<string?>();
        var image = Image();
        for (var turn = 0; turn < 6; turn++)
        {
            image = new ImageRules.Persist(5, turn % 2 == 0, ImageUse.None).Of(image, Pool).Next!;
            seen.Add(image.Fact("VOLUME"));
        }

        Assert.Equal(["image-5-1.qcow2", "image-5-1.qcow2", "image-5-2.qcow2", "image-5-2.qcow2", "image-5-3.qcow2", "image-5-3.qcow2"], seen);
        Assert.Equal("/ds/image-5.qcow2", image.Fact("SOURCE"));
        Assert.Equal(
            "Could not make image persistent: Image cannot be in state USED (by VM 0, 1).", new ImageRules.Persist(5, true, Use(vms: 2)).Of(Image(), Pool).Why?.Text);
        Assert.NotNull(new ImageRules.Persist(5, true, ImageUse.None).Of(Image(type: ImageType.Kernel), Pool).Why);
    }

    [Fact]
    public void An_image_becomes_persistent_while_its_content_is_on_its_way_unless_a_VM_waits_for_it()
    {
        var filling = Image(ImageState.Locked, source: null) with { Facts = Image(ImageState.Locked, source: null).Facts.Remove("VOLUME") };
        var made = new ImageRules.Persist(5, true, ImageUse.None).Of(filling, Pool).Next!;
        Assert.Equal(("1", null), (made.Fact("PERSISTENT"), made.Fact("VOLUME")));
        Assert.Equal(ImageState.LockedUsed, ImageRules.StateOf(filling, Use(vms: 1)));
        Assert.Equal(ImageState.LockedUsedPers, ImageRules.StateOf(made, Use(vms: 1)));
        Assert.Equal(
            "Could not make image persistent: Image cannot be in state LOCKED_USED (by VM 0).", new ImageRules.Persist(5, true, Use(vms: 1)).Of(filling, Pool).Why?.Text);
        Assert.Null(ImageRules.MayBeDisk(filling, Use(vms: 3)));
        Assert.NotNull(ImageRules.MayBeDisk(made, Use(vms: 1)));
    }

    [Theory]
    [InlineData(ImageType.Os, "DATABLOCK", true)]
    [InlineData(ImageType.Datablock, "cdrom", true)]
    [InlineData(ImageType.Kernel, "RAMDISK", true)]
    [InlineData(ImageType.Os, "KERNEL", false)]
    [InlineData(ImageType.Context, "OS", false)]
    [InlineData(ImageType.Os, "BACKUP", false)]
    [InlineData(ImageType.Os, "2", false)]
    [InlineData(ImageType.Os, "", false)]
    public void Disks_become_disks_and_files_become_files(ImageType from, string to, bool may) =>
        Assert.Equal(may, new ImageRules.BecomeType(5, to, ImageUse.None).Of(Image(type: from), Pool).Why is null);

    [Fact]
    public void What_has_no_content_does_not_become_ready()
    {
        Assert.NotNull(new ImageRules.Enable(5, true, ImageUse.None).Of(Image(ImageState.Error, source: null), Pool).Why);
        Assert.Equal("1", new ImageRules.Enable(5, true, ImageUse.None).Of(Image(ImageState.Disabled), Pool).Next?.Fact("STATE"));
        Assert.Equal("3", new ImageRules.Enable(5, false, ImageUse.None).Of(Image(), Pool).Next?.Fact("STATE"));
        Assert.Equal("Could not disable image: Image cannot be in state USED.", new ImageRules.Enable(5, false, Use(vms: 1)).Of(Image(), Pool).Why?.Text);
    }
}
