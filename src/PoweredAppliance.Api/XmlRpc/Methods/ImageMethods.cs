using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.image.*</summary>
internal sealed class ImageMethods(ImageOperations images) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.image.allocate"] = Allocate,
        ["one.image.clone"] = c => Reply.Of(images.Clone(c.Who, c.Id, c.Text(2), c.Int(3))),
        ["one.image.delete"] = c => Reply.Of(images.Delete(c.Who, c.Id, force: c.Bool(2))),
        ["one.image.chtype"] = c => Reply.Of(images.BecomeType(c.Who, c.Id, c.Text(2))),
        ["one.image.enable"] = c => Reply.Of(images.Enable(c.Who, c.Id, c.Bool(2))),
        ["one.image.restore"] = c => Reply.Of(images.Restore(c.Who, c.Id, c.Int(2))),
        ["one.image.snapshotdelete"] = c => Reply.Of(images.Snapshot(c.Who, c.Id, SnapshotDeed.Delete, c.Int(2))),
        ["one.image.snapshotflatten"] = c => Reply.Of(images.Snapshot(c.Who, c.Id, SnapshotDeed.Flatten, c.Int(2))),
        ["one.image.snapshotrevert"] = c => Reply.Of(images.Snapshot(c.Who, c.Id, SnapshotDeed.Revert, c.Int(2))),
        ["one.image.persistent"] = c => Reply.Of(images.Persist(c.Who, c.Id, c.Bool(2))),
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(images.Allocate(call.Who, template!, call.Int(2), skipCapacity: call.Bool(3))) : Task.FromResult<Reply>(why);
    }
}
