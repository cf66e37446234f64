using PoweredAppliance.Api.Auth;
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
        var (listing, who) = (this, Who);
        return Range(ascending.Reverse().Where(o => listing.Shows(o.Owner, () => authority.May(who, Rights.Use, o) is null)), o => o.Id);
    }

    /// <inheritdoc cref="Pick(IEnumerable{PooledObject}, Authority)"/>
    public IEnumerable<VirtualMachine> Pick(IEnumerable<VirtualMachine> descending, Authority authority)
    {
        var (listing, who) = (this, Who);
        return Range(descending.Where(vm => listing.Shows(vm.Owner, () => authority.May(who, Rights.Use, vm) is null)), vm => vm.Id.Value);
    }

    private bool Shows(Caller owner, Func<bool> mayUse) => Flag switch
    {
        OfGroup => owner.Group == Who.Group && mayUse(),
        Mine => owner.User == Who.User,
        All => mayUse(),
        MineAndGroups => owner.User == Who.User || (Who.IsIn(owner.Group) && mayUse()),
        _ => owner.User.Value == Flag && mayUse(),
    };

    private IEnumerable<T> Range<T>(IEnumerable<T> seen, Func<T, int> id)
    {
        var (start, end) = (Start, End);
        if (end < -1)
            return seen.Skip(Math.Max(0, start)).Take((int)Math.Min(int.MaxValue, -(long)end));
        return start == -1 ? seen : seen.Where(o => id(o) >= start && (end == -1 || id(o) <= end));
    }
}
