using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Auth;

/// <summary>Brings what a directory says about a person into the user pool: a new user at his first login, his groups at each.</summary>
public sealed class Newcomers(Cloud cloud, ILogger<Newcomers> log)
{
    private const int OnlySelf = 0b110_000_000;

    /// <summary>The user that the person is; null: he cannot become one, and the log says why.</summary>
    public async Task<PooledObject?> Welcome(OutsideIdentity person, string driver)
    {
        var known = cloud.Inventory.All(PoolKind.User).Values.FirstOrDefault(u => u.Name == person.Name);
        if (known is not null && (known.Fact("AUTH_DRIVER") != driver || known.Fact("PASSWORD") != person.Stored))
        {
            log.LogWarning("{Name} of {Driver} cannot become a user: the name belongs to user {Id} of {Other}", person.Name, driver, known.Id, known.Fact("AUTH_DRIVER"));
            return null;
        }

        if (known is not null)
            return await Bring(known, person).ConfigureAwait(false);
        var groups = Existing(person.Groups);
        if (groups.Count == 0)
        {
            log.LogWarning("{Name} of {Driver} cannot become a user: groups {Groups} do not exist", person.Name, driver, person.Groups);
            return null;
        }

        var answer = await cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.User, person.Name, Caller.Admin, OnlySelf, Template.Empty,
            Facts(("PASSWORD", person.Stored), ("AUTH_DRIVER", driver), ("ENABLED", "1"), ("GIDS", Text(groups))))).ConfigureAwait(false);
        if (answer.Refusal is { } why)
        {
            log.LogWarning("{Name} of {Driver} cannot become a user: {Why}", person.Name, driver, why.Text);
            return null;
        }

        log.LogInformation("{Name} of {Driver} became user {Id}", person.Name, driver, answer.Id);
        await Administer(answer.Id, person).ConfigureAwait(false);
        return cloud.Inventory.Find(PoolKind.User, answer.Id);
    }

    /// <summary>The user with the groups that he is in now. His primary one stays while it is among them.</summary>
    public async Task<PooledObject> Bring(PooledObject user, OutsideIdentity person)
    {
        var (before, groups) = (user.FactIds("GIDS").ToList(), Existing(person.Groups));
        if (groups.Count == 0)
            return user;
        IReadOnlyList<int> now = before is [var primary, ..] && groups.Contains(primary) ? [primary, .. groups.Where(g => g != primary)] : groups;
        if (!now.SequenceEqual(before))
            await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.User, user.Id, Facts(("GIDS", Text(now))))).ConfigureAwait(false);
        await Administer(user.Id, person).ConfigureAwait(false);
        return cloud.Inventory.Find(PoolKind.User, user.Id) ?? user;
    }

    private async Task Administer(int user, OutsideIdentity person)
    {
        foreach (var id in person.AdminOf)
            if (cloud.Inventory.Find(PoolKind.Group, id) is { } group && !group.FactIds("ADMINS").Contains(user))
                await cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Group, id, Facts(("ADMINS", Text([.. group.FactIds("ADMINS"), user]))))).ConfigureAwait(false);
    }

    private List<int> Existing(IEnumerable<int> groups) => [.. groups.Where(g => cloud.Inventory.Find(PoolKind.Group, g) is not null)];

    private static string Text(IEnumerable<int> ids) => string.Join(',', ids.Select(i => i.ToString(CultureInfo.InvariantCulture)));

    private static ImmutableSortedDictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
}
