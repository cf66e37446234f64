using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Pools;

/// <summary>Datastores, marketplaces and apps as their pools make them.</summary>
public sealed class StoreRulesTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static (PooledObject? Made, Refusal? Why) Make(PoolKind kind, string template, params (string Name, string Value)[] facts)
    {
        var decision = ObjectPool.Empty(kind).Decide(
            new PoolProtocol.Allocate(kind, "new", Caller.Admin, 0, Template.Parse(template), facts.ToImmutableSortedDictionary(f => f.Item1, f => f.Item2)), Noon);
        return (decision.Events is [PoolProtocol.Put put] ? put.Object : null, decision.Refusal);
    }

    [Theory]
    [InlineData("TM_MAD=qcow2", "No DS_MAD in template.")]
    [InlineData("DS_MAD=fs", "No TM_MAD in template.")]
    [InlineData("TYPE=SYSTEM_DS DS_MAD=fs TM_MAD=ssh", "SYSTEM datastores cannot have DS_MAD defined.")]
    [InlineData("DS_MAD=ceph TM_MAD=ceph", "DS_MAD named \"ceph\" is not defined in oned.conf")]
    [InlineData("DS_MAD=fs TM_MAD=nosuch", "TM_MAD named \"nosuch\" is not defined in oned.conf")]
    [InlineData("DS_MAD=fs TM_MAD=ssh DISK_TYPE=nosuch", "Unknown DISK_TYPE in template.")]
    [InlineData("TYPE=BACKUP_DS DS_MAD=restic", "DS_MAD named \"restic\" is not defined in oned.conf")]
    public void A_datastore_whose_driver_is_not_there_is_refused_in_OpenNebulas_words(string template, string text) =>
        Assert.Equal(text, Make(PoolKind.Datastore, template).Why?.Text);

    [Theory]
    [InlineData("DS_MAD=fs TM_MAD=qcow2", "ALLOW_ORPHANS=FORMAT CLONE_TARGET=SYSTEM CLONE_TARGET_SSH=SYSTEM DISK_TYPE=FILE DISK_TYPE_SSH=FILE DRIVER=qcow2 DS_MAD=fs LN_TARGET=NONE LN_TARGET_SSH=SYSTEM PERSISTENT_SNAPSHOTS=YES RESTRICTED_DIRS=/ SAFE_DIRS=/var/tmp TM_MAD=qcow2 TM_MAD_SYSTEM=ssh TYPE=IMAGE_DS", "/ds/1")]
    [InlineData("TYPE=system_ds TM_MAD=ssh", "ALLOW_ORPHANS=YES DISK_TYPE=FILE DS_LIVE_MIGRATE=YES DS_MIGRATE=YES DS_MIGRATE_SNAP=YES PERSISTENT_SNAPSHOTS=YES RESTRICTED_DIRS=/ SAFE_DIRS=/var/tmp SHARED=NO TM_MAD=ssh TYPE=SYSTEM_DS", "/ds/0")]
    [InlineData("TYPE=FILE_DS DS_MAD=fs TM_MAD=local SAFE_DIRS=/a", "ALLOW_ORPHANS=FORMAT CLONE_TARGET=SYSTEM DS_MAD=fs LN_TARGET=SYSTEM PERSISTENT_SNAPSHOTS=YES SAFE_DIRS=/a TM_MAD=local TYPE=FILE_DS", "/ds/1")]
    public void A_datastore_gets_what_its_drivers_say(string template, string made, string path)
    {
        var store = Make(PoolKind.Datastore, template, ("BASE_PATH", "/ds")).Made!;
        Assert.Equal(made, string.Join(' ', store.Template.Attributes.Select(a => $"{a.Name}={store.Template[a.Name]}")));
        Assert.Equal((100, path, "0"), (store.Id, store.Fact("BASE_PATH"), store.Fact("STATE")));
    }

    [Fact]
    public void An_updated_datastore_keeps_its_type_and_its_path()
    {
        var store = Make(PoolKind.Datastore, "DS_MAD=fs TM_MAD=ssh", ("BASE_PATH", "/ds")).Made!;
        var pool = ObjectPool.Empty(PoolKind.Datastore).Apply(new PoolProtocol.Put(PoolKind.Datastore, Noon, store));
        var decision = pool.Decide(new PoolProtocol.Update(PoolKind.Datastore, 100, Template.Parse("NOTE=x TYPE=SYSTEM_DS TM_MAD=qcow2"), Append: false), Noon);
        var next = ((PoolProtocol.Put)decision.Events.Single()).Object;
        Assert.Equal(("IMAGE_DS", "qcow2", "/ds/1", "x"), (next.Template["TYPE"], next.Fact("TM_MAD"), next.Fact("BASE_PATH"), next.Template["NOTE"]));
        Assert.NotNull(pool.Decide(new PoolProtocol.Update(PoolKind.Datastore, 100, Template.Parse("TM_MAD=nosuch"), Append: true), Noon).Refusal);
        Assert.Equal("Only SYSTEM_DS can be disabled or enabled", pool.Decide(new DatastoreRules.Enable(100, On: false), Noon).Refusal?.Text);
    }

    [Theory]
    [InlineData("", "No marketplace driver (MARKET_MAD) in template.")]
    [InlineData("MARKET_MAD=s3", "MARKET_MAD_CONF named \"s3\" is not defined in oned.conf")]
    [InlineData("MARKET_MAD=http PUBLIC_DIR=/srv", "MarketPlace template is missing the \"BASE_URL\" attribute or it's empty.")]
    [InlineData("MARKET_MAD=http BASE_URL=\"http://m\"", "MarketPlace template is missing the \"PUBLIC_DIR\" attribute or it's empty.")]
    [InlineData("MARKET_MAD=http BASE_URL=\"http://m\" PUBLIC_DIR=here", "PUBLIC_DIR must be an absolute path on the controller, it is 'here'.")]
    public void A_marketplace_needs_what_its_driver_needs(string template, string text) =>
        Assert.Equal((ErrorCode.Allocate, text), (Make(PoolKind.Marketplace, template).Why!.Code, Make(PoolKind.Marketplace, template).Why!.Text));

    [Theory]
    [InlineData("ORIGIN_ID=3", AppType.Image, AppState.Locked)]
    [InlineData("ORIGIN_ID=3 TYPE=image", AppType.Image, AppState.Locked)]
    [InlineData("ORIGIN_ID=-1 TYPE=VMTEMPLATE", AppType.VmTemplate, AppState.Ready)]
    [InlineData("ORIGIN_ID=-1 TYPE=SERVICE_TEMPLATE", AppType.ServiceTemplate, AppState.Ready)]
    public void An_app_of_an_image_waits_for_its_file(string template, AppType type, AppState state)
    {
        var app = Make(PoolKind.MarketplaceApp, $"{template} SOURCE=evil MD5=evil DESCRIPTION=d").Made!;
        Assert.Equal((type, state, "0.0", "d"), (MarketRules.TypeOf(app), MarketRules.StateOf(app), app.Fact("VERSION"), app.Fact("DESCRIPTION")));
        Assert.Null(app.Template["SOURCE"]);
        Assert.Null(app.Fact("SOURCE"));
    }

    [Fact]
    public void An_app_without_an_origin_is_none() =>
        Assert.Equal("Missing ORIGIN_ID for the MARKETPLACEAPP", Make(PoolKind.MarketplaceApp, "DESCRIPTION=d").Why?.Text);
}
