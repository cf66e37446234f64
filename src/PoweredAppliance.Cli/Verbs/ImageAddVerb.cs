using System.CommandLine;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary>
/// <c>powered image add</c>: from a file here (sent, with a progress bar), from one on the controller or an address, or
/// empty.
/// </summary>
internal static class ImageAddVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "What it is to be called" };
    private static readonly Option<string?> FromFile = new("--file", "-f")
    {
        Description = "A file on this machine, to be sent",
        HelpName = "FILE",
    };
    private static readonly Option<string?> FromPath = new("--path")
    {
        Description = "A file on the controller, or an http(s) address",
        HelpName = "PATH",
    };
    private static readonly Option<string?> Size = new("--size")
    {
        Description = "An empty disk of this size: 10G",
        HelpName = "SIZE",
    };
    private static readonly Option<string?> Store = new("--datastore", "-d")
    {
        Description = "By id or name",
        HelpName = "DATASTORE",
    };
    private static readonly Option<string?> Type = new("--type")
    {
        Description = "os, cdrom, datablock, kernel or ramdisk",
        HelpName = "TYPE",
    };
    private static readonly Option<bool> Persistent = new("--persistent")
    {
        Description = "A VM's changes stay in it; one VM at a time",
    };
    private static readonly Option<string?> Format = new("--format")
    {
        Description = "qcow2 or raw; told from the content unless given",
        HelpName = "FORMAT",
    };

    public static Verb Build() => new Verb("add", "Add an image", Run)
    {
        Examples =
        [
            "powered image add debian-12 --file debian-12.qcow2",
            "powered image add debian-12 --path https://example.com/debian-12.qcow2 --wait",
            "powered image add data --size 10G --persistent",
        ],
    }.With(Name, FromFile, FromPath, Size, Store, Type, Persistent, Format, Flags.Wait, Flags.Timeout);

    private static async Task<int> Run(Call call)
    {
        var (file, path, size) = (call.Value(FromFile), call.Value(FromPath), call.Value(Size));
        if (new[] { file, path, size }.Count(s => s is not null) != 1)
            throw new Ending(Exit.Usage, "say where it comes from: one of --file, --path and --size");
        _ = call.Patience();
        using var content = file is null ? null : Open(file);
        var image = await call.Client.AddImage(
            new ImageAdd
            {
                Name = call.Value(Name),
                Path = path,
                Upload = content?.Length,
                SizeMib = size is null
                    ? null
                    : Human.ReadMib(size)
                        ?? throw new Ending(Exit.Usage, $"--size: '{size}' is no size; write 512M or 10G"),
                Datastore = call.Value(Store),
                Type = (call.Value(Type) ?? (size is null ? "os" : "datablock")).ToUpperInvariant(),
                Persistent = call.Value(Persistent),
                Format = call.Value(Format),
            },
            call.Stop);
        if (content is not null)
            image = await Send(call, image, content);
        if (call.Value(Flags.Wait))
            image = await Settled(call, image);
        if (call.Json)
            call.PrintJson(image, WireJson.Default.Image);
        else
            call.Print($"image {image.Id} '{image.Name}' added, now {image.State}");
        return Exit.Ok;
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Ending(Exit.Usage, $"cannot read {file}: {e.Message}");
        }
    }

    private static async Task<Image> Send(Call call, Image image, FileStream content)
    {
        await using var line = new ProgressLine(call.Shell);
        var total = content.Length;
        try
        {
            return await call.Client.Upload(image.Id, content, new Sent(line, total), call.Stop);
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            throw new Ending(
                Exit.Interrupted, $"stopped; image {image.Id} stays LOCKED until `powered image remove {image.Id}`");
        }
    }

    /// <exception cref="Ending">It is in ERROR, or still not ready when patience ends.</exception>
    private static async Task<Image> Settled(Call call, Image image)
    {
        if (!IsOpen(image))
            return Judge(image);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        patience.CancelAfter(call.Patience());
        await using var line = new ProgressLine(call.Shell);
        try
        {
            await foreach (var change in call.Client.Watch(["image"], image.Id, patience.Token))
            {
                if (change.Kind is Change.Ready or Change.Reset)
                    image = await call.Client.GetImage(image.Id, patience.Token);
                else if (change.Id == image.Id)
                    image = change.Image ?? throw new Ending(Exit.Failed, $"image {image.Id} was removed");
                if (!IsOpen(image))
                    return Judge(image);
                line.Show(
                    $"image {image.Id} '{image.Name}': {image.Progress?.Step ?? image.State}", image.Progress?.Percent);
            }
        }
        catch (OperationCanceledException) when (!call.Stop.IsCancellationRequested)
        {
            throw new Ending(
                Exit.TimedOut, $"image {image.Id} is still {image.State} after {Human.Span(call.Patience())}");
        }

        return image;
    }

    private static bool IsOpen(Image image) => image.State is "INIT" or "LOCKED";

    private static Image Judge(Image image) => image.State == "ERROR"
        ? throw new Ending(
            Exit.Failed, $"image {image.Id} '{image.Name}' is in ERROR{(image.Reason is { } why ? $": {why}" : "")}")
        : image;

    private sealed class Sent(ProgressLine line, long total) : IProgress<long>
    {
        private readonly bool _eachStep = line.IsDrawn;

        public void Report(long sent)
        {
            var rate = sent / Math.Max(line.Elapsed.TotalSeconds, 0.001);
            var step = _eachStep
                ? $"sending {Human.Bytes(sent)} of {Human.Bytes(total)}, {Human.Bytes((long)rate)}/s"
                : $"sending {Human.Bytes(total)}";
            line.Show(step, total == 0 ? 100 : 100.0 * sent / total);
        }
    }
}
