using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>Passwords, drivers and second factors of users.</summary>
public sealed class CredentialOperations(Cloud cloud, Authority authority, AuthDrivers drivers, TwoFactor twoFactor)
{
    /// <summary>The facts of a new user who is to prove himself by that driver; empty is core.</summary>
    public (IReadOnlyList<KeyValuePair<string, string>> Facts, Refusal? Why) New(string driverName, string password)
    {
        if (drivers.Named(driverName) is not ({ } driver, null))
            return ([], drivers.Named(driverName).Why);
        var (stored, why) = driver.Store(password);
        return why is null ? ([new("PASSWORD", stored!), new("AUTH_DRIVER", driver.Name), new("ENABLED", "1")], null) : ([], why);
    }

    /// <summary>As one.user.passwd does it: the user's login tokens are dropped.</summary>
    public Task<Answer> SetPassword(Subject who, int id, string password)
    {
        if (Find(who, id, Rights.Manage) is not ({ } user, null))
            return Task.FromResult<Answer>(Find(who, id, Rights.Manage).Why!);
        if (drivers.Named(user.Fact("AUTH_DRIVER") ?? "core") is not ({ } driver, null))
            return Task.FromResult<Answer>(drivers.Named(user.Fact("AUTH_DRIVER") ?? "core").Why!);
        if (!driver.LetsUsersChangePasswords && !who.IsAdmin)
            return Task.FromResult<Answer>(new Refusal(ErrorCode.Action, $"Password for driver {driver.Name} cannot be changed.", ObjectId: id));
        var (stored, why) = driver.Store(password);
        return why is null ? Set(id, ("PASSWORD", stored!), ("TOKENS", "")) : Task.FromResult<Answer>(why);
    }

    /// <summary>
    /// As one.user.chauth does it. A driver that is not set up here is taken too, as OpenNebula does: the user stays out until it is, or
    /// until he gets another. No password is kept for it, since only a driver knows how one may be kept; and nobody shuts himself out by it.
    /// </summary>
    /// <param name="password">empty: what is stored stays</param>
    public Task<Answer> SetDriver(Subject who, int id, string driverName, string password)
    {
        if (Find(who, id, Rights.Admin) is not ({ } user, null))
            return Task.FromResult<Answer>(Find(who, id, Rights.Admin).Why!);
        if (drivers.Named(driverName) is not ({ } driver, null))
            return user.Id == who.User.Value || Names.Check(null, driverName) is not null
                ? Task.FromResult<Answer>(drivers.Named(driverName).Why!)
                : Set(id, ("AUTH_DRIVER", driverName), ("PASSWORD", ""), ("TOKENS", ""));
        if (password.Length == 0 && driver == drivers.Core && user.Fact("AUTH_DRIVER") is not (null or "core"))
            return Task.FromResult<Answer>(new Refusal(ErrorCode.Action, $"User {user.Name} has no password of the driver core yet; give one.", "PASSWORD", ObjectId: id));
        if (password.Length == 0)
            return Set(id, ("AUTH_DRIVER", driver.Name));
        var (stored, why) = driver.Store(password);
        return why is null ? Set(id, ("AUTH_DRIVER", driver.Name), ("PASSWORD", stored!), ("TOKENS", "")) : Task.FromResult<Answer>(why);
    }

    /// <summary>Null: people may put the user into groups and take him out.</summary>
    public Refusal? GroupsAreDrivers(PooledObject user) =>
        user.Fact("AUTH_DRIVER") is { } name && drivers.Find(name) is { SetsGroups: true }
            ? new(ErrorCode.Action, $"Groups cannot be manually managed for auth driver {name}", ObjectId: user.Id)
            : null;

    public async Task<((string Secret, string Address) Made, Refusal? Why)> BeginTwoFactor(Subject who)
    {
        var user = cloud.Inventory.Find(PoolKind.User, who.User.Value)!;
        return drivers.Find(user.Fact("AUTH_DRIVER") ?? "core") is { IsForPeople: true }
            ? await twoFactor.Begin(user).ConfigureAwait(false)
            : (default, new(ErrorCode.Action, $"User {user.Name} has no password: two-factor authentication is for people.", ObjectId: user.Id));
    }

    public Task<(IReadOnlyList<string> RecoveryCodes, Refusal? Why)> ConfirmTwoFactor(Subject who, string code) =>
        twoFactor.Confirm(cloud.Inventory.Find(PoolKind.User, who.User.Value)!, code);

    /// <summary>The user himself needs a code for it; whoever may administer him does not, since telephones get lost.</summary>
    public async Task<Answer> EndTwoFactor(Subject who, int id, string? code, CancellationToken stop)
    {
        if (cloud.Inventory.Find(PoolKind.User, id) is not { } user)
            return Refusal.NotFound("user", id);
        if (user.Id != who.User.Value)
            return authority.May(who, Rights.Admin, user) is { } no ? no : await twoFactor.End(user).ConfigureAwait(false);
        if (TwoFactor.IsOn(user) && (code is null || !await twoFactor.Use(user, code, stop).ConfigureAwait(false)))
            return new Refusal(ErrorCode.Authorization, "The code is wrong, or was used already.", "code");
        return await twoFactor.End(user).ConfigureAwait(false);
    }

    private (PooledObject? User, Refusal? Why) Find(Subject who, int id, Rights rights)
    {
        if (cloud.Inventory.Find(PoolKind.User, id) is not { } user)
            return (null, Refusal.NotFound("user", id));
        // Everybody manages himself; a driver is given by somebody else.
        return (user.Id == who.User.Value && rights is Rights.Manage) || authority.May(who, rights, user) is not { } no ? (user, null) : (null, no);
    }

    private Task<Answer> Set(int id, params (string Name, string Value)[] facts) => cloud.Pool(new PoolProtocol.SetFacts(
        PoolKind.User, id, facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)));
}
