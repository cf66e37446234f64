using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vmpool.*</summary>
internal sealed class VmPoolMethods(Inventory inventory, Authority authority, Documents documents)
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
        if (call.Text(5).Length > 0)
            return new Refusal(ErrorCode.Internal, "VMs cannot be searched by a query on this database.", "json_query", call.Text(5));
        var vms = inventory.Vms.Descending().Where(vm => state switch
        {
            AnyState => true,
            NotDone => vm.State is not VmState.Done,
            _ => (int)vm.State == state,
        });
        return documents.Vms(listing.Pick(vms, authority), extended);
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
            ids.Reverse().Select(id => inventory.Vms.Find(new(id))).OfType<VirtualMachine>().Where(vm => authority.May(call.Who, Rights.Use, vm) is null),
            call.Bool(2));
    }

    /// <summary>One sample of each VM is kept, the last.</summary>
    private Reply Monitoring(Call call)
    {
        var listing = new PoolListing(call.Who, call.Int(1), -1, -1);
        return listing.Wrong is { } wrong
            ? wrong
            : documents.Monitoring(listing.Pick(inventory.Vms.Descending().Where(vm => vm.State is not VmState.Done), authority));
    }

    private static bool TryId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
