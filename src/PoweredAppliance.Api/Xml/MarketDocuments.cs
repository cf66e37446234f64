using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>MARKETPLACE and MARKETPLACEAPP</summary>
internal sealed class MarketDocuments(Inventory inventory)
{
    public void Market(DocumentWriter to, PooledObject market)
    {
        var room = inventory.RoomOf(market);
        to.Open("MARKETPLACE");
        to.Identity(inventory, market.Id, market.Owner, market.Name);
        to.Number("STATE", market.FactInt("STATE"));
        to.Text("MARKET_MAD", market.Fact("MARKET_MAD"));
        to.Text("ZONE_ID", market.Fact("ZONE_ID"));
        to.Number("TOTAL_MB", room.TotalMebibytes);
        to.Number("FREE_MB", room.FreeMebibytes);
        to.Number("USED_MB", room.UsedMebibytes);
        to.Ids("MARKETPLACEAPPS", inventory.All(PoolKind.MarketplaceApp).Values
            .Where(a => a.FactInt(MarketRules.MarketFact, -1) == market.Id).Select(a => a.Id));
        to.Permissions(market.Permissions);
        to.Template("TEMPLATE", market.Template);
        to.Close("MARKETPLACE");
    }

    public void App(DocumentWriter to, PooledObject app)
    {
        var market = app.FactInt(MarketRules.MarketFact, -1);
        to.Open("MARKETPLACEAPP");
        to.Number("ID", app.Id);
        to.Number("UID", app.Owner.User.Value);
        to.Number("GID", app.Owner.Group.Value);
        to.Text("UNAME", inventory.UserName(app.Owner.User.Value));
        to.Text("GNAME", inventory.GroupName(app.Owner.Group.Value));
        to.Lock(app.Lock);
        to.Number("REGTIME", app.RegTime);
        to.Text("NAME", app.Name);
        to.Text("ZONE_ID", app.Fact("ZONE_ID"));
        to.Text("ORIGIN_ID", app.Fact("ORIGIN_ID"));
        to.Text("SOURCE", app.Fact("SOURCE"));
        to.Text("MD5", app.Fact("MD5"));
        to.Number("SIZE", app.FactLong("SIZE"));
        to.Text("DESCRIPTION", app.Fact("DESCRIPTION"));
        to.Text("VERSION", app.Fact("VERSION"));
        to.Text("FORMAT", app.Fact("FORMAT"));
        to.Text("APPTEMPLATE64", app.Fact("APPTEMPLATE64"));
        to.Number("MARKETPLACE_ID", market);
        to.Text("MARKETPLACE", inventory.Find(PoolKind.Marketplace, market)?.Name);
        to.Number("STATE", (int)MarketRules.StateOf(app));
        to.Number("TYPE", (int)MarketRules.TypeOf(app));
        to.Permissions(app.Permissions);
        to.Template("TEMPLATE", app.Fact("ERROR") is { } why ? app.Template.Set("ERROR", Template.Carried(why)) : app.Template);
        to.Close("MARKETPLACEAPP");
    }
}
