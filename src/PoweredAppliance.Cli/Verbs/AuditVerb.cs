using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered audit</c>: who did what, from the daemon's audit log.</summary>
internal static class AuditVerb
{
    private const int MostOfPage = 1000;
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);

    private static readonly Option<string?> User = Text("--user", "NAME", "Only calls of this user, as the name was given");
    private static readonly Option<string?> Method = Text("--method", "METHOD", "Only this method; one.vm.* for all of a kind");
    private static readonly Option<string?> Object = Text("--object", "OBJECT", "Only on this object: vm/17, or vm for all VMs");
    private static readonly Option<string?> Result = Text("--result", "RESULT", "ok, failed, or an OpenNebula error number");
    private static readonly Option<string?> Since = Text("--since", "TIME", "Not before: 2026-11-24T12:00, or how long ago: 2h");
    private static readonly Option<string?> Until = Text("--until", "TIME", "Not after; as --since");
    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many, the newest ones",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    };

    public static Verb Build() => new Verb("audit", "Show who did what, the newest last", Run)
    {
        Examples =
        [
            "powered audit",
            "powered audit --user alice --since 2h",
            "powered audit --method 'one.vm.*' --object vm/17",
            "powered audit --result failed --json",
            "powered audit --watch",
        ],
    }.With(User, Method, Object, Result, Since, Until, Limit, Flags.Watch);

    private static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static async Task<int> Run(Call call)
    {
        var limit = call.Value(Limit);
        if (limit < 1)
            throw new Ending(Exit.Usage, $"--limit: at least 1, not {limit}");
        var query = new AuditQuery
        {
            User = call.Value(User),
            Method = call.Value(Method),
            Object = call.Value(Object),
            Result = call.Value(Result),
            Since = At(call, Since),
            Until = At(call, Until),
        };
        var entries = await Newest(call, query, limit);
        if (call.Value(Flags.Watch))
            return await Watch(call, query, entries);
        entries.Reverse();
        if (call.Json)
            call.PrintJson(entries, WireJson.Default.IReadOnlyListAuditEntry);
        else if (entries.Count == 0)
            call.Print("no such calls; `powered audit` shows the newest of all");
        else
            call.Print(Table(entries, call.Shell.Time));
        return Exit.Ok;
    }

    /// <summary>Newest first, gathered over as many pages as it takes.</summary>
    private static async Task<List<AuditEntry>> Newest(Call call, AuditQuery query, int limit)
    {
        var entries = new List<AuditEntry>();
        for (long? before = null; entries.Count < limit;)
        {
            var page = await call.Client.GetAudit(
                query with { Before = before, Limit = Math.Min(limit - entries.Count, MostOfPage) }, call.Stop);
            entries.AddRange(page.Entries);
            if ((before = page.Next) is null)
                break;
        }

        return entries;
    }

    /// <summary>A line for each call as it is kept, until Ctrl-C; with --json, an object a line.</summary>
    private static async Task<int> Watch(Call call, AuditQuery query, List<AuditEntry> newest)
    {
        for (var last = 0L; ; newest = await Newest(call, query with { After = last }, int.MaxValue))
        {
            for (var i = newest.Count - 1; i >= 0; i--)
            {
                call.Shell.Out.Write(call.Json
                    ? System.Text.Json.JsonSerializer.Serialize(newest[i], WireJson.Default.AuditEntry)
                    : Line(newest[i], call.Shell.Time));
                call.Shell.Out.Write('\n');
                last = newest[i].Id;
            }

            await call.Shell.Out.FlushAsync(call.Stop);
            await Task.Delay(LooksEvery, call.Stop);
        }
    }

    private static Table Table(List<AuditEntry> entries, TimeProvider time)
    {
        var table = new Table(
            ("TIME", Side.Left),
            ("USER", Side.Left),
            ("FROM", Side.Left),
            ("METHOD", Side.Left),
            ("OBJECT", Side.Left),
            ("MS", Side.Right),
            ("RESULT", Side.Left),
            ("WHAT", Side.Left));
        foreach (var e in entries)
            table.Add(
                Human.Moment(e.At, time),
                Who(e),
                e.From,
                e.Method,
                e.Object,
                Milliseconds(e),
                new Cell(Word(e), e.Result == 0 ? Tone.Plain : Tone.Bad),
                e.Error ?? e.Arguments);
        return table;
    }

    private static string Line(AuditEntry e, TimeProvider time) => Paint.Tame(
        $"{Human.Moment(e.At, time)}  {Who(e)}  {e.From ?? "-"}  {e.Method}  {e.Object ?? "-"}  {Milliseconds(e)}ms  {Word(e)}  {e.Error ?? e.Arguments}".TrimEnd());

    private static string Who(AuditEntry e) =>
        (e.User.Length == 0 ? "-" : e.User) + (e.By is { } by ? $" by {by}" : e.UserId is null ? "?" : "");

    private static string Milliseconds(AuditEntry e) => e.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Word(AuditEntry e) => e.Result == 0 ? "ok" : e.Result.ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? At(Call call, Option<string?> option)
    {
        if (call.Value(option) is not { } text)
            return null;
        if (Human.ReadSpan(text) is { } ago && char.IsLetter(text[^1]))
            return call.Shell.Time.GetUtcNow() - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var at)
            ? at
            : throw new Ending(Exit.Usage, $"{option.Name}: '{text}' is no time; write 2026-11-24T12:00 or 2h");
    }
}
