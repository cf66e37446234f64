using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered network</c> and <c>powered datastore</c>.</summary>
internal static class NetworkVerbs
{
    public static Verb Networks()
    {
        var networks = NameArgument.Several("network", "Ids or names");
        return new Verb("network", "Virtual networks")
        {
            new Verb("list", "List virtual networks", RunList) { Examples = ["powered network list"] },
            new Verb("show", "Show virtual networks and their addresses", call => RunShow(call, call.Value(networks)))
            {
                Examples = ["powered network show lan"],
            }.With(networks),
        };
    }

    public static Verb Datastores() => new("datastore", "Where disks lie")
    {
        new Verb("list", "List datastores", RunStores) { Examples = ["powered datastore list"] },
    };

    private static async Task<int> RunList(Call call)
    {
        var all = await call.Client.ListNetworks(stop: call.Stop);
        if (call.Json)
        {
            call.PrintJson(all, WireJson.Default.IReadOnlyListNetwork);
            return Exit.Ok;
        }

        if (all.Count == 0)
        {
            call.Print("no virtual networks yet; create one with OpenNebula's `onevnet create FILE`");
            return Exit.Ok;
        }

        var table = new Table(
            ("ID", Side.Right),
            ("USER", Side.Left),
            ("GROUP", Side.Left),
            ("NAME", Side.Left),
            ("DRIVER", Side.Left),
            ("BRIDGE", Side.Left),
            ("LEASES", Side.Right),
            ("STATE", Side.Left));
        foreach (var n in all)
            table.Add(
                n.Id,
                n.Owner,
                n.Group,
                n.Name,
                n.Driver,
                n.Bridge,
                $"{n.LeasesUsed}/{n.LeasesTotal}",
                new Cell(n.State, n.State == "READY" ? Tone.Good : Tone.Busy));
        call.Print(table);
        return Exit.Ok;
    }

    private static async Task<int> RunShow(Call call, IReadOnlyList<string> words)
    {
        List<Network> found = [];
        var code = await call.Each(
            words,
            async word => found.Add(await call.Client.GetNetwork(await Lookup.Network(call, word), call.Stop)));
        if (call.Json && words.Count > 1)
            call.PrintJson(found, WireJson.Default.IReadOnlyListNetwork);
        else if (call.Json && found.Count > 0)
            call.PrintJson(found[0], WireJson.Default.Network);
        else if (found.Count > 0)
            call.Print(string.Join('\n', found.Select(n => Of(n).Render(call.Shell.Colour))));
        return code;
    }

    private static Facts Of(Network n) => new Facts()
        .Add("id", n.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", n.Name)
        .Add("state", n.State)
        .Add("owner", $"{n.Owner} (group {n.Group})")
        .Add("driver", n.Driver)
        .Add("bridge", n.Bridge)
        .Add("vlan", n.VlanId?.ToString(CultureInfo.InvariantCulture))
        .Add("leases", $"{n.LeasesUsed} of {n.LeasesTotal} used")
        .AddAll("addresses", n.Ranges.Select(r => $"{r.Id} {r.Type} {r.Ip ?? "-"} {r.Mac}: {r.Used} of {r.Size} used"));

    private static async Task<int> RunStores(Call call)
    {
        var all = await call.Client.ListDatastores(stop: call.Stop);
        if (call.Json)
        {
            call.PrintJson(all, WireJson.Default.IReadOnlyListDatastore);
            return Exit.Ok;
        }

        if (all.Count == 0)
        {
            call.Print("no datastores yet; a host brings its own when it is added with `powered host add`");
            return Exit.Ok;
        }

        var table = new Table(
            ("ID", Side.Right),
            ("NAME", Side.Left),
            ("TYPE", Side.Left),
            ("SIZE", Side.Right),
            ("USED", Side.Right),
            ("FREE", Side.Right),
            ("IMAGES", Side.Right),
            ("STATE", Side.Left),
            ("PATH", Side.Left));
        foreach (var d in all)
            table.Add(
                d.Id,
                d.Name,
                d.Type,
                Human.Mib(d.TotalMib),
                Human.Mib(d.UsedMib),
                Human.Mib(d.FreeMib),
                d.Images.Count,
                d.State,
                d.Path);
        call.Print(table);
        return Exit.Ok;
    }
}
