using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

public enum DatastoreType { Image, System, File, Backup }

/// <summary>
/// What a datastore's template must have and gets, by OpenNebula's rules for its drivers. The drivers are those that keep disks as files:
/// whatever they are called, images lie on the controller and VMs on their hosts.
/// </summary>
public static class DatastoreRules
{
    /// <summary>Fact in which <see cref="Made"/> gets the folder under which the datastores lie, and leaves the datastore's own.</summary>
    public const string PathFact = "BASE_PATH";

    /// <summary>What oned.conf says of the transfer drivers (7.4).</summary>
    private static readonly ImmutableDictionary<string, (string LnTarget, string CloneTarget, bool Shared, string? Driver, bool Ssh, string Orphans)> Transfer =
        new Dictionary<string, (string, string, bool, string?, bool, string)>
        {
            [Dummy] = ("NONE", "SYSTEM", true, null, false, "NO"),
            ["shared"] = ("NONE", "SYSTEM", true, null, true, "FORMAT"),
            ["qcow2"] = ("NONE", "SYSTEM", true, "qcow2", true, "FORMAT"),
            ["ssh"] = ("SYSTEM", "SYSTEM", false, null, false, "YES"),
            ["local"] = ("SYSTEM", "SYSTEM", false, null, false, "FORMAT"),
        }.ToImmutableDictionary(StringComparer.Ordinal);

    private static readonly ImmutableHashSet<string> Drivers = ["fs", Dummy];

    /// <summary>As OpenNebula's: it takes part in everything and keeps nothing, so that tools can be tried.</summary>
    private const string Dummy = "dummy";

    public static DatastoreType TypeOf(PooledObject store) => (DatastoreType)store.FactInt("TYPE");

    internal static (PooledObject? Made, Refusal? Why) Made(PooledObject o) => o.Id < ObjectPool.FirstId(PoolKind.Datastore)
        ? (o, null)
        : Completed(o with { Template = o.Template.Without(PathFact) }, o.Fact(PathFact) ?? "", o.Template["TYPE"] ?? "", old: null);

    /// <summary>A type is for life; drivers may change as long as the new ones exist.</summary>
    internal static (PooledObject? Made, Refusal? Why) Updated(PooledObject before, PooledObject next)
    {
        var given = next.Template;
        foreach (var (name, fact) in new[] { ("DS_MAD", before.Fact("DS_MAD")), ("TM_MAD", before.Fact("TM_MAD")) })
            if (string.IsNullOrEmpty(given[name]) && fact is { Length: > 0 } and not "-")
                given = given.Set(name, fact);
        if (TypeOf(before) is DatastoreType.System)
            given = given.Without("DS_MAD");
        return Completed(next with { Template = given }, "", Word(TypeOf(before)), before);
    }

    private static (PooledObject? Made, Refusal? Why) Completed(PooledObject o, string folder, string typeWord, PooledObject? old)
    {
        var template = o.Template;
        var type = typeWord.ToUpperInvariant() switch
        {
            "SYSTEM_DS" => DatastoreType.System,
            "FILE_DS" => DatastoreType.File,
            "BACKUP_DS" => DatastoreType.Backup,
            _ => DatastoreType.Image, // as OpenNebula reads what it does not know
        };
        var source = template["DS_MAD"] ?? "";
        if (type is DatastoreType.System && source.Length > 0)
            return (null, Refusal.Bad("DS_MAD", source, "SYSTEM datastores cannot have DS_MAD defined."));
        if (type is not DatastoreType.System && source.Length == 0)
            return (null, Refusal.Bad("DS_MAD", source, "No DS_MAD in template."));
        if (type is DatastoreType.Backup ? source is not Dummy : type is not DatastoreType.System && !Drivers.Contains(source))
            return (null, Refusal.Bad("DS_MAD", source, $"DS_MAD named \"{source}\" is not defined in oned.conf"));
        if (type is DatastoreType.Backup)
            return (Kept(o with { Template = template.Set("TYPE", Word(type)).Without("DISK_TYPE") }, type, source, "-", folder, old), null);
        var transfer = template["TM_MAD"] ?? "";
        if (transfer.Length == 0)
            return (null, Refusal.Bad("TM_MAD", transfer, "No TM_MAD in template."));
        if (!Transfer.TryGetValue(transfer, out var how))
            return (null, Refusal.Bad("TM_MAD", transfer, $"TM_MAD named \"{transfer}\" is not defined in oned.conf"));
        var kind = (template["DISK_TYPE"] ?? "").ToUpperInvariant();
        if (type is not DatastoreType.File && kind is not ("" or "FILE"))
            return (null, Refusal.Bad("DISK_TYPE", kind, kind is "BLOCK" or "RBD" or "ISCSI" or "GLUSTER" or "SHEEPDOG" or "FILESYSTEM"
                ? $"DISK_TYPE {kind} needs a driver that this appliance does not have; FILE is possible."
                : "Unknown DISK_TYPE in template."));

        template = template.Set("TYPE", Word(type)).Set("ALLOW_ORPHANS", how.Orphans).Set("PERSISTENT_SNAPSHOTS", "YES").Without("DISK_TYPE");
        template = type is DatastoreType.System
            ? template.Without("LN_TARGET").Without("CLONE_TARGET").Set("SHARED", how.Shared ? "YES" : "NO")
                .Set("DS_MIGRATE", "YES").Set("DS_LIVE_MIGRATE", "YES").Set("DS_MIGRATE_SNAP", "YES")
            : template.Without("SHARED").Set("LN_TARGET", how.LnTarget).Set("CLONE_TARGET", how.CloneTarget);
        if (type is not DatastoreType.System && how.Ssh)
            template = template.Set("TM_MAD_SYSTEM", "ssh").Set("LN_TARGET_SSH", "SYSTEM").Set("CLONE_TARGET_SSH", "SYSTEM").Set("DISK_TYPE_SSH", "FILE");
        if (type is not DatastoreType.System && how.Driver is { } driver)
            template = template.Set("DRIVER", driver);
        if (type is not DatastoreType.File)
            template = template.Set("DISK_TYPE", "FILE");
        if (string.IsNullOrEmpty(template["SAFE_DIRS"]) && string.IsNullOrEmpty(template["RESTRICTED_DIRS"]))
            template = template.Set("SAFE_DIRS", "/var/tmp").Set("RESTRICTED_DIRS", "/");

        return (Kept(o with { Template = template }, type, type is DatastoreType.System ? "-" : source, transfer, folder, old), null);
    }

    private static PooledObject Kept(PooledObject o, DatastoreType type, string source, string transfer, string folder, PooledObject? old)
    {
        var made = o.With("DS_MAD", source).With("TM_MAD", transfer);
        return old is not null ? made : made
            .With("TYPE", ((int)type).ToString(CultureInfo.InvariantCulture)).With("DISK_TYPE", "0").With("STATE", "0")
            .With(PathFact, $"{folder}/{(type is DatastoreType.System ? 0 : 1)}");
    }

    public static string Word(DatastoreType type) => $"{type.ToString().ToUpperInvariant()}_DS";

    /// <summary>A disabled system datastore takes no new VMs.</summary>
    public sealed record Enable(int Id, bool On) : PoolProtocol.Change(PoolKind.Datastore, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool) => TypeOf(o) is DatastoreType.System
            ? (o.With("STATE", On ? "0" : "1"), null)
            : (null, new(ErrorCode.Internal, "Only SYSTEM_DS can be disabled or enabled", ObjectId: Id));
    }
}
