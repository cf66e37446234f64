using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>USER, GROUP and their quotas, for one document. In a pool the quotas stand beside the user, not inside.</summary>
internal sealed class PeopleDocuments(Inventory inventory)
{
    public void User(DocumentWriter to, PooledObject user) => User(to, user, password: "");

    /// <summary>A server user as he himself sees him.</summary>
    public void Server(DocumentWriter to, PooledObject user) => User(to, user, user.Fact("PASSWORD") ?? "");

    private void User(DocumentWriter to, PooledObject user, string password)
    {
        to.Open("USER");
        UserHead(to, user, password);
        Quotas(to, new(IsGroup: false, user.Id));
        Defaults(to, ofGroups: false);
        to.Close("USER");
    }

    public void UserInPool(DocumentWriter to, PooledObject user)
    {
        to.Open("USER");
        UserHead(to, user);
        to.Close("USER");
        QuotasBeside(to, new(IsGroup: false, user.Id));
    }

    public void Group(DocumentWriter to, PooledObject group)
    {
        to.Open("GROUP");
        GroupHead(to, group);
        Quotas(to, new(IsGroup: true, group.Id));
        Vlans(to, group);
        Defaults(to, ofGroups: true);
        to.Close("GROUP");
    }

    public void GroupInPool(DocumentWriter to, PooledObject group)
    {
        to.Open("GROUP");
        GroupHead(to, group);
        to.Close("GROUP");
        QuotasBeside(to, new(IsGroup: true, group.Id));
        Vlans(to, group);
    }

    public void Defaults(DocumentWriter to, bool ofGroups)
    {
        to.Open(ofGroups ? "DEFAULT_GROUP_QUOTAS" : "DEFAULT_USER_QUOTAS");
        QuotaElements.Write(to, inventory.DefaultLimits(ofGroups), ImmutableDictionary<QuotaKey, decimal>.Empty, inventory.Usages.Generic, asDefaults: true);
        to.Close(ofGroups ? "DEFAULT_GROUP_QUOTAS" : "DEFAULT_USER_QUOTAS");
    }

    /// <summary>No secret is told to anybody else: PASSWORD is empty, and TOKEN is what the token is kept as, its SHA-256.</summary>
    private void UserHead(DocumentWriter to, PooledObject user, string password = "")
    {
        var groups = user.FactIds("GIDS").DefaultIfEmpty(1).ToList();
        to.Number("ID", user.Id);
        to.Number("GID", groups[0]);
        to.Ids("GROUPS", groups.Order());
        to.Text("GNAME", inventory.GroupName(groups[0]));
        to.Text("NAME", user.Name);
        to.CData("PASSWORD", password);
        to.CData("AUTH_DRIVER", user.Fact("AUTH_DRIVER") ?? "core");
        to.Number("ENABLED", user.FactInt("ENABLED", 1));
        foreach (var token in LoginToken.All(user))
        {
            to.Open("LOGIN_TOKEN");
            to.Text("TOKEN", token.Hash);
            to.Number("EXPIRATION_TIME", token.ExpirationTime);
            to.Number("EGID", token.EffectiveGroup);
            to.Close("LOGIN_TOKEN");
        }

        to.Template("TEMPLATE", user.Template);
    }

    private void GroupHead(DocumentWriter to, PooledObject group)
    {
        to.Number("ID", group.Id);
        to.Text("NAME", group.Name);
        to.Template("TEMPLATE", group.Template);
        to.Ids("USERS", inventory.All(PoolKind.User).Values.Where(u => u.FactIds("GIDS").Contains(group.Id)).Select(u => u.Id));
        to.Ids("ADMINS", group.FactIds("ADMINS"));
    }

    private void QuotasBeside(DocumentWriter to, QuotaHolder holder)
    {
        to.Open("QUOTAS");
        to.Number("ID", holder.Id);
        Quotas(to, holder);
        to.Close("QUOTAS");
    }

    /// <summary>What number 0 keeps are the defaults of the others; it has no limits itself.</summary>
    private void Quotas(DocumentWriter to, QuotaHolder holder) => QuotaElements.Write(
        to, holder.Id == 0 ? QuotaLimits.None : inventory.Limits(holder), inventory.Usages.Of(holder), inventory.Usages.Generic, asDefaults: false);

    private static void Vlans(DocumentWriter to, PooledObject group)
    {
        to.Open("VLAN_RULES");
        to.CData("ID", group.Id);
        foreach (var rule in group.Fact(VlanRules.Fact) is { } rules ? Template.Parse(rules).Vectors("RULE") : [])
        {
            to.Open("RULE");
            foreach (var (key, value) in rule.Pairs)
                to.CData(key, value);
            to.Close("RULE");
        }

        to.Close("VLAN_RULES");
    }
}
