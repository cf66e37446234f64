using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Registering and removing images. An image's content arrives after it was registered; until then it is LOCKED.</summary>
public sealed class ImageOperations(Cloud cloud, Authority authority, PoolOperations pools, ImageImports imports, IImageStorage storage, TimeProvider time)
{
    private static readonly ImmutableArray<string> Types = ["OS", "CDROM", "DATABLOCK", "KERNEL", "RAMDISK", "CONTEXT", "BACKUP", "FILESYSTEM"];

    /// <summary>Template attributes as of oneimage: NAME, TYPE, PATH or SIZE (MB), PERSISTENT, FORMAT or DRIVER, DEV_PREFIX.</summary>
    /// <param name="uploadBytes">the content will be put; PATH and SIZE are not needed</param>
    public async Task<Answer> Allocate(Subject who, Template given, int datastore, long? uploadBytes = null)
    {
        if (cloud.Inventory.Find(PoolKind.Datastore, datastore) is not { } store)
            return Refusal.NotFound("datastore", datastore);
        if (authority.May(who, Rights.Use, store) is { } no)
            return no;
        if (store.Fact("TYPE") is not ("0" or "2"))
            return new Refusal(ErrorCode.Internal, $"Datastore {datastore} ({store.Name}) is not for images.", "DATASTORE", Permitted.Text(datastore));
        var type = (given["TYPE"] is { Length: > 0 } t ? t : "OS").ToUpperInvariant();
        var number = Types.IndexOf(type);
        if (number < 0)
            return Refusal.Bad("TYPE", type, $"TYPE must be one of {string.Join(", ", Types)}, it is '{type}'.");
        var (path, size) = (given["PATH"], given["SIZE"]);
        if (path is { Length: > 0 } && !Path.IsPathRooted(path))
            return Refusal.Bad("PATH", path, $"PATH must be an absolute path on the controller, it is '{path}'.");
        if (path is { Length: > 0 } && !who.IsAdmin)
            return new Refusal(ErrorCode.Authorization, $"User [{who.User}] : Only members of group oneadmin may name a PATH on the controller; upload the image instead.", "PATH", path);
        if (path is not { Length: > 0 } && uploadBytes is null && !(long.TryParse(size, CultureInfo.InvariantCulture, out var mb) && mb is > 0 and <= 1L << 30))
            return Refusal.Bad("SIZE", size, "An image needs a PATH, or a SIZE in MB for an empty one.");
        var format = (given["FORMAT"] ?? given["DRIVER"])?.ToLowerInvariant();
        if (format is not (null or "" or "qcow2" or "raw"))
            return Refusal.Bad("FORMAT", format, $"FORMAT must be qcow2 or raw, it is '{format}'.");

        var persistent = string.Equals(given["PERSISTENT"], "YES", StringComparison.OrdinalIgnoreCase);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TYPE"] = Permitted.Text(number),
            ["DISK_TYPE"] = "0",
            ["PERSISTENT"] = persistent ? "1" : "0",
            ["STATE"] = ImageImports.Locked,
            ["PREV_STATE"] = "0",
            ["MODTIME"] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["DATASTORE_ID"] = Permitted.Text(datastore),
            ["DATASTORE"] = store.Name,
            ["FS"] = given["FS"] ?? "",
        };
        if (path is { Length: > 0 })
            facts["PATH"] = path;
        else if (uploadBytes is { } bytes)
            facts["UPLOAD"] = bytes.ToString(CultureInfo.InvariantCulture);
        else
            facts["SIZE"] = size!;
        if (format is { Length: > 0 })
            facts["FORMAT"] = format;
        foreach (var empty in facts.Where(f => f.Value.Length == 0).Select(f => f.Key).ToList())
            facts.Remove(empty);

        var template = new[] { "TYPE", "PATH", "SIZE", "PERSISTENT", "FORMAT", "DRIVER", "FS", "SOURCE" }.Aggregate(given, (left, name) => left.Without(name));
        if (template["DEV_PREFIX"] is null)
            template = template.Set("DEV_PREFIX", type is "CDROM" ? "hd" : "vd");
        var answer = await pools.Allocate(who, PoolKind.Image, given["NAME"] ?? "", template, facts).ConfigureAwait(false);
        if (answer.Refusal is null && uploadBytes is null)
            imports.Begin(answer.Id);
        return answer;
    }

    /// <summary>Only an image that no living VM uses goes; its record first, then its file.</summary>
    public async Task<Answer> Delete(Subject who, int id)
    {
        if (pools.May(who, PoolKind.Image, id, Rights.Manage) is { } no)
            return no;
        if (UsedBy(id).ToList() is [var user, ..] users)
            return new Refusal(ErrorCode.Action, $"Cannot delete image {id}, VM {user.Id} ({user.Name}) and {users.Count - 1} others use it.", ObjectId: id);
        var answer = await pools.Delete(who, PoolKind.Image, id).ConfigureAwait(false);
        if (answer.Refusal is null)
            storage.Delete(id);
        return answer;
    }

    /// <summary>Living VMs with a disk of this image.</summary>
    public IEnumerable<VirtualMachine> UsedBy(int id)
    {
        var text = Permitted.Text(id);
        return cloud.Inventory.Vms.Ascending().Where(vm => vm.State is not VmState.Done && vm.Template.Vectors("DISK").Any(d => d["IMAGE_ID"] == text));
    }
}
