using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>What people do with images. An image's content arrives after it was registered; until then it is LOCKED.</summary>
public sealed partial class ImageOperations(Cloud cloud, Authority authority, PoolOperations pools, ImageImports imports, IImageStorage storage, TimeProvider time)
{
    /// <summary>Only an image that nobody uses goes; its record first, then its file.</summary>
    /// <param name="force">also while its content is on its way, which ends then</param>
    public async Task<Answer> Delete(Subject who, int id, bool force)
    {
        if (pools.May(who, PoolKind.Image, id, Rights.Manage) is { } no)
            return no;
        return await cloud.Holding([id], LoanPurpose.Change, async () =>
        {
            var use = cloud.Inventory.UseOf(id);
            if (cloud.Inventory.Find(PoolKind.Image, id) is { } image && ImageRules.MayBeDeleted(image, use, force) is { } why)
                return use.Vms is [var first, ..] ? why with { Text = $"{why.Text} VM {first} is {cloud.Inventory.Vms.Find(new(first))?.Name}." } : why;
            var answer = await pools.Delete(who, PoolKind.Image, id).ConfigureAwait(false);
            if (answer.Refusal is null)
                await imports.Forget(id).ConfigureAwait(false);
            return answer;
        }).ConfigureAwait(false);
    }

    /// <summary>A new image with a copy of the content; it is LOCKED until that is whole.</summary>
    /// <param name="datastore">-1: that of the source</param>
    /// <param name="persistent">the copy is; false: as DEFAULT_IMAGE_PERSISTENT of its owner or his group says, or as its source is</param>
    public async Task<Answer> Clone(Subject who, int id, string name, int datastore, bool persistent = false)
    {
        if (pools.May(who, PoolKind.Image, id, Rights.Use) is { } no)
            return no;
        var source = cloud.Inventory.Find(PoolKind.Image, id)!;
        var into = datastore == -1 ? source.FactInt("DATASTORE_ID") : datastore;
        if (cloud.Inventory.Find(PoolKind.Datastore, into) is not { } store)
            return Refusal.NotFound("datastore", into);
        if (DatastoreRules.TypeOf(store) is not DatastoreType.Image && ImageRules.IsDisk(ImageRules.TypeOf(source)))
            return new Refusal(ErrorCode.Action, "Clone only supported for IMAGE_DS Datastores", "DATASTORE", Permitted.Text(into), id);
        if ((authority.May(who, Rights.Use, store) ?? Fits(source.FactLong("SIZE"))) is { } why)
            return why;
        var facts = source.Facts.Remove(PooledObject.LockFact).Remove("SOURCE").Remove("VOLUME").Remove("ERROR").SetItems(
        [
            new("STATE", ImageImports.Locked), new(ImageRules.CopiedFrom, Permitted.Text(id)), new("PATH", source.Fact("SOURCE") ?? ""),
            new("DATASTORE_ID", Permitted.Text(into)), new("DATASTORE", store.Name), new("MODTIME", Now()),
            new("PERSISTENT", persistent || (Wishes(who, "DEFAULT_IMAGE_PERSISTENT") ?? source.IsPersistent()) ? "1" : "0"),
        ]);
        var answer = await cloud.Holding([id], LoanPurpose.Copy, () => pools.Allocate(who, PoolKind.Image, name, source.Template, facts, source.Template)).ConfigureAwait(false);
        if (answer.Refusal is null)
            imports.Begin(answer.Id);
        return Permitted.Allocated(answer);
    }

    /// <summary>Of backups, which are not made yet, so no image is one.</summary>
    public Task<Answer> Restore(Subject who, int id, int datastore) => Task.FromResult<Answer>(pools.May(who, PoolKind.Image, id, Rights.Use)
        ?? pools.May(who, PoolKind.Datastore, datastore, Rights.Use)
        ?? new Refusal(ErrorCode.Action, "Can only restore images of type BACKUP", "TYPE", cloud.Inventory.Find(PoolKind.Image, id)!.Fact("TYPE"), id));

    /// <summary>Deletes a snapshot, reverts to it or flattens; the image is LOCKED until its file is so.</summary>
    public async Task<Answer> Snapshot(Subject who, int id, SnapshotDeed deed, int snapshot)
    {
        var answer = await Change(who, id, use => new ImageSnapshotRules.Begin(id, deed, snapshot, use)).ConfigureAwait(false);
        if (answer.Refusal is null)
            imports.WorkOnSnapshots(id);
        return answer;
    }

    public async Task<Answer> Enable(Subject who, int id, bool on)
    {
        var answer = await Change(who, id, use => new ImageRules.Enable(id, on, use)).ConfigureAwait(false);
        if (answer.Refusal is null)
            await imports.TellVms(id).ConfigureAwait(false);
        return answer;
    }

    public Task<Answer> Persist(Subject who, int id, bool on) => Change(who, id, use => new ImageRules.Persist(id, on, use));

    public Task<Answer> BecomeType(Subject who, int id, string type) => Change(who, id, use => new ImageRules.BecomeType(id, type, use));

    private async Task<Answer> Change(Subject who, int id, Func<ImageUse, PoolProtocol.Change> change) => pools.May(who, PoolKind.Image, id, Rights.Manage) is { } no
        ? no
        : await cloud.Holding([id], LoanPurpose.Change, () => cloud.Pool(change(cloud.Inventory.UseOf(id)))).ConfigureAwait(false);

    /// <summary>What the user, else his group, says of images that say nothing themselves. Null: neither does.</summary>
    private bool? Wishes(Subject who, string attribute)
    {
        var said = cloud.Inventory.Find(PoolKind.User, who.User.Value)?.Template[attribute] ?? cloud.Inventory.Find(PoolKind.Group, who.Group.Value)?.Template[attribute];
        return said is { Length: > 0 } ? Yes(said) : null;
    }

    private Refusal? Fits(long mebibytes) => storage.Room(ImmutableArray<int>.Empty).FreeMebibytes is var free && mebibytes > free
        ? new(ErrorCode.Action, $"Not enough space in datastore: {mebibytes} MB are needed and {free} MB are free.", "SIZE", mebibytes.ToString(CultureInfo.InvariantCulture))
        : null;

    private string Now() => time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
