using System.Collections.Immutable;
using System.Security.Cryptography;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Daemon;

/// <summary>
/// What exists before anybody made it: oneadmin, the groups, cluster 0, the datastores, the default VDC, security group and ACL
/// rules, by OpenNebula's numbers. Each is made once; asking again changes nothing, so a start that was killed half way goes on.
/// </summary>
internal sealed class Founding(Cloud cloud, Settings settings)
{
    public string AuthFile => Path.Combine(settings.Data, "one_auth");

    public async Task Run()
    {
        await Group(0, "oneadmin");
        await Group(1, "users");
        if (cloud.Inventory.Find(PoolKind.User, 0) is null)
            await User(0, "oneadmin", "core", AdminPassword());
        await ServerUser();
        await Make(PoolKind.Cluster, 0, "default", Template.Empty.Set("RESERVED_CPU", "").Set("RESERVED_MEM", ""));
        await Datastore(0, "system", "1", "SYSTEM_DS");
        await Datastore(1, "default", "0", "IMAGE_DS");
        await Datastore(2, "files", "2", "FILE_DS");
        await Make(PoolKind.Vdc, 0, "default", Template.Empty.Set("DESCRIPTION", "Every new group belongs to this VDC and may use all of the zone."),
            ("GROUPS", "1"), ("CLUSTERS", "0:-10"));
        await Make(PoolKind.SecurityGroup, 0, "default", Template.Of(
            new SingleAttribute("DESCRIPTION", "Lets everything in and out. Networks without a security group of their own use it."),
            Rule("OUTBOUND"), Rule("INBOUND")), bits: 0b111_100_100);
        foreach (var rule in AccessControl.DefaultRules())
            await Make(PoolKind.Acl, rule.Id, $"rule-{rule.Id}", Template.Empty,
                ("USER", rule.UserHex), ("RESOURCE", rule.ResourceHex), ("RIGHTS", rule.RightsHex), ("ZONE", rule.ZoneHex));
    }

    private static VectorAttribute Rule(string direction) => new("RULE", [new("PROTOCOL", "ALL"), new("RULE_TYPE", direction)]);

    /// <summary>Written before the user is stored, so that a crash between leaves a file whose password becomes the user's.</summary>
    private string AdminPassword()
    {
        if (File.Exists(AuthFile) && File.ReadAllText(AuthFile).Trim() is var line && line.StartsWith("oneadmin:", StringComparison.Ordinal))
            return line["oneadmin:".Length..];
        var password = RandomText();
        Secret.Write(AuthFile, $"oneadmin:{password}\n");
        return password;
    }

    /// <summary>
    /// Servers such as Sunstone read the file. A serveradmin whose PASSWORD is not of his driver's form was founded before that driver
    /// existed: nobody could come in by him, so he gets a new one.
    /// </summary>
    private async Task ServerUser()
    {
        var known = cloud.Inventory.Find(PoolKind.User, 1);
        if (known is not null && !(known.Fact("AUTH_DRIVER") is "server_cipher" && known.Fact("PASSWORD")?.StartsWith("$argon2id$", StringComparison.Ordinal) == true))
            return;
        var shared = RandomText();
        Secret.Write(Path.Combine(settings.Data, "serveradmin_auth"), $"serveradmin:{shared}\n");
        if (known is null)
            await Make(PoolKind.User, 1, "serveradmin", Template.Empty, ("PASSWORD", ServerCipher.StoredOf(shared)), ("AUTH_DRIVER", "server_cipher"), ("ENABLED", "1"), ("GIDS", "0"));
        else if ((await cloud.Pool(new PoolProtocol.SetFacts(
            PoolKind.User, 1, ImmutableSortedDictionary<string, string>.Empty.Add("PASSWORD", ServerCipher.StoredOf(shared))))).Refusal is { } why)
            throw new InvalidOperationException($"serveradmin could not be given a shared password: {why}");
    }

    private static string RandomText() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private Task Group(int id, string name) => Make(PoolKind.Group, id, name, Template.Empty);

    private Task User(int id, string name, string driver, string password) => Make(PoolKind.User, id, name, Template.Empty,
        ("PASSWORD", Passwords.Hash(password, RandomNumberGenerator.GetBytes(16))), ("AUTH_DRIVER", driver), ("ENABLED", "1"), ("GIDS", "0"));

    private Task Datastore(int id, string name, string type, string typeWord) => Make(PoolKind.Datastore, id, name,
        Template.Empty.Set("TYPE", typeWord).Set("DS_MAD", "fs").Set("TM_MAD", "qcow2").Set("DISK_TYPE", "FILE")
            .Set("CLONE_TARGET", "SYSTEM").Set("LN_TARGET", "NONE").Set("ALLOW_ORPHANS", "NO").Set("SHARED", "NO"),
        bits: 0b110_100_000,
        ("DS_MAD", "fs"), ("TM_MAD", "qcow2"), ("BASE_PATH", $"{settings.DatastorePath}/{id}"), ("TYPE", type), ("DISK_TYPE", "0"), ("STATE", "0"),
        ("CLUSTER_IDS", "0"));

    private Task Make(PoolKind kind, int id, string name, Template template, params (string Name, string Value)[] facts) =>
        Make(kind, id, name, template, bits: 0b110_000_000, facts);

    private async Task Make(PoolKind kind, int id, string name, Template template, int bits, params (string Name, string Value)[] facts)
    {
        if (cloud.Inventory.Find(kind, id) is not null)
            return;
        var answer = await cloud.Pool(new PoolProtocol.Allocate(
            kind, name, Caller.Admin, bits, template, facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal), WantedId: id));
        if (answer.Refusal is { } why)
            throw new InvalidOperationException($"{kind} {id} ({name}) could not be founded: {why}");
    }
}
