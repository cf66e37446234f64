using System.Collections.Immutable;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.image.*</summary>
internal sealed class ImageMethods(ImageOperations images, PoolMethods pools, Cloud cloud)
{
    private const string Disabled = "3";

    /// <summary>Kinds of images that can become each other: those that are disks.</summary>
    private static readonly ImmutableArray<string> DiskTypes = ["OS", "CDROM", "DATABLOCK"];

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.image.allocate"] = Allocate,
        ["one.image.delete"] = c => Reply.Of(images.Delete(c.Who, c.Id)),
        ["one.image.chtype"] = ChangeType,
        ["one.image.enable"] = Enable,
        ["one.image.persistent"] = Persistent,
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null ? Reply.Of(images.Allocate(call.Who, template!, call.Int(2))) : Task.FromResult<Reply>(why);
    }

    private Task<Reply> Enable(Call call) => On(call, image => (call.Bool(2), image.Fact("STATE")) switch
    {
        (true, Disabled) => Set(image, "STATE", ImageImports.Ready),
        (true, ImageImports.Ready) or (false, Disabled) => Reply.Of(Task.FromResult(Answer.Of(image.Id))),
        (false, ImageImports.Ready) when !images.UsedBy(image.Id).Any() => Set(image, "STATE", Disabled),
        _ => Refused(image, "Image cannot be enabled or disabled in its state, or while VMs use it."),
    });

    private Task<Reply> Persistent(Call call) => On(call, image => images.UsedBy(image.Id).Any()
        ? Refused(image, "Image cannot be made persistent or not while VMs use it.")
        : Set(image, "PERSISTENT", call.Bool(2) ? "1" : "0"));

    private Task<Reply> ChangeType(Call call) => On(call, image =>
    {
        var number = DiskTypes.IndexOf(call.Text(2).ToUpperInvariant());
        return number >= 0 && image.FactInt("TYPE") < DiskTypes.Length
            ? Set(image, "TYPE", Permitted.Text(number))
            : Refused(image, $"Image cannot become of type '{call.Text(2)}': only {string.Join(", ", DiskTypes)} can become each other.");
    });

    private Task<Reply> On(Call call, Func<PooledObject, Task<Reply>> act) =>
        pools.Find(call, PoolKind.Image, Rights.Manage) is var (image, why) && why is null ? act(image!) : Task.FromResult<Reply>(why);

    private Task<Reply> Set(PooledObject image, string fact, string value) => Reply.Of(cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.Image, image.Id, ImmutableSortedDictionary<string, string>.Empty.Add(fact, value))));

    private static Task<Reply> Refused(PooledObject image, string text) =>
        Task.FromResult<Reply>(new Refusal(ErrorCode.Action, text, ObjectId: image.Id));
}
