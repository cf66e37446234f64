using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Cli.Verbs;
using PoweredAppliance.Client;

namespace PoweredAppliance.Cli;

/// <summary>The whole of <c>powered</c>: from words to an exit code.</summary>
internal static class CommandLine
{
    public static Verb Build()
    {
        // not a RootCommand: that one is named after the running process, whatever it is
        var help = new HelpOption();
        help.Action = new HelpText((HelpAction)help.Action!);
        return new Verb("powered", "Runs virtual machines on a Powered appliance.")
        {
            StatusVerbs.Status(),
            VmVerbs.Build(),
            HostVerbs.Build(),
            ImageVerbs.Build(),
            TemplateVerbs.Build(),
            NetworkVerbs.Build(),
            DatastoreVerbs.Build(),
            CapacityVerb.Build(),
            PlanVerbs.Build(),
            LoginVerb.Build(),
            TwoFactorVerbs.Build(),
            AuditVerb.Build(),
            StatusVerbs.Version(),
            CompletionVerbs.Completion(),
            CompletionVerbs.Complete(),
            Flags.Json,
            Flags.Api,
            help,
            new VersionOption { Action = new StatusVerbs.VersionLine() },
        };
    }

    public static async Task<int> Run(Shell shell, IReadOnlyList<string> args, CancellationToken stop)
    {
        var root = Build();
        var parse = root.Parse(args.Count == 0 ? ["--help"] : args);
        var configuration = new InvocationConfiguration
        {
            Output = shell.Out,
            Error = shell.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // signals are ours
        };
        if (parse.Action is HelpText or StatusVerbs.VersionLine)
            return parse.Invoke(configuration);
        if (parse.CommandResult.Command is not Verb { Run: { } run } verb)
            return WrongGroup(shell, parse);
        if (!verb.Hidden && Stray(parse) is { } stray)
            return WrongOption(shell, parse, verb, stray);
        if (parse.Errors.Count > 0)
            return Wrong(
                shell,
                parse,
                string.Join(' ', parse.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

        using var call = new Call(shell, parse, stop);
        try
        {
            return await run(call);
        }
        catch (Ending e)
        {
            return call.Complain(e);
        }
        catch (PoweredException e)
        {
            return call.Complain(e);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Exit.Interrupted;
        }
    }

    /// <summary>A group alone, or with a word it does not have.</summary>
    private static int WrongGroup(Shell shell, ParseResult parse)
    {
        var group = parse.CommandResult.Command;
        var known = group.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
        return parse.UnmatchedTokens is [var word, ..]
            ? Wrong(shell, parse, $"'{Path(group)}' has no '{word}'{Near.Question(Near.To(word, known))}")
            : Wrong(shell, parse, $"'{Path(group)}' what? one of {string.Join(", ", known)}");
    }

    private static int Wrong(Shell shell, ParseResult parse, string text)
    {
        var code = Complaint.Of(shell, parse.GetValue(Flags.Json), new Ending(Exit.Usage, text));
        if (!parse.GetValue(Flags.Json))
            shell.Error.WriteLine($"See `{Path(parse.CommandResult.Command)} --help`.");
        return code;
    }

    /// <summary>A word that looks like an option and is none. An argument would take it for a name.</summary>
    private static string? Stray(ParseResult parse) => parse.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(a => a.Tokens.Select(t => t.Value))
        .Concat(parse.UnmatchedTokens)
        .FirstOrDefault(t => t.Length > 1 && t[0] == '-');

    private static int WrongOption(Shell shell, ParseResult parse, Verb verb, string stray)
    {
        var options = verb.Options.Select(o => o.Name).Append(Flags.Json.Name).Append(Flags.Api.Name).Append("--help");
        return Wrong(shell, parse, $"'{Path(verb)}' has no option {stray}{Near.Question(Near.To(stray, options))}");
    }

    /// <summary><c>powered vm list</c></summary>
    public static string Path(Command command)
    {
        var words = new List<string>();
        for (Symbol? at = command; at is Command; at = at.Parents.FirstOrDefault())
            words.Insert(0, at.Name);
        return string.Join(' ', words);
    }
}
