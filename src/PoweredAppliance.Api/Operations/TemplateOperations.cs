using System.Globalization;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>VM templates together with the images of their disks, as OpenNebula's recursive calls take them.</summary>
public sealed class TemplateOperations(Cloud cloud, Authority authority, PoolOperations pools, ImageOperations images, VmOperations vms, ILogger<TemplateOperations> log)
{
    /// <summary>
    /// A new template whose disks are of copies of the images. The copies come first and the template last, so that nobody sees a template
    /// that still has the old images; what was copied goes again when something is refused.
    /// </summary>
    /// <param name="extra">merged over the template</param>
    /// <param name="persistent">the copies are; false: as their images are</param>
    public async Task<Answer> CloneWithImages(Subject who, int id, string name, Template extra, bool persistent)
    {
        var (template, unusable) = Merged(who, id, extra);
        if (template is null)
            return unusable!;
        var facts = cloud.Inventory.Find(PoolKind.Template, id)!.Facts.Remove(PooledObject.LockFact);
        if (pools.WouldRefuse(who, PoolKind.Template, name, template, template) is { } no)
            return no;
        var copies = new List<int>();
        var done = false;
        try
        {
            var (copied, why) = await Copied(who, template, name, persistent, copies).ConfigureAwait(false);
            var answer = why ?? await pools.Allocate(who, PoolKind.Template, name, copied!, facts, template).ConfigureAwait(false);
            done = answer.Refusal is null;
            return answer;
        }
        finally
        {
            if (!done)
                await Undo(who, copies).ConfigureAwait(false);
        }
    }

    /// <summary>The template with its images copied, made persistent and nobody else's, and a VM of that.</summary>
    public async Task<Answer> InstantiatePersistent(Subject who, int id, string name, bool hold, Template extra)
    {
        if (Merged(who, id, extra).Why is { } why)
            return why;
        var named = name.Length > 0 ? name : $"{cloud.Inventory.Find(PoolKind.Template, id)!.Name}-copy";
        var copy = await CloneWithImages(who, id, named, extra, persistent: true).ConfigureAwait(false);
        if (copy.Refusal is not null)
            return copy;
        var vm = await vms.Instantiate(who, copy.Id, name, hold, Template.Empty.Set("CLONING_TEMPLATE_ID", Permitted.Text(id))).ConfigureAwait(false);
        if (vm.Refusal is not null && cloud.Inventory.Find(PoolKind.Template, copy.Id) is { } made)
        {
            await pools.Delete(who, PoolKind.Template, copy.Id).ConfigureAwait(false);
            await Undo(who, ImagesOf(who, made.Template)).ConfigureAwait(false);
        }

        return vm;
    }

    public Task<Answer> Chmod(Subject who, int id, int[] nine, bool recursive) => WithImages(
        who, id, recursive, () => pools.Chmod(who, PoolKind.Template, id, nine), image => pools.Chmod(who, PoolKind.Image, image, nine));

    public Task<Answer> Delete(Subject who, int id, bool recursive) => WithImages(
        who, id, recursive, () => pools.Delete(who, PoolKind.Template, id), image => images.Delete(who, image, force: false));

    /// <summary>The template as a VM would have it; what it is made of must be the subject's to use.</summary>
    public (PooledObject? Extended, Refusal? Why) Extended(Subject who, int id)
    {
        var (stored, unread) = pools.Read(who, PoolKind.Template, id);
        if (stored is null)
            return (null, unread);
        var (template, why) = ImageDisk.Extend(stored.Template, vms.Finder(who));
        return template is null ? (null, why) : (stored with { Template = template }, null);
    }

    /// <summary>The template, then each image of its disks; nothing at all where the caller may not manage one of them.</summary>
    private async Task<Answer> WithImages(Subject who, int id, bool recursive, Func<Task<Answer>> template, Func<int, Task<Answer>> image)
    {
        if (pools.May(who, PoolKind.Template, id, Rights.Manage) is { } no)
            return no;
        var disks = recursive ? ImagesOf(who, cloud.Inventory.Find(PoolKind.Template, id)!.Template) : [];
        if (disks.Select(disk => pools.May(who, PoolKind.Image, disk, Rights.Manage)).FirstOrDefault(refused => refused is not null) is { } why)
            return why;
        var answer = await template().ConfigureAwait(false);
        foreach (var disk in disks)
        {
            if (answer.Refusal is not null)
                break;
            answer = await image(disk).ConfigureAwait(false);
        }

        return answer.Refusal is null ? Answer.Of(id) : answer;
    }

    /// <summary>The stored template with what the subject gives beside it.</summary>
    private (Template? Template, Refusal? Why) Merged(Subject who, int id, Template extra)
    {
        if (cloud.Inventory.Find(PoolKind.Template, id) is not { } stored)
            return (null, Refusal.NotFound(ObjectPool.Word(PoolKind.Template), id));
        return (authority.May(who, Rights.Use, stored) ?? Restrictions.Given(who, "User Template", PoolKind.Template, extra, stored.Template)) is { } why
            ? (null, why)
            : (stored.Template.Merge(extra).Without("NAME"), null);
    }

    /// <param name="made">gets the copies that were made, also where the last was refused</param>
    private async Task<(Template? Copied, Refusal? Why)> Copied(Subject who, Template template, string name, bool persistent, List<int> made)
    {
        var (find, disks) = (vms.Finder(who), new List<VectorAttribute>());
        foreach (var disk in template.Vectors("DISK"))
        {
            if (ImageOf(disk, find) is not { } image)
            {
                disks.Add(disk);
                continue;
            }

            var copy = await images.Clone(who, image, string.Create(CultureInfo.InvariantCulture, $"{name}-disk-{disks.Count}"), datastore: -1, persistent).ConfigureAwait(false);
            if (copy.Refusal is { } why)
                return (null, why with { Code = ErrorCode.Action, Text = $"Failed to clone images: {why.Text}" });
            made.Add(copy.Id);
            disks.Add(new[] { "IMAGE", "IMAGE_UNAME", "IMAGE_UID", "OPENNEBULA_MANAGED" }
                .Aggregate(disk, (left, key) => left.Without(key)).With("IMAGE_ID", Permitted.Text(copy.Id)));
        }

        return (template.WithVectors("DISK", disks), null);
    }

    private async Task Undo(Subject who, IEnumerable<int> copies)
    {
        foreach (var image in copies)
            if ((await images.Delete(who, image, force: true).ConfigureAwait(false)).Refusal is { } why)
                log.LogWarning("image {Image}, copied for a template that was not made, is left over: {Why}", image, why);
    }

    private IReadOnlyList<int> ImagesOf(Subject who, Template template)
    {
        var find = vms.Finder(who);
        return [.. template.Vectors("DISK").Select(d => ImageOf(d, find)).OfType<int>().Distinct()];
    }

    private static int? ImageOf(VectorAttribute disk, Assembly.Find find) => disk["IMAGE_ID"] is null && disk["IMAGE"] is null
        ? null
        : find(PoolKind.Image, disk["IMAGE_ID"], disk["IMAGE"], disk["IMAGE_UNAME"]).Found?.Id;
}
