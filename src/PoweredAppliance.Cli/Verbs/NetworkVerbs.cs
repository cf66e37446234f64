using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered network</c>.</summary>
internal static class NetworkVerbs
{
    private static readonly Pool<Network> Pool = new()
    {
        Kind = "network",
        Title = "network",
        All = (client, stop) => client.ListNetworks(stop: stop),
        One = (client, id, stop) => client.GetNetwork(id, stop),
        Find = Lookup.Network,
        Id = n => n.Id,
        Read = c => c.Network,
        Wrap = n => new Change { Kind = "network", Sequence = 0, Network = n },
        JsonOfAll = WireJson.Default.IReadOnlyListNetwork,
        JsonOfOne = WireJson.Default.Network,
        None = "no virtual networks yet; create one with OpenNebula's `onevnet create FILE`",
        Table = (networks, _) => Table(networks),
        Facts = (network, _) => Of(network),
    };

    public static Verb Build() => new("network", "Virtual networks")
    {
        PoolVerbs.List(Pool, "List virtual networks", "powered network list"),
        PoolVerbs.Show(Pool, "Show virtual networks and their addresses", "powered network show lan"),
    };

    private static Table Table(IReadOnlyList<Network> networks)
    {
        var table = new Table(
            ("ID", Side.Right),
            ("USER", Side.Left),
            ("GROUP", Side.Left),
            ("NAME", Side.Left),
            ("DRIVER", Side.Left),
            ("BRIDGE", Side.Left),
            ("LEASES", Side.Right),
            ("STATE", Side.Left));
        foreach (var n in networks)
            table.Add(
                n.Id,
                n.Owner,
                n.Group,
                n.Name,
                n.Driver,
                n.Bridge,
                $"{n.LeasesUsed}/{n.LeasesTotal}",
                new Cell(n.State, n.State == "READY" ? Tone.Good : Tone.Busy));
        return table;
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
}
