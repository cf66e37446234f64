using System.Text.Json;
using System.Threading.Channels;
using PoweredAppliance.Cli.Verbs;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Terminal;

/// <summary>What <c>--watch</c> shows of one kind of thing.</summary>
/// <param name="Only">The id of the one that is watched; null: all.</param>
/// <param name="List">All of them, as they are.</param>
/// <param name="Belongs">Whether it is to be shown.</param>
/// <param name="Render">Text for people, ended by a line feed; told how many lines there are room for, if that
/// matters.</param>
internal sealed record LiveView<T>(
    Pool<T> Pool,
    int? Only,
    Func<Task<IReadOnlyList<T>>> List,
    Func<T, bool> Belongs,
    Func<IReadOnlyList<T>, int?, string> Render)
    where T : class;

/// <summary>
/// Shows a picture that follows the daemon's, until Ctrl-C. On a terminal it is drawn over, at most five times a
/// second; elsewhere it is printed
/// again; with <c>--json</c> each line is a <see cref="Change"/>, those that are there first.
/// </summary>
internal static class Live
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> Run<T>(Call call, LiveView<T> view)
        where T : class
    {
        var shown = new SortedDictionary<int, T>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Stop);
        var changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });
        var pump = Pump(call, view.Pool.Kind, view.Only, changes.Writer, end.Token);
        try
        {
            var more = More(changes.Reader, call.Stop);
            while (await IsDue(call, more))
            {
                while (changes.Reader.TryRead(out var change))
                {
                    foreach (var one in await Take(view, shown, change))
                    {
                        if (call.Json)
                            call.Shell.Out.Write(JsonSerializer.Serialize(one, WireJson.Default.Change) + "\n");
                    }
                }

                if (!call.Json)
                    Draw(call, view, shown);
                await call.Shell.Out.FlushAsync(call.Stop);
                await Task.Delay(Pause, call.Shell.Time, call.Stop);
                more = more.IsCompleted ? More(changes.Reader, call.Stop) : more;
            }

            return Exit.Ok;
        }
        catch (OperationCanceledException) when (call.Stop.IsCancellationRequested)
        {
            return Exit.Ok; // Ctrl-C is how one leaves
        }
        finally
        {
            await end.CancelAsync();
            await pump;
        }
    }

    private static Task<bool> More(ChannelReader<Change> changes, CancellationToken stop) =>
        changes.WaitToReadAsync(stop).AsTask();

    /// <summary>
    /// There are changes, or on a terminal five seconds have passed in which ages have grown. False when the stream has
    /// ended; its error is thrown.
    /// </summary>
    private static async Task<bool> IsDue(Call call, Task<bool> more)
    {
        if (call.Shell.OutIsTerminal && !call.Json)
            await Task.WhenAny(more, Task.Delay(TimeSpan.FromSeconds(5), call.Shell.Time, call.Stop));
        else
            await more;
        return !more.IsCompleted || await more;
    }

    private static async Task<IReadOnlyList<Change>> Take<T>(
        LiveView<T> view, SortedDictionary<int, T> shown, Change change)
        where T : class
    {
        if (change.Kind is Change.Ready or Change.Reset)
        {
            shown.Clear();
            foreach (var one in await view.List())
                shown[view.Pool.Id(one)] = one;
            return shown.Values.Select(
                one => view.Pool.Wrap(one) with { Sequence = change.Sequence, Id = view.Pool.Id(one) }).ToList();
        }

        if (change.Kind != view.Pool.Kind || (view.Only is { } only && only != change.Id))
            return [];
        if (!change.Gone && view.Pool.Read(change) is { } now && view.Belongs(now))
            shown[change.Id] = now;
        else if (!shown.Remove(change.Id))
            return [];
        return [change];
    }

    private static void Draw<T>(Call call, LiveView<T> view, SortedDictionary<int, T> shown)
        where T : class
    {
        var terminal = call.Shell.OutIsTerminal;
        var text = view.Render(shown.Values.ToList(), terminal ? call.Shell.Size().Height - 1 : null);
        call.Shell.Out.Write(
            terminal ? "\e[H" + text.Replace("\n", "\e[K\n", StringComparison.Ordinal) + "\e[J" : text);
    }

    private static async Task Pump(Call call, string kind, int? only, ChannelWriter<Change> to, CancellationToken stop)
    {
        try
        {
            await foreach (var change in call.Client.Watch([kind], only, stop))
                to.TryWrite(change);
            to.Complete();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            to.TryComplete();
        }
        catch (PoweredException e)
        {
            to.Complete(e);
        }
    }
}
