using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// filter_flag, start_id and end_id of the pools. The flag: -4 objects of the caller's group, -3 his own, -2 all that he may use, -1 his
/// own and those of his groups that he may use, 0 and more those of that user that he may use. The range: (-1, -1) all, (a, -1) from a
/// on, (a, b) a to b; with b below -1 a is an offset and -b a page's size.
/// </summary>
internal readonly record struct PoolListing(Subject Who, int Flag, int Start, int End)
{
    private const int OfGroup = -4, Mine = -3, All = -2, MineAndGroups = -1;

    public Refusal? Wrong => Flag < OfGroup ? new(ErrorCode.RpcApi, "Incorrect filter_flag", "filter_flag", $"{Flag}") : null;

    public static PoolListing Of(Call call) => new(call.Who, call.Int(1), call.Int(2), call.Int(3));

    /// <summary>Highest id first.</summary>
    public IEnumerable<PooledObject> Pick(IEnumerable<PooledObject> ascending, Authority authority)
    {
        var listing = this;
        return Range(ascending.Reverse().Where(o => listing.Asks(o.Owner) && (listing.IsHis(o.Owner) || authority.Shows(listing.Who, o))), o => o.Id);
    }

    /// <summary>Where in the list of everything the page is that is asked for, by someone who sees everything; null: it cannot be said so.</summary>
    public (int Skip, int Take)? Page => (Flag is All && Who.IsAdmin, End < -1, Start) switch
    {
        (true, true, _) => (Math.Max(0, Start), (int)Math.Min(int.MaxValue, -(long)End)),
        (true, false, -1) => (0, int.MaxValue),
        _ => null,
    };

    /// <inheritdoc cref="Pick(IEnumerable{PooledObject}, Authority)"/>
    /// <param name="asked">what else a VM must be; it is asked of those only that are shown</param>
    public IEnumerable<VirtualMachine> Pick(IEnumerable<VirtualMachine> descending, Authority authority, Func<VirtualMachine, bool>? asked = null)
    {
        var listing = this;
        var shown = descending.Where(vm => listing.Asks(vm.Owner) && (listing.IsHis(vm.Owner) || authority.Shows(listing.Who, vm)));
        return Range(asked is null ? shown : shown.Where(asked), vm => vm.Id.Value);
    }

    /// <summary>The flag asks for objects of this owner.</summary>
    private bool Asks(Caller owner) => Flag switch
    {
        OfGroup => owner.Group == Who.Group,
        Mine => owner.User == Who.User,
        All => true,
        MineAndGroups => owner.User == Who.User || Who.IsIn(owner.Group),
        _ => owner.User.Value == Flag,
    };

    /// <summary>Shown whether he may use it or not.</summary>
    private bool IsHis(Caller owner) => Flag is Mine or MineAndGroups && owner.User == Who.User;

    private IEnumerable<T> Range<T>(IEnumerable<T> seen, Func<T, int> id)
    {
        var (start, end) = (Start, End);
        if (end < -1)
            return seen.Skip(Math.Max(0, start)).Take((int)Math.Min(int.MaxValue, -(long)end));
        return start == -1 ? seen : seen.Where(o => id(o) >= start && (end == -1 || id(o) <= end));
    }
}
