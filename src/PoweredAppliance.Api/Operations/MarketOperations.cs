using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>Marketplaces and what is in them.</summary>
public sealed class MarketOperations(Cloud cloud, Authority authority, PoolOperations pools, AppPublications publications)
{
    public async Task<Answer> Allocate(Subject who, Template given) =>
        Permitted.Allocated(await pools.Allocate(who, PoolKind.Marketplace, given["NAME"] ?? "", given).ConfigureAwait(false));

    /// <summary>Only an empty one goes.</summary>
    public async Task<Answer> Delete(Subject who, int id)
    {
        if (pools.May(who, PoolKind.Marketplace, id, Rights.Manage) is { } no)
            return no;
        return cloud.Inventory.All(PoolKind.MarketplaceApp).Values.Any(a => a.FactInt(MarketRules.MarketFact, -1) == id)
            ? new Refusal(ErrorCode.Action, $"Cannot delete marketplace. MARKETPLACE {id} is not empty.", ObjectId: id)
            : await pools.Delete(who, PoolKind.Marketplace, id).ConfigureAwait(false);
    }

    /// <summary>An app of the image ORIGIN_ID is LOCKED until its file is in the marketplace; those of templates are ready at once.</summary>
    public async Task<Answer> AllocateApp(Subject who, Template given, int market)
    {
        if (cloud.Inventory.Find(PoolKind.Marketplace, market) is not { } there)
            return new Refusal(ErrorCode.Internal, $"Cannot find associated MARKETPLACE ID = {market}", "MARKETPLACE_ID", Permitted.Text(market));
        if (authority.May(who, Rights.Use, there) is { } no)
            return no;
        if (there.Fact("STATE") is "1")
            return new Refusal(ErrorCode.Action, $"Marketplace {market} ({there.Name}) is disabled", "MARKETPLACE_ID", Permitted.Text(market));
        if (given["TYPE"] is { Length: > 0 } type && !type.Equals("IMAGE", StringComparison.OrdinalIgnoreCase))
            return Permitted.Allocated(await Make().ConfigureAwait(false));
        if (!int.TryParse(given["ORIGIN_ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var origin))
            return Permitted.Allocated(await Make().ConfigureAwait(false)); // which says what is missing
        if (pools.May(who, PoolKind.Image, origin, Rights.Use) is { } why)
            return why;
        var answer = await cloud.Holding([origin], LoanPurpose.Copy, Make).ConfigureAwait(false);
        if (answer.Refusal is null)
            publications.Begin(answer.Id);
        return Permitted.Allocated(answer);

        Task<Answer> Make() => pools.Allocate(who, PoolKind.MarketplaceApp, given["NAME"] ?? "", given, [new(MarketRules.MarketFact, Permitted.Text(market))]);
    }

    /// <summary>Its record first, then its file.</summary>
    public async Task<Answer> DeleteApp(Subject who, int id)
    {
        var app = cloud.Inventory.Find(PoolKind.MarketplaceApp, id);
        var answer = await pools.Delete(who, PoolKind.MarketplaceApp, id).ConfigureAwait(false);
        if (answer.Refusal is null && app is not null && cloud.Inventory.Find(PoolKind.Marketplace, app.FactInt(MarketRules.MarketFact)) is { } market)
            publications.Withdraw(app, market);
        return answer;
    }
}
