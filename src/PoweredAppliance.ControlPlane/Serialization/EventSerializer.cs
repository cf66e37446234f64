using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>Writes events to the journal as JSON of their stored form, with a manifest <c>kind/event/version</c>, and reads every
/// form that was ever released.</summary>
public sealed class EventSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public const int Number = 2616;

    private static readonly Dictionary<string, JsonTypeInfo> Forms = new(StringComparer.Ordinal)
    {
        ["vm/created/1"] = StoredJson.Default.VmCreatedV1,
        ["vm/disks-filled/1"] = StoredJson.Default.DisksFilledV1,
        ["vm/snapshots-inherited/1"] = StoredJson.Default.SnapshotsInheritedV1,
        ["vm/action-taken/1"] = StoredJson.Default.ActionTakenV1,
        ["vm/offered/1"] = StoredJson.Default.OfferedV1,
        ["vm/offer-refused/1"] = StoredJson.Default.OfferRefusedV1,
        ["vm/placed/1"] = StoredJson.Default.PlacedV1,
        ["vm/unplaceable/1"] = StoredJson.Default.UnplaceableV1,
        ["vm/migration-begun/1"] = StoredJson.Default.MigrationBegunV1,
        ["vm/migration-granted/1"] = StoredJson.Default.MigrationGrantedV1,
        ["vm/migration-refused/1"] = StoredJson.Default.MigrationRefusedV1,
        ["vm/step-done/1"] = StoredJson.Default.StepDoneV1,
        ["vm/step-failed/1"] = StoredJson.Default.StepFailedV1,
        ["vm/observed/1"] = StoredJson.Default.ObservedV1,
        ["vm/change-begun/1"] = StoredJson.Default.ChangeBegunV1,
        ["vm/resize-begun/1"] = StoredJson.Default.ResizeBegunV1,
        ["vm/reconfigure-begun/1"] = StoredJson.Default.ReconfigureBegunV1,
        ["vm/execute-begun/1"] = StoredJson.Default.ExecuteBegunV1,
        ["vm/command-reported/1"] = StoredJson.Default.CommandReportedV1,
        ["vm/rules-set/1"] = StoredJson.Default.RulesSetV1,
        ["vm/reconfigured/1"] = StoredJson.Default.ReconfiguredV1,
        ["vm/schedule-set/1"] = StoredJson.Default.ScheduleSetV1,
        ["vm/schedule-dropped/1"] = StoredJson.Default.ScheduleDroppedV1,
        ["vm/disk-snapshot-renamed/1"] = StoredJson.Default.DiskSnapshotRenamedV1,
        ["vm/recovered/1"] = StoredJson.Default.RecoveredV1,
        ["vm/renamed/1"] = StoredJson.Default.RenamedV1,
        ["vm/user-template-set/1"] = StoredJson.Default.UserTemplateSetV1,
        ["vm/permissions-set/1"] = StoredJson.Default.PermissionsSetV1,
        ["vm/owner-set/1"] = StoredJson.Default.OwnerSetV1,
        ["vm/locked/1"] = StoredJson.Default.LockedV1,
        ["vm/unlocked/1"] = StoredJson.Default.UnlockedV1,
        ["host/configured/1"] = StoredJson.Default.ConfiguredV1,
        ["host/capacity-learned/1"] = StoredJson.Default.CapacityLearnedV1,
        ["host/claimed/1"] = StoredJson.Default.ClaimedV1,
        ["host/freed/1"] = StoredJson.Default.FreedV1,
        ["host/retired/1"] = StoredJson.Default.RetiredV1,
        ["pool/put/1"] = StoredJson.Default.PutV1,
        ["pool/dropped/1"] = StoredJson.Default.DroppedV1,
        ["zone/founded/1"] = StoredJson.Default.FoundedV1,
        ["zone/described/1"] = StoredJson.Default.DescribedV1,
        ["zone/enabled/1"] = StoredJson.Default.EnabledV1,
        ["hook/queued/1"] = StoredJson.Default.QueuedV1,
        ["hook/ran/1"] = StoredJson.Default.RanV1,
        ["hook/forgotten/1"] = StoredJson.Default.ForgottenV1,
    };

    /// <summary>The manifests this version reads, in their order of name.</summary>
    public static IEnumerable<string> Manifests => Forms.Keys.Order(StringComparer.Ordinal);

    public override int Identifier => Number;

    public override string Manifest(object o) => Store(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var (manifest, form) = Store(obj);
        return JsonSerializer.SerializeToUtf8Bytes(form, Forms[manifest]);
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Forms.TryGetValue(manifest, out var type))
            throw new SerializationException($"the journal holds an event '{manifest}' that this version cannot read; it was written by a newer one");
        return Restore(manifest, JsonSerializer.Deserialize(bytes, type));
    }

    /// <summary>The manifest, then the form.</summary>
    internal static void Write(Utf8JsonWriter to, object e)
    {
        var (manifest, form) = Store(e);
        to.WriteStringValue(manifest);
        JsonSerializer.Serialize(to, form, Forms[manifest]);
    }

    /// <summary>What <see cref="Write"/> wrote, from its manifest on.</summary>
    internal static object Read(ref Utf8JsonReader from)
    {
        var manifest = from.GetString()!;
        from.Read();
        return Restore(manifest, JsonSerializer.Deserialize(ref from, Forms[manifest]));
    }

    private static object Restore(string manifest, object? form)
    {
        if (form is null)
            throw new SerializationException($"an empty event '{manifest}'");
        return manifest[..manifest.IndexOf('/', StringComparison.Ordinal)] switch
        {
            "vm" => StoredVm.Restore(form),
            "host" => StoredHost.Restore(form),
            "pool" => StoredPool.Restore(form),
            "hook" => StoredHook.Restore(form),
            _ => StoredZone.Restore(form),
        };
    }

    private static (string Manifest, object Form) Store(object e) => e switch
    {
        VmProtocol.IEvent vm => StoredVm.Store(vm),
        HostProtocol.IEvent host => StoredHost.Store(host),
        PoolProtocol.IEvent pool => StoredPool.Store(pool),
        ZoneProtocol.IEvent zone => StoredZone.Store(zone),
        HookProtocol.IEvent hook => StoredHook.Store(hook),
        _ => throw new ArgumentException($"{e.GetType()} is no event of the journal", nameof(e)),
    };
}
