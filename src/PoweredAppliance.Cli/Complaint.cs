using System.Text.Json;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli;

/// <summary>Errors, on stderr: a sentence for people, with <c>--json</c> a problem as on the wire.</summary>
internal static class Complaint
{
    public static int Of(Shell shell, bool json, Ending e) =>
        Of(shell, json, e.Code, new Problem { Title = Title(e.Code), Status = 0, Detail = e.Message });

    public static int Of(Shell shell, bool json, int code, Problem problem)
    {
        if (json)
        {
            shell.Error.WriteLine(JsonSerializer.Serialize(problem, WireJson.Default.Problem));
            return code;
        }

        var text = problem.Detail ?? problem.Title;
        if (problem.Field is { } field && !text.Contains(field, StringComparison.Ordinal))
            text = $"{text} ({field}{(problem.Value is { } value ? $" = '{value}'" : "")})";
        if (problem.Candidates.Count > 0)
            text = text.TrimEnd('.') + Near.Question(problem.Candidates);
        var name = Paint.Text("powered:", Tone.Bad, shell.ErrorIsTerminal && shell.Environment("NO_COLOR") is null);
        shell.Error.WriteLine($"{name} {text}");
        return code;
    }

    private static string Title(int code) => code switch
    {
        Exit.Usage => "wrong command line",
        Exit.NotFound => "no such thing",
        Exit.NotAuthorised => "not logged in",
        Exit.Unreachable => "cannot reach the daemon",
        Exit.Refused => "refused",
        Exit.TimedOut => "timed out",
        Exit.Interrupted => "stopped",
        _ => "failed",
    };
}
