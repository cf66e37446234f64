using System.Text.Json.Serialization.Metadata;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary>All that <c>list</c> and <c>show</c> need to know of one kind of thing.</summary>
internal sealed record Pool<T>
    where T : class
{
    /// <summary>One of <see cref="Change.Kinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What people call one of them.</summary>
    public required string Title { get; init; }
    public required Func<PoweredClient, CancellationToken, Task<IReadOnlyList<T>>> All { get; init; }
    public required Func<PoweredClient, int, CancellationToken, Task<T>> One { get; init; }

    /// <summary>From what people call it to its id.</summary>
    public required Func<Call, string, Task<int>> Find { get; init; }
    public required Func<T, int> Id { get; init; }

    /// <summary>The thing in a change.</summary>
    public required Func<Change, T?> Read { get; init; }

    /// <summary>A change that carries the thing.</summary>
    public required Func<T, Change> Wrap { get; init; }
    public required JsonTypeInfo<IReadOnlyList<T>> JsonOfAll { get; init; }
    public required JsonTypeInfo<T> JsonOfOne { get; init; }

    /// <summary>The sentence where there are none.</summary>
    public required string None { get; init; }
    public required Func<IReadOnlyList<T>, TimeProvider, Table> Table { get; init; }
    public required Func<T, TimeProvider, Facts> Facts { get; init; }

    /// <summary>An object where one was named, else an array.</summary>
    public void PrintJson(Call call, IReadOnlyList<T> things, bool single)
    {
        if (!single)
            call.PrintJson(things, JsonOfAll);
        else if (things.Count > 0)
            call.PrintJson(things[0], JsonOfOne);
    }
}

/// <summary><c>list</c> and <c>show</c> of any kind of thing, each with <c>--watch</c> and <c>--json</c>.</summary>
internal static class PoolVerbs
{
    public static Verb List<T>(Pool<T> pool, string description, params string[] examples)
        where T : class =>
        new Verb(
            "list",
            description,
            call => RunList(call, pool, () => pool.All(call.Client, call.Stop), _ => true))
        { Examples = examples }
            .With(Flags.Watch);

    public static Verb Show<T>(Pool<T> pool, string description, params string[] examples)
        where T : class
    {
        var names = NameArgument.Several(pool.Kind, "Ids or names");
        return new Verb("show", description, call => RunShow(call, pool, call.Value(names))) { Examples = examples }
            .With(names, Flags.Watch);
    }

    /// <param name="list">Those that were asked for.</param>
    /// <param name="belongs">Whether one is of them, while it is watched.</param>
    public static async Task<int> RunList<T>(
        Call call, Pool<T> pool, Func<Task<IReadOnlyList<T>>> list, Func<T, bool> belongs)
        where T : class
    {
        if (call.Value(Flags.Watch))
            return await Live.Run(call, new LiveView<T>(pool, Only: null, list, belongs, Text));
        var all = await list();
        if (call.Json)
            call.PrintJson(all, pool.JsonOfAll);
        else
            call.Print(Text(all, height: null));
        return Exit.Ok;

        string Text(IReadOnlyList<T> things, int? height) => things.Count == 0
            ? pool.None + '\n'
            : pool.Table(things, call.Shell.Time).Render(
                call.Shell.Colour, call.Shell.OutIsTerminal ? call.Shell.Size().Width : null, height);
    }

    private static async Task<int> RunShow<T>(Call call, Pool<T> pool, IReadOnlyList<string> words)
        where T : class
    {
        if (call.Value(Flags.Watch))
        {
            if (words.Count != 1)
                throw new Ending(Exit.Usage, $"--watch shows one {pool.Title}");
            var id = await pool.Find(call, words[0]);
            return await Live.Run(call, new LiveView<T>(
                pool,
                id,
                async () => [await pool.One(call.Client, id, call.Stop)],
                _ => true,
                (things, _) => things.Count == 0 ? $"{pool.Title} {id} is no more\n" : Text(things[0])));
        }

        List<T> found = [];
        var code = await call.Each(
            words,
            async word => found.Add(await pool.One(call.Client, await pool.Find(call, word), call.Stop)));
        if (call.Json)
            pool.PrintJson(call, found, words.Count == 1);
        else if (found.Count > 0)
            call.Print(string.Join('\n', found.Select(Text)));
        return code;

        string Text(T thing) => pool.Facts(thing, call.Shell.Time).Render(call.Shell.Colour);
    }
}
