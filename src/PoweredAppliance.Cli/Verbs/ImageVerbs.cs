using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered image</c>.</summary>
internal static class ImageVerbs
{
    private static readonly Pool<Image> Pool = new()
    {
        Kind = "image",
        Title = "image",
        All = (client, stop) => client.ListImages(stop: stop),
        One = (client, id, stop) => client.GetImage(id, stop),
        Find = Lookup.Image,
        Id = i => i.Id,
        Read = c => c.Image,
        Wrap = i => new Change { Kind = "image", Sequence = 0, Image = i },
        JsonOfAll = WireJson.Default.IReadOnlyListImage,
        JsonOfOne = WireJson.Default.Image,
        None = "no images yet; add one with `powered image add NAME --file disk.qcow2`",
        Table = (images, _) => Table(images),
        Facts = Of,
    };

    public static Verb Build() => new("image", "Disk images")
    {
        PoolVerbs.List(Pool, "List images", "powered image list", "powered image list --watch"),
        PoolVerbs.Show(Pool, "Show all about images", "powered image show debian-12"),
        ImageAddVerb.Build(),
        Remove(),
    };

    private static Verb Remove()
    {
        var images = NameArgument.Several("image", "Ids or names");
        return new Verb("remove", "Delete images that no VM uses", call => call.Each(call.Value(images), async word =>
        {
            await call.Client.RemoveImage(await Lookup.Image(call, word), call.Stop);
            if (!call.Json)
                call.Print($"image {word} removed");
        }))
        {
            Examples = ["powered image remove debian-11"],
        }.With(images);
    }

    private static Table Table(IReadOnlyList<Image> images)
    {
        var table = new Table(
            ("ID", Side.Right),
            ("USER", Side.Left),
            ("GROUP", Side.Left),
            ("NAME", Side.Left),
            ("DATASTORE", Side.Left),
            ("SIZE", Side.Right),
            ("TYPE", Side.Left),
            ("FORMAT", Side.Left),
            ("PERSISTENT", Side.Left),
            ("VMS", Side.Right),
            ("STATE", Side.Left));
        foreach (var i in images)
        {
            table.Add(
                i.Id,
                i.Owner,
                i.Group,
                i.Name,
                i.Datastore,
                Human.Mib(i.SizeMib),
                i.Type,
                i.Format,
                i.Persistent ? "yes" : "no",
                i.UsedBy.Count,
                new Cell(i.Progress?.Percent is { } percent ? $"{i.State} {percent} %" : i.State, ImageTone(i)));
        }

        return table;
    }

    private static Tone ImageTone(Image i) => i.State switch
    {
        "READY" or "USED" or "USED_PERS" => Tone.Good,
        "ERROR" => Tone.Bad,
        "DISABLED" => Tone.Faint,
        _ => Tone.Busy,
    };

    private static Facts Of(Image i, TimeProvider time) => new Facts()
        .Add("id", i.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", i.Name)
        .Add("state", i.State, ImageTone(i))
        .Add("why", i.Reason)
        .Add("progress", i.Progress is { } p ? $"{p.Step}{(p.Percent is { } percent ? $" {percent} %" : "")}" : null)
        .Add("type", $"{i.Type}, {i.Format}{(i.Persistent ? ", persistent" : "")}")
        .Add("size", Human.Mib(i.SizeMib))
        .Add("owner", $"{i.Owner} (group {i.Group})")
        .Add("datastore", i.Datastore)
        .Add("source", i.Source)
        .Add("created", Human.Moment(i.Created, time))
        .Add("used by", i.UsedBy.Count == 0 ? "no VM" : "VM " + string.Join(' ', i.UsedBy));
}
