using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vmpool.*</summary>
internal sealed class VmPoolMethods(Inventory inventory, Authority authority, Documents documents) : IMethods
{
    private const int AnyState = -2, NotDone = -1;
    private const int MaxSet = 100_000;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vmpool.info"] = c => Task.FromResult(List(c, extended: false)),
        ["one.vmpool.infoextended"] = c => Task.FromResult(List(c, extended: true)),
        ["one.vmpool.infoset"] = c => Task.FromResult(Set(c)),
        ["one.vmpool.monitoring"] = c => Task.FromResult(Monitoring(c)),
    };

    private Reply List(Call call, bool extended)
    {
        var (listing, state) = (PoolListing.Of(call), call.Int(4));
        if (listing.Wrong is { } wrong)
            return wrong;
        if (state is < AnyState or > (int)VmState.CloningFailure)
            return new Refusal(ErrorCode.RpcApi, $"Incorrect state filter {state}", "state", $"{state}");
        if (!Search.TryParse(call.Text(5), out var search, out var error))
            return new Refusal(ErrorCode.Internal, $"The search query cannot be read: {error}", "json_query", call.Text(5));
        return state is NotDone && search.Equals(Search.Everything) && listing.Page is { } page
            ? documents.Living(page.Skip, page.Take, extended)
            : documents.Vms(Found(listing, state, search), extended);
    }

    private IEnumerable<VirtualMachine> Found(PoolListing listing, int state, Search search)
    {
        var vms = state is NotDone ? inventory.Vms.Living() : inventory.Vms.Descending().Where(vm => state is AnyState || (int)vm.State == state);
        var names = new OwnerNames(inventory);
        return listing.Pick(vms, authority, search.Equals(Search.Everything) ? null : vm => search.Finds(VmSearchTree.Of(new VmSources(vm, inventory, names))));
    }

    /// <summary>Ids with commas, <c>1:4</c> for a range; those that are not there, or may not be used, are left out.</summary>
    private Reply Set(Call call)
    {
        var ids = new SortedSet<int>();
        foreach (var part in call.Text(1).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = part.Split(':');
            if (ends.Length > 2 || !TryId(ends[0], out var first) || !TryId(ends[^1], out var last))
                return new Refusal(ErrorCode.RpcApi, $"Cannot read '{part}' of the set of ids", "ids", part);
            last = Math.Min(last, inventory.Vms.HighestId);
            if (last - (long)first + ids.Count > MaxSet)
                return new Refusal(ErrorCode.RpcApi, $"A set of more than {MaxSet} ids", "ids", part);
            for (var id = first; id <= last; id++)
                ids.Add(id);
        }

        return documents.Vms(
            ids.Reverse().Select(id => inventory.Vms.Find(new(id))).OfType<VirtualMachine>().Where(vm => authority.Shows(call.Who, vm)),
            call.Bool(2));
    }

    private Reply Monitoring(Call call)
    {
        var listing = new PoolListing(call.Who, call.Int(1), -1, -1);
        return listing.Wrong is { } wrong
            ? wrong
            : documents.Monitoring(listing.Pick(inventory.Vms.Living(), authority), call.Age(2));
    }

    private static bool TryId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
