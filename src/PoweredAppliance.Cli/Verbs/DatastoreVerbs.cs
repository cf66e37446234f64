using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered datastore</c>.</summary>
internal static class DatastoreVerbs
{
    private static readonly Pool<Datastore> Pool = new()
    {
        Kind = "datastore",
        Title = "datastore",
        All = (client, stop) => client.ListDatastores(stop: stop),
        One = (client, id, stop) => client.GetDatastore(id, stop),
        Find = Lookup.Datastore,
        Id = d => d.Id,
        Read = c => c.Datastore,
        Wrap = d => new Change { Kind = "datastore", Sequence = 0, Datastore = d },
        JsonOfAll = WireJson.Default.IReadOnlyListDatastore,
        JsonOfOne = WireJson.Default.Datastore,
        None = "no datastores yet; a host brings its own when it is added with `powered host add`",
        Table = (stores, _) => Table(stores),
        Facts = (store, _) => Of(store),
    };

    public static Verb Build() => new("datastore", "Where disks lie")
    {
        PoolVerbs.List(Pool, "List datastores", "powered datastore list"),
        PoolVerbs.Show(Pool, "Show datastores and the images in them", "powered datastore show default"),
    };

    private static Table Table(IReadOnlyList<Datastore> stores)
    {
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
        foreach (var d in stores)
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
        return table;
    }

    private static Facts Of(Datastore d) => new Facts()
        .Add("id", d.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", d.Name)
        .Add("type", d.Type)
        .Add("state", d.State)
        .Add("path", d.Path)
        .Add("size", Human.Mib(d.TotalMib))
        .Add("used", Human.Mib(d.UsedMib))
        .Add("free", Human.Mib(d.FreeMib))
        .Add("images", d.Images.Count == 0 ? "none" : string.Join(' ', d.Images));
}
