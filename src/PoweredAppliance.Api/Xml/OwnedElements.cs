using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>The elements that all owned objects begin with.</summary>
internal static class OwnedElements
{
    /// <summary>ID UID GID UNAME GNAME NAME</summary>
    public static void Identity(this DocumentWriter to, Inventory inventory, int id, Caller owner, string name)
    {
        to.Number("ID", id);
        to.Number("UID", owner.User.Value);
        to.Number("GID", owner.Group.Value);
        to.Text("UNAME", inventory.UserName(owner.User.Value));
        to.Text("GNAME", inventory.GroupName(owner.Group.Value));
        to.Text("NAME", name);
    }

    public static void Permissions(this DocumentWriter to, int bits)
    {
        var permissions = new Permissions(bits);
        to.Open("PERMISSIONS");
        for (var place = 0; place < 9; place++)
            to.Number(Core.Access.Permissions.Names[place], permissions[place] ? 1 : 0);
        to.Close("PERMISSIONS");
    }

    public static void Owned(this DocumentWriter to, Inventory inventory, PooledObject o)
    {
        to.Identity(inventory, o.Id, o.Owner, o.Name);
        to.Permissions(o.Permissions);
    }

    /// <summary>Empty for one who is not there any more.</summary>
    public static string UserName(this Inventory inventory, int id) => inventory.Find(PoolKind.User, id)?.Name ?? "";
    public static string GroupName(this Inventory inventory, int id) => inventory.Find(PoolKind.Group, id)?.Name ?? "";

    /// <summary>A fact with numbers and commas, as GIDS and CLUSTER_IDS are; empty where it is not there.</summary>
    public static IEnumerable<int> FactIds(this PooledObject o, string name) => (o.Fact(name) ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
}
