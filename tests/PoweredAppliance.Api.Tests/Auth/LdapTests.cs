using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Auth;

public sealed class LdapTests(Slapd slapd) : IClassFixture<Slapd>
{
    private LdapServer Server => new()
    {
        Name = "test",
        Host = "127.0.0.1",
        Port = slapd.Port,
        User = Slapd.Admin,
        Password = Slapd.AdminPassword,
        Base = Slapd.Base,
        UserField = "uid",
        Timeout = TimeSpan.FromMinutes(2),
    };

    private static LdapPasswords Driver(params LdapServer[] servers)
    {
        var inventory = new Inventory();
        PooledObject Group(int id, string name, string dn) => new(
            PoolKind.Group, id, name, Caller.Admin, 0, 0, Template.Empty.Set("GROUP_DN", dn), ImmutableSortedDictionary<string, string>.Empty);
        inventory.Put(PoolKind.Group, new[] { Group(100, "dev", Slapd.Developers.ToUpperInvariant()), Group(101, "ops", $"cn=ops,{Slapd.Base}") }.ToImmutableSortedDictionary(g => g.Id, g => g), 100);
        return new(new([servers], []), new(inventory), NullLogger<LdapPasswords>.Instance);
    }

    private static Task<Proof> Prove(LdapPasswords driver, string user, string secret) => driver.Prove(new(user, null, secret, null, default), CancellationToken.None);

    [Fact]
    public async Task The_directorys_password_is_right_and_no_other_and_groups_are_mapped()
    {
        var driver = Driver(Server);
        var ann = await Prove(driver, "Ann", Slapd.PasswordOf("ann"));
        Assert.True(ann.IsRight, ann.Why);
        Assert.Equal(("ann", Uri.EscapeDataString(Slapd.Dn("ann"))), (ann.Identity!.Name, ann.Identity.Stored));
        Assert.Equal([100], ann.Identity.Groups);
        Assert.Equal([1], (await Prove(driver, "ben", Slapd.PasswordOf("ben"))).Identity!.Groups);
        Assert.True((await Prove(driver, "odd*name", Slapd.PasswordOf("odd*name"))).IsRight);
        (string, string)[] wrong = [("ann", "wrong"), ("ann", Slapd.PasswordOf("ben")), ("nobody", "x"), ("*", Slapd.PasswordOf("ann")), ("ann)(uid=*", "x"), ("ann", "")];
        foreach (var (user, secret) in wrong)
            Assert.True(await Prove(driver, user, secret) is { IsRight: false, IsDecided: true }, user);
    }

    [Fact]
    public async Task Groups_are_found_by_their_members_too_and_a_leader_administers_them()
    {
        var driver = Driver(Server with { Rfc2307Bis = false, GroupAdminGroupDn = Slapd.Leads });
        var ann = await Prove(driver, "ann", Slapd.PasswordOf("ann"));
        Assert.Equal([100], ann.Identity!.Groups);
        Assert.Equal([100], ann.Identity.AdminOf);
        Assert.Empty((await Prove(driver, "ben", Slapd.PasswordOf("ben"))).Identity!.AdminOf);
    }

    [Fact]
    public async Task Who_is_not_in_the_group_that_is_asked_for_or_in_no_mapped_one_does_not_come_in()
    {
        Assert.True((await Prove(Driver(Server with { Group = Slapd.Leads }), "ann", Slapd.PasswordOf("ann"))).IsRight);
        Assert.False((await Prove(Driver(Server with { Group = Slapd.Leads }), "ben", Slapd.PasswordOf("ben"))).IsRight);
        Assert.False((await Prove(Driver(Server with { MappingDefault = null }), "ben", Slapd.PasswordOf("ben"))).IsRight);
    }

    [Fact]
    public async Task StartTLS_is_spoken_and_a_certificate_of_an_unknown_authority_is_not_believed()
    {
        var encrypted = Server with { Encryption = LdapEncryption.StartTls };
        var known = await Prove(Driver(encrypted with { CaFolder = slapd.Authorities }), "ann", Slapd.PasswordOf("ann"));
        Assert.True(known.IsRight, known.Why);
        Assert.True(await Prove(Driver(encrypted), "ann", Slapd.PasswordOf("ann")) is { IsRight: false, IsDecided: false });
    }

    [Fact]
    public async Task Of_several_servers_the_first_that_answers_decides_and_silence_is_no_verdict()
    {
        var dead = Server with { Port = 1, Name = "dead" };
        Assert.True((await Prove(Driver(dead, Server), "ann", Slapd.PasswordOf("ann"))).IsRight);
        Assert.True(await Prove(Driver(dead), "ann", Slapd.PasswordOf("ann")) is { IsRight: false, IsDecided: false });
    }
}
