using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered image</c>.</summary>
internal static class ImageVerbs
{
    public static Verb Build() => new("image", "Disk images")
    {
        new Verb(
            "list",
            "List images",
            RunList) { Examples = ["powered image list", "powered image list --watch"] }.With(Flags.Watch),
        Show(),
        ImageAddVerb.Build(),
        Remove(),
    };

    private static Verb Show()
    {
        var images = NameArgument.Several("image", "Ids or names");
        return new Verb("show", "Show all about images", call => RunShow(call, call.Value(images)))
        {
            Examples = ["powered image show debian-12"],
        }.With(images, Flags.Watch);
    }

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

    private static async Task<int> RunList(Call call)
    {
        if (call.Value(Flags.Watch))
            return await Live.Run(
                call,
                View(
                    only: null,
                    () => call.Client.ListImages(stop: call.Stop),
                    (images, height) => Table(call, images, height)));
        var all = await call.Client.ListImages(stop: call.Stop);
        if (call.Json)
            call.PrintJson(all, WireJson.Default.IReadOnlyListImage);
        else
            call.Print(Table(call, all, height: null));
        return Exit.Ok;
    }

    private static LiveView<Image> View(
        int? only, Func<Task<IReadOnlyList<Image>>> list, Func<IReadOnlyList<Image>, int?, string> render) =>
        new(
            "image",
            only,
            list,
            i => i.Id,
            c => c.Image,
            i => new Change { Kind = "image", Sequence = 0, Image = i },
            _ => true,
            render);

    private static string Table(Call call, IReadOnlyList<Image> images, int? height)
    {
        if (images.Count == 0)
            return "no images yet; add one with `powered image add NAME --file disk.qcow2`\n";
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

        return table.Render(call.Shell.Colour, call.Shell.OutIsTerminal ? call.Shell.Size().Width : null, height);
    }

    private static Tone ImageTone(Image i) => i.State switch
    {
        "READY" or "USED" or "USED_PERS" => Tone.Good,
        "ERROR" => Tone.Bad,
        "DISABLED" => Tone.Faint,
        _ => Tone.Busy,
    };

    private static async Task<int> RunShow(Call call, IReadOnlyList<string> words)
    {
        if (call.Value(Flags.Watch))
        {
            if (words.Count != 1)
                throw new Ending(Exit.Usage, "--watch shows one image");
            var id = await Lookup.Image(call, words[0]);
            return await Live.Run(call, View(
                id,
                async () => [await call.Client.GetImage(id, call.Stop)],
                (images, _) => images.Count == 0
                    ? $"image {id} is no more\n"
                    : Of(images[0], call.Shell.Time).Render(call.Shell.Colour)));
        }

        List<Image> found = [];
        var code = await call.Each(
            words,
            async word => found.Add(await call.Client.GetImage(await Lookup.Image(call, word), call.Stop)));
        if (call.Json && words.Count > 1)
            call.PrintJson(found, WireJson.Default.IReadOnlyListImage);
        else if (call.Json && found.Count > 0)
            call.PrintJson(found[0], WireJson.Default.Image);
        else if (found.Count > 0)
            call.Print(string.Join('\n', found.Select(i => Of(i, call.Shell.Time).Render(call.Shell.Colour))));
        return code;
    }

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
