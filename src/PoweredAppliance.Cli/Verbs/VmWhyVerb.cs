using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered vm why</c></summary>
internal static class VmWhyVerb
{
    public static Verb Build()
    {
        var vm = NameArgument.One("vm", "Id or name");
        return new Verb("why", "Say why it is where it is, or what each host lacks that it waits for", async call =>
        {
            var why = await call.Client.WhyVm(await Lookup.Vm(call, call.Value(vm)[0]), call.Stop);
            if (call.Json)
                call.PrintJson(why, WireJson.Default.VmWhy);
            else
                call.Print(Text(why, call.Shell.Time));
            return Exit.Ok;
        })
        {
            Examples = ["powered vm why web", "powered vm why 17 --json"],
        }.With(vm);
    }

    private static string Text(VmWhy why, TimeProvider time)
    {
        var state = why.State == "ACTIVE" ? why.LcmState : why.State;
        var lines = new List<string>
        {
            $"VM {why.Id} '{why.Name}' is {state}{(why.Kind == "waiting" ? " and waits for a host" : "")}: {why.Text}",
        };
        if (why.Since is { } since)
            lines.Add($"  since {Human.Moment(since, time)} ({Human.Span(time.GetUtcNow() - since)})");
        // what is against it everywhere is the sentence itself
        lines.AddRange(why.Reasons.Where(r => r.Text != why.Text).Select(r => $"  {r.Text}"));
        if (Ways(why.Ways) is { } ways)
            lines.Add($"  {ways}");
        return string.Join('\n', lines.Select(Paint.Tame));
    }

    private static string? Ways(IReadOnlyList<Way> ways) => ways switch
    {
        [] => null,
        [var one] => $"{one.Host} would fit if VM {one.VmId} moved to {one.ToHost}",
        _ => $"{ways.Count} hosts would fit if one VM moved: "
            + string.Join(", ", ways.Select(w => $"{w.Host} (VM {w.VmId} to {w.ToHost})")),
    };
}
