using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>The elements that all owned objects begin with.</summary>
internal static class OwnedElements
{
    /// <summary>ID UID GID UNAME GNAME NAME</summary>
    public static void Identity(this DocumentWriter to, Inventory inventory, int id, Caller owner, string name) =>
        to.Identity(id, owner, inventory.UserName(owner.User.Value), inventory.GroupName(owner.Group.Value), name);

    /// <inheritdoc cref="Identity(DocumentWriter, Inventory, int, Caller, string)"/>
    public static void Identity(this DocumentWriter to, int id, Caller owner, string user, string group, string name)
    {
        to.Number("ID", id);
        to.Number("UID", owner.User.Value);
        to.Number("GID", owner.Group.Value);
        to.Text("UNAME", user);
        to.Text("GNAME", group);
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

    /// <summary>LOCK between them, as in all kinds that have it there; the others write the three by themselves.</summary>
    public static void Owned(this DocumentWriter to, Inventory inventory, PooledObject o)
    {
        to.Identity(inventory, o.Id, o.Owner, o.Name);
        to.Lock(o.Lock);
        to.Permissions(o.Permissions);
    }

    /// <summary>Nothing where there is no lock. Calls have no numbers here: REQ_ID is -1.</summary>
    public static void Lock(this DocumentWriter to, ObjectLock? there)
    {
        if (there is null)
            return;
        to.Open("LOCK");
        to.Number("LOCKED", (int)there.Level);
        to.Number("OWNER", there.Owner.Value);
        to.Number("TIME", there.Time);
        to.Number("REQ_ID", -1);
        to.Close("LOCK");
    }

    /// <summary>Empty for one who is not there any more.</summary>
    public static string UserName(this Inventory inventory, int id) => inventory.Find(PoolKind.User, id)?.Name ?? "";
    public static string GroupName(this Inventory inventory, int id) => inventory.Find(PoolKind.Group, id)?.Name ?? "";
}
