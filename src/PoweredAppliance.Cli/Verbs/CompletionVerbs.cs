using System.CommandLine;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary>
/// <c>powered completion SHELL</c> prints a script; it asks <c>powered complete -- WORDS</c>, which answers with a line
/// for each word that may stand last:
/// the word, a tab, what it is.
/// </summary>
internal static class CompletionVerbs
{
    /// <summary>How long the daemon is waited for, where it is far: <c>3s</c>.</summary>
    public const string PatienceVariable = "POWERED_COMPLETION_TIMEOUT";

    /// <summary>A key press should not wait for a daemon that is away.</summary>
    private static readonly TimeSpan UsualPatience = TimeSpan.FromMilliseconds(700);

    public static Verb Completion()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return new Verb("completion", "Print the script that completes words of `powered` in a shell", call =>
        {
            call.Print(CompletionScripts.For(call.Value(shell)));
            return Task.FromResult(Exit.Ok);
        })
        {
            Examples =
            [
                "powered completion bash > /etc/bash_completion.d/powered",
                "powered completion zsh > \"${fpath[1]}/_powered\"",
                "powered completion fish > ~/.config/fish/completions/powered.fish",
            ],
        }.With(shell);
    }

    public static Verb Complete()
    {
        var words = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        return new Verb("complete", "Answer a completion script", async call =>
        {
            foreach (var (word, what) in await Answers(call, call.Value(words)))
                call.Print(what is null ? word : $"{word}\t{what}");
            return Exit.Ok;
        })
        {
            Hidden = true,
        }.With(words);
    }

    private static async Task<IReadOnlyList<(string Word, string? What)>> Answers(
        Call call, IReadOnlyList<string> words)
    {
        var partial = words.Count == 0 ? "" : words[^1];
        Command at = CommandLine.Build();
        Option? open = null;
        foreach (var word in words.SkipLast(1))
        {
            if (open is not null)
                open = null;
            else if (word.StartsWith('-'))
                open = TakesValue(at, word);
            else if (at.Subcommands.FirstOrDefault(c => c.Name == word) is { } deeper)
                at = deeper;
        }

        var all = open is not null ? await Values(call, open)
            : partial.StartsWith('-') ? at.Options.Append(Flags.Json)
                .Append(Flags.Api)
                .Distinct()
                .Where(o => !o.Hidden)
                .Select(o => (o.Name, o.Description))
            : at.Subcommands.Count > 0 ? at.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description))
            : at.Arguments.OfType<NameArgument>().FirstOrDefault() is { } names ? await Names(call, names.Kind)
            : at.Name == "completion" ? [("bash", null), ("zsh", null), ("fish", null)]
            : [];
        return all.Where(a => a.Item1.StartsWith(partial, StringComparison.Ordinal)).Distinct().ToList();
    }

    private static Option? TakesValue(Command at, string word) =>
        at.Options.Append(Flags.Api).FirstOrDefault(o => o.Name == word || o.Aliases.Contains(word)) is { } option
            && option.ValueType != typeof(bool)
            ? option
            : null;

    private static async Task<IEnumerable<(string, string?)>> Values(Call call, Option option) => option.Name switch
    {
        "--template" or "--host" => await Names(call, option.Name[2..]),
        "--operation" => VmActions.Recoveries.Select(o => (o, (string?)null)),
        "--type" => [("os", null), ("cdrom", null), ("datablock", null), ("kernel", null), ("ramdisk", null)],
        "--format" => [("qcow2", null), ("raw", null)],
        _ => [],
    };

    private static async Task<IEnumerable<(string, string?)>> Names(Call call, string kind)
    {
        try
        {
            var options = Destination.Options(call.Shell, call.Address, Destination.Credentials(call.Shell)) with
            {
                Retries = 0,
                Deadline = call.Shell.Environment(PatienceVariable) is { } given ? Human.ReadSpan(given) ?? UsualPatience : UsualPatience,
            };
            using var client = new PoweredClient(options);
            return kind switch
            {
                "vm" =>
                    (await client.ListVms(stop: call.Stop)).Select(
                        v => (v.Name, (string?)$"{v.Id} {VmWords.State(v)}")),
                "host" => (await client.ListHosts(stop: call.Stop)).Select(h => (h.Name, (string?)h.State)),
                "image" => (await client.ListImages(stop: call.Stop)).Select(i => (i.Name, (string?)i.State)),
                "template" => (await client.ListTemplates(stop: call.Stop)).Select(t => (t.Name, (string?)null)),
                "network" => (await client.ListNetworks(stop: call.Stop)).Select(n => (n.Name, (string?)n.State)),
                _ => [],
            };
        }
        catch (Exception e) when (e is PoweredException or Ending)
        {
            return []; // in the middle of a line that is being typed there is no place for an error
        }
    }
}
