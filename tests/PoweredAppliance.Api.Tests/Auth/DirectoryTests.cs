using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Auth;

/// <summary>An appliance that asks a directory and a provider about names which no user has.</summary>
public sealed class Directories : IAsyncLifetime
{
    public Slapd Slapd { get; } = new();
    public Issuer Issuer { get; } = new();
    public Appliance Appliance { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Slapd.InitializeAsync();
        await Issuer.Start();
        var server = new LdapServer
        {
            Name = "test",
            Host = "127.0.0.1",
            Port = Slapd.Port,
            User = Slapd.Admin,
            Password = Slapd.AdminPassword,
            Base = Slapd.Base,
            UserField = "uid",
            Timeout = TimeSpan.FromMinutes(2),
        };
        Appliance = new(new AuthSettings { DefaultDrivers = ["oidc", "ldap"], Ldap = new([[server]], []), Oidc = new(Issuer.Address, "powered") });
        await Appliance.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Appliance is not null)
            await Appliance.DisposeAsync();
        await Issuer.DisposeAsync();
        await Slapd.DisposeAsync();
    }
}

public sealed class DirectoryTests(Directories all) : IClassFixture<Directories>
{
    private Appliance Appliance => all.Appliance;

    private PooledObject User(string name) => Appliance.Cloud.Inventory.All(PoolKind.User).Values.Single(u => u.Name == name);

    private async Task<HttpStatusCode> Bearer(string token)
    {
        using var http = Appliance.Bearer(token);
        return (await http.GetAsync("users/me")).StatusCode;
    }

    [Fact]
    public async Task Who_the_directory_knows_becomes_a_user_at_his_first_login_and_stays_one()
    {
        using var ben = Appliance.Client("ben", Slapd.PasswordOf("ben"));
        var me = await ben.GetMe();
        Assert.Equal(("ben", "ldap", 1), (me.Name, me.AuthDriver, me.GroupId));
        Assert.Equal(Uri.EscapeDataString(Slapd.Dn("ben")), User("ben").Fact("PASSWORD"));
        using var wrong = Appliance.Client("ben", "wrong");
        Assert.Equal(401, (await Assert.ThrowsAsync<PoweredException>(() => wrong.GetMe())).Problem!.Status);
        using var nobody = Appliance.Client("no-such-person", "x");
        Assert.Equal(401, (await Assert.ThrowsAsync<PoweredException>(() => nobody.GetMe())).Problem!.Status);
        Assert.DoesNotContain(Appliance.Cloud.Inventory.All(PoolKind.User).Values, u => u.Name == "no-such-person");
    }

    [Fact]
    public async Task Groups_follow_the_directory_at_each_login()
    {
        using (var first = Appliance.Client("ann", Slapd.PasswordOf("ann")))
            Assert.Equal(1, (await first.GetMe()).GroupId);
        var group = await Appliance.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.Group, "developers", Core.Caller.Admin, 0, Template.Empty.Set("GROUP_DN", Slapd.Developers), System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty));
        Appliance.Time.Advance(TimeSpan.FromSeconds(901)); // what was accepted is over
        using var again = Appliance.Client("ann", Slapd.PasswordOf("ann"));
        Assert.Equal("developers", (await again.GetMe()).Group);
        Assert.Equal($"{group.Id}", User("ann").Fact("GIDS"));
    }

    [Fact]
    public async Task A_token_of_the_provider_lets_its_person_in_and_makes_him_a_user()
    {
        var token = all.Issuer.Token("olga", "sub-olga");
        using (var http = Appliance.Bearer(token))
            Assert.Equal(("olga", "oidc"), (await http.GetFromJsonAsync("users/me", WireJson.Default.User)) is { } me ? (me.Name, me.AuthDriver) : default);
        Assert.Equal("sub-olga", User("olga").Fact("PASSWORD"));
        using (var basic = Appliance.Client("olga", token)) // as OpenNebula's tools would send it
            Assert.Equal("olga", (await basic.GetMe()).Name);

        Assert.Equal(HttpStatusCode.Unauthorized, await Bearer(all.Issuer.Token("olga", "another-olga")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Bearer(all.Issuer.Token("oneadmin", "sub-olga")));
    }

    [Fact]
    public async Task Tokens_that_are_forged_expired_or_for_somebody_else_let_nobody_in()
    {
        using var another = RSA.Create(2048);
        string[] wrong =
        [
            all.Issuer.Token("eve", key: another), all.Issuer.Token("eve", audience: "other"), all.Issuer.Token("eve", issuer: "https://elsewhere.example"),
            all.Issuer.Token("eve", minutes: -5), all.Issuer.Forged("eve", "none"), all.Issuer.Forged("eve", "HS256"), all.Issuer.Token("eve")[..^4], "a.b.c",
        ];
        foreach (var token in wrong)
            Assert.Equal(HttpStatusCode.Unauthorized, await Bearer(token));
        Assert.DoesNotContain(Appliance.Cloud.Inventory.All(PoolKind.User).Values, u => u.Name == "eve");
    }
}
