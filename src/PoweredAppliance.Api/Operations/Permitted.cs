using System.Globalization;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Operations;

/// <summary>Rules about owners and permission bits that all kinds share.</summary>
internal static class Permitted
{
    public static Caller Caller(this Subject who) => new(who.User, who.Group);

    /// <summary>Bits of a new object: by the UMASK of the user's template, else OpenNebula's DEFAULT_UMASK 177.</summary>
    public static int New(Inventory inventory, Subject who)
    {
        var own = inventory.Find(PoolKind.User, who.User.Value)?.Template["UMASK"];
        return Permissions.ForNew(who.User, who.Group, Permissions.FromOctal(own) ?? Permissions.DefaultUmask).Bits;
    }

    public static Refusal? Change(Subject who, Permissions now, int[] nine, int id, out int bits)
    {
        var changed = now.Change(nine);
        bits = changed?.Bits ?? 0;
        return changed is null ? new(ErrorCode.RpcApi, $"User [{who.User}] : Invalid permission value, each is 1, 0 or -1.", ObjectId: id) : null;
    }

    /// <summary>-1 leaves; others must exist.</summary>
    public static Refusal? Owner(Inventory inventory, int user, int group)
    {
        if (user >= 0 && inventory.Find(PoolKind.User, user) is null)
            return Refusal.NotFound("user", user);
        return group >= 0 && inventory.Find(PoolKind.Group, group) is null ? Refusal.NotFound("group", group) : null;
    }

    /// <summary>OpenNebula's number for a new image, marketplace or app that cannot be.</summary>
    public static Answer Allocated(Answer answer) => answer.Refusal is { Code: ErrorCode.Internal } why ? why with { Code = ErrorCode.Allocate } : answer;

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
