using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PoweredAppliance.Cli;

/// <summary>
/// What <c>--help</c> prints: usage, options, examples; for the whole, also exit codes and what it reads.
/// </summary>
internal sealed class HelpText(HelpAction plain) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parse)
    {
        plain.MaxWidth = 110;
        plain.Invoke(parse);
        var output = parse.InvocationConfiguration.Output;
        var command = parse.CommandResult.Command;
        var isWhole = !command.Parents.Any();
        IReadOnlyList<string> examples = isWhole
            ?
            [
                "powered status",
                "powered vm create --template small --name web --wait",
                "powered vm list --watch",
                "powered host list --json",
            ]
            : (command as Verb)?.Examples ?? [];
        if (examples.Count > 0)
        {
            output.Write("Examples:\n");
            foreach (var example in examples)
                output.Write($"  {example}\n");
            output.Write('\n');
        }

        if (isWhole)
        {
            output.Write($"""
                Things are named by their id or their exact name; several at once where it makes sense.

                Exit codes:
                {Exit.Text}

                Reads:
                  POWERED_API   the daemon's address, http://localhost:2616 unless set
                  ONE_XMLRPC    else its host is asked, on port 2616
                  ONE_AUTH      a file with user:secret, ~/.one/one_auth unless set
                  POWERED_DATA  the daemon's data directory; its one_auth is used when ONE_AUTH is not set
                  NO_COLOR      no colours

                """.ReplaceLineEndings("\n"));
        }

        return Exit.Ok;
    }
}
