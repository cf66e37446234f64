using System.Globalization;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

public sealed partial class ImageOperations
{
    /// <summary>How long the server of a PATH may take to say how much there is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Template attributes as of oneimage: NAME, TYPE, PATH (a file of the controller or a URL), SOURCE, SIZE (MB), PERSISTENT, FORMAT or
    /// DRIVER, DEV_PREFIX, MD5, SHA256; FROM_APP: an app of a marketplace.
    /// </summary>
    /// <param name="uploadBytes">the content will be put; PATH and SIZE are not needed</param>
    /// <param name="skipCapacity">administrators may do without the room</param>
    /// <param name="saving">the content will be a disk of this VM; its SIZE is given</param>
    public async Task<Answer> Allocate(Subject who, Template given, int datastore, long? uploadBytes = null, bool skipCapacity = false, VmId? saving = null)
    {
        if (cloud.Inventory.Find(PoolKind.Datastore, datastore) is not { } store)
            return Refusal.NotFound("datastore", datastore);
        if (authority.May(who, Rights.Use, store) is { } no)
            return no;
        if (DatastoreRules.TypeOf(store) is DatastoreType.System or DatastoreType.Backup)
            return new Refusal(ErrorCode.Allocate, "New images can only be allocated in a files or image datastore.", "DATASTORE", Permitted.Text(datastore));
        var ofApp = given["FROM_APP"] is { Length: > 0 };
        if (ofApp)
        {
            if (FromApp(who, given, out given) is { } unknown)
                return unknown;
        }
        else if (Restrictions.Given(who, "Template", PoolKind.Image, given) is { } restricted)
        {
            return restricted;
        }

        var (type, misfit) = Type(given, store);
        if (misfit is not null)
            return misfit;
        if (saving is null && Content(who, given, type, uploadBytes) is { } wrong)
            return wrong;
        var (path, source) = (Given(given, "PATH"), Given(given, "SOURCE"));
        var mebibytes = long.TryParse(given["SIZE"], CultureInfo.InvariantCulture, out var size) ? size : 0;
        if (uploadBytes is { } announced)
            mebibytes = (announced + (1 << 20) - 1) >> 20;
        else if ((path ?? source) is { } origin && !ofApp)
        {
            var (weight, unreadable) = await Weigh(new(origin, null)).ConfigureAwait(false);
            if (unreadable is not null)
                return unreadable;
            mebibytes = weight;
        }

        if (!(skipCapacity && who.IsAdmin) && source is null && Fits(mebibytes) is { } full)
            return full;

        var facts = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TYPE"] = Permitted.Text((int)type),
            ["DISK_TYPE"] = "0",
            ["PERSISTENT"] = type is ImageType.Os or ImageType.Datablock
                && (Given(given, "PERSISTENT") is { } said ? Yes(said) : Wishes(who, "DEFAULT_IMAGE_PERSISTENT_NEW") ?? false) ? "1" : "0",
            ["STATE"] = ImageImports.Locked,
            ["PREV_STATE"] = "0",
            ["MODTIME"] = Now(),
            ["DATASTORE_ID"] = Permitted.Text(datastore),
            ["DATASTORE"] = store.Name,
            ["FS"] = given["FS"],
            ["PATH"] = path,
            ["SOURCE"] = source,
            [ImageImports.Saving] = saving is { } vm ? Permitted.Text(vm.Value) : null,
            ["UPLOAD"] = uploadBytes?.ToString(CultureInfo.InvariantCulture),
            ["SIZE"] = mebibytes > 0 && uploadBytes is null ? mebibytes.ToString(CultureInfo.InvariantCulture) : null,
            ["FORMAT"] = path is null && source is null && uploadBytes is null && saving is null ? Given(store.Template, "DRIVER") ?? Format(given) : Format(given),
        };
        var template = new[] { "TYPE", "PATH", "SIZE", "PERSISTENT", "FORMAT", "DRIVER", "FS", "SOURCE" }.Aggregate(given, (left, name) => left.Without(name));
        if (type is not (ImageType.Os or ImageType.Datablock))
            template = template.Without("DEV_PREFIX");
        else if (Given(template, "DEV_PREFIX") is null)
            template = template.Set("DEV_PREFIX", "vd");
        var answer = await pools.Allocate(
            who, PoolKind.Image, given["NAME"] ?? "", template, facts.Where(f => f.Value is { Length: > 0 }).Select(f => new KeyValuePair<string, string>(f.Key, f.Value!)))
            .ConfigureAwait(false);
        if (answer.Refusal is null && uploadBytes is null && saving is null)
            imports.Begin(answer.Id);
        return Permitted.Allocated(answer);
    }

    /// <summary>What an app says takes the place of what was written.</summary>
    private Refusal? FromApp(Subject who, Template given, out Template told)
    {
        told = given;
        if (!int.TryParse(given["FROM_APP"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || cloud.Inventory.Find(PoolKind.MarketplaceApp, id) is not { } app)
            return new(ErrorCode.Internal, "Cannot determine image SIZE.", "FROM_APP", given["FROM_APP"]);
        if (authority.May(who, Rights.Use, app) is { } no)
            return no;
        if (MarketRules.StateOf(app) is not AppState.Ready || app.Fact("SOURCE") is not { } source)
            return new(ErrorCode.Action, $"Marketplace app {id} ({app.Name}) is {MarketRules.StateOf(app).ToString().ToUpperInvariant()} and has no file to be had.", "FROM_APP", given["FROM_APP"]);
        told = given.Without("SOURCE").Without("DRIVER").Set("PATH", source).Set("FORMAT", app.Fact("FORMAT") ?? "").Set("SIZE", app.Fact("SIZE") ?? "")
            .Set("FROM_APP_NAME", app.Name).Set("FROM_APP_MD5", app.Fact("MD5") ?? "");
        return null;
    }

    private static (ImageType Type, Refusal? Why) Type(Template given, PooledObject store)
    {
        var text = Given(given, "TYPE") ?? "OS";
        if (ImageRules.ReadType(text) is not { } type)
            return (default, new(ErrorCode.Allocate, $"Unknown type {text}; there are {string.Join(", ", Enum.GetNames<ImageType>().Select(n => n.ToUpperInvariant()))}.", "TYPE", text));
        var why = (DatastoreRules.TypeOf(store), type) switch
        {
            (_, ImageType.Backup) => "IMAGES of type BACKUP can only be registered in an BACKUP_DS datastore",
            (_, ImageType.Filesystem) => "IMAGES of type FILESYSTEM need a datastore of folders, which this appliance does not have",
            (DatastoreType.File, _) when !ImageRules.IsFile(type) => "Only IMAGES of type KERNEL, RAMDISK and CONTEXT can be registered in a FILE_DS datastore",
            (DatastoreType.Image, _) when ImageRules.IsFile(type) => "IMAGES of type KERNEL, RAMDISK and CONTEXT cannot be registered in an IMAGE_DS datastore",
            _ => null,
        };
        return (type, why is null ? null : new(ErrorCode.Allocate, why, "TYPE", text));
    }

    private static Refusal? Content(Subject who, Template given, ImageType type, long? uploadBytes)
    {
        var (path, source, fromApp) = (Given(given, "PATH"), Given(given, "SOURCE"), given["FROM_APP"] is { Length: > 0 });
        if (Format(given) is { } format and not ("qcow2" or "raw"))
            return Refusal.Bad("FORMAT", format, $"FORMAT must be qcow2 or raw, it is '{format}'.");
        if (path is not null && source is not null)
            return new(ErrorCode.Allocate, "PATH and SOURCE cannot be both set.", "SOURCE", source);
        if (source is not null && Format(given) is null)
            return new(ErrorCode.Allocate, "SOURCE needs FORMAT to be set.", "FORMAT", given["FORMAT"]);
        if (source is not null && !Path.IsPathRooted(source))
            return Refusal.Bad("SOURCE", source, $"SOURCE must be an absolute path on the controller, it is '{source}'.");
        var url = path is not null && Uri.TryCreate(path, UriKind.Absolute, out var read) && read.Scheme is "http" or "https";
        if (path is not null && !url && !Path.IsPathRooted(path))
            return Refusal.Bad("PATH", path, $"PATH must be an absolute path on the controller or an http or https URL, it is '{path}'.");
        if (path is not null && !url && !fromApp && !who.IsAdmin)
            return new(ErrorCode.Authorization, $"User [{who.User}] : Only members of group oneadmin may name a PATH on the controller; upload the image instead.", "PATH", path);
        if (path is not null || source is not null || uploadBytes is not null)
            return null;
        if (type is not (ImageType.Os or ImageType.Datablock))
            return new(ErrorCode.Allocate, "No PATH nor SOURCE in template.", "PATH", null);
        return long.TryParse(given["SIZE"], CultureInfo.InvariantCulture, out var size) && size is > 0 and <= 1L << 30
            ? null
            : Refusal.Bad("SIZE", given["SIZE"], "An image needs a PATH, or a SIZE in MB for an empty one.");
    }

    private async Task<(long Mebibytes, Refusal? Why)> Weigh(ImageOrigin origin)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            return (await storage.Weigh(origin, patience.Token).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is ImageRefusedException or UnauthorizedAccessException)
        {
            return (0, Refusal.Bad("PATH", origin.Path, $"Cannot parse image SIZE: {e.Message}"));
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or OperationCanceledException or IOException)
        {
            return (0, null); // what a slow server has shows when it comes
        }
    }

    private static string? Given(Template template, string name) => template[name] is { Length: > 0 } text ? text : null;

    private static string? Format(Template given) => (Given(given, "FORMAT") ?? Given(given, "DRIVER"))?.ToLowerInvariant();

    private static bool Yes(string? text) => string.Equals(text, "YES", StringComparison.OrdinalIgnoreCase);
}
