using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vmpool.accounting and showback: what VMs used and cost, from their history.</summary>
internal sealed class AccountingMethods(Inventory inventory, Authority authority, Documents documents, ControlPlaneSettings settings, TimeProvider time) : IMethods
{
    private const int Open = -1, FirstYear = 1970, LastYear = 9998;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vmpool.accounting"] = c => Task.FromResult(Accounting(c)),
        ["one.vmpool.showback"] = c => Task.FromResult(List(c)),
        ["one.vmpool.calculateshowback"] = c => Task.FromResult(Calculate(c)),
    };

    /// <summary>Records that lasted beyond the start and began before the end, by VM and number.</summary>
    private Reply Accounting(Call call)
    {
        var listing = new PoolListing(call.Who, call.Int(1), -1, -1);
        if (listing.Wrong is { } wrong)
            return wrong;
        var (from, until) = (call.Int(2), call.Int(3));
        return documents.Accounting(Ascending(listing).SelectMany(vm => vm.History
            .Where(r => (r.IsOpen || from == Open || r.End > from) && (until == Open || r.Start < until))
            .Select(r => (vm, r))));
    }

    private Reply List(Call call)
    {
        var listing = new PoolListing(call.Who, call.Int(1), -1, -1);
        if ((listing.Wrong ?? Range(call, 2).Why) is { } wrong)
            return wrong;
        var ((from, until), zone) = (Range(call, 2).Range, time.LocalTimeZone);
        return documents.Showback(Ascending(listing).SelectMany(vm => Showback.Of(vm, settings.DefaultPrices, from, until, zone).Select(cost => (vm, cost))));
    }

    /// <summary>Costs are derived from the history whenever they are read, so those of every month are as they should be already.</summary>
    private Reply Calculate(Call call)
    {
        if (!call.Who.IsAdmin && call.Who.Group != Caller.Admin.Group)
            return new Refusal(ErrorCode.Authorization, "Action reserved for group 0 only");
        return Range(call, 1).Why is { } wrong ? wrong : " ";
    }

    private IEnumerable<VirtualMachine> Ascending(PoolListing listing) => listing.Pick(inventory.Vms.Descending(), authority).Reverse();

    /// <summary>Start month and year, end month and year, in this order from a parameter on; unix seconds, the end at most now.</summary>
    private ((long From, long Until) Range, Refusal? Why) Range(Call call, int index)
    {
        var (startMonth, startYear, endMonth, endYear) = (call.Int(index), call.Int(index + 1), call.Int(index + 2), call.Int(index + 3));
        foreach (var (name, value, least, most) in new[]
        {
            ("start_month", startMonth, 1, 12), ("start_year", startYear, FirstYear, LastYear),
            ("end_month", endMonth, 1, 12), ("end_year", endYear, FirstYear, LastYear),
        })
            if (value != Open && (value < least || value > most))
                return (default, new(ErrorCode.RpcApi, $"Incorrect {name}, it must be {Open} or between {least} and {most}, it is {value}", name, $"{value}"));
        var (zone, now) = (time.LocalTimeZone, time.GetUtcNow().ToUnixTimeSeconds());
        var from = startMonth == Open || startYear == Open ? 0 : Showback.Begins(new(startYear, startMonth, 1), zone);
        var until = endMonth == Open || endYear == Open ? now : Math.Min(now, Showback.Begins(new DateTime(endYear, endMonth, 1).AddMonths(1), zone));
        return ((from, until), null);
    }
}
