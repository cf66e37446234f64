using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>USER, GROUP and their quotas, for one document. In a pool the quotas stand beside the user, not inside.</summary>
internal sealed class PeopleDocuments(Inventory inventory)
{
    private readonly Lazy<VmUsage> _usage = new(() => new VmUsage(inventory));

    private static readonly string[] QuotaKinds = ["DATASTORE_QUOTA", "NETWORK_QUOTA", "VM_QUOTA", "IMAGE_QUOTA"];

    public void User(DocumentWriter to, PooledObject user)
    {
        to.Open("USER");
        UserHead(to, user);
        Limits(to, _usage.Value.OfUser(user.Id));
        Defaults(to, "DEFAULT_USER_QUOTAS");
        to.Close("USER");
    }

    public void UserInPool(DocumentWriter to, PooledObject user)
    {
        to.Open("USER");
        UserHead(to, user);
        to.Close("USER");
        QuotasBeside(to, user.Id, _usage.Value.OfUser(user.Id));
    }

    public void Group(DocumentWriter to, PooledObject group)
    {
        to.Open("GROUP");
        GroupHead(to, group);
        Limits(to, _usage.Value.OfGroup(group.Id));
        VlanRules(to, group.Id);
        Defaults(to, "DEFAULT_GROUP_QUOTAS");
        to.Close("GROUP");
    }

    public void GroupInPool(DocumentWriter to, PooledObject group)
    {
        to.Open("GROUP");
        GroupHead(to, group);
        to.Close("GROUP");
        QuotasBeside(to, group.Id, _usage.Value.OfGroup(group.Id));
        VlanRules(to, group.Id);
    }

    public static void Defaults(DocumentWriter to, string name)
    {
        to.Open(name);
        Limits(to, null);
        to.Close(name);
    }

    /// <summary>No secret leaves the appliance: PASSWORD is empty, and TOKEN is what the token is kept as, its SHA-256.</summary>
    private void UserHead(DocumentWriter to, PooledObject user)
    {
        var groups = user.FactIds("GIDS").DefaultIfEmpty(1).ToList();
        to.Number("ID", user.Id);
        to.Number("GID", groups[0]);
        to.Ids("GROUPS", groups.Order());
        to.Text("GNAME", inventory.GroupName(groups[0]));
        to.Text("NAME", user.Name);
        to.CData("PASSWORD", "");
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

    private static void QuotasBeside(DocumentWriter to, int id, VmUsage.Sum? usage)
    {
        to.Open("QUOTAS");
        to.Number("ID", id);
        Limits(to, usage);
        to.Close("QUOTAS");
    }

    /// <summary>There are no limits; what VMs use is shown all the same.</summary>
    private static void Limits(DocumentWriter to, VmUsage.Sum? usage)
    {
        foreach (var kind in QuotaKinds)
        {
            to.Open(kind);
            if (kind is "VM_QUOTA" && usage is { } used)
                used.WriteTo(to);
            to.Close(kind);
        }
    }

    private static void VlanRules(DocumentWriter to, int group)
    {
        to.Open("VLAN_RULES");
        to.CData("ID", group);
        to.Close("VLAN_RULES");
    }
}
