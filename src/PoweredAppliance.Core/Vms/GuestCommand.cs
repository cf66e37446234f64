using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// The command that a VM's guest executes or has executed, as TEMPLATE/QEMU_GA_EXEC says it; the newest alone is kept. COMMAND is words with
/// the shell's quotes, STDIN, STDOUT and STDERR are base64. Source: OpenNebula 7.4's one.vm.exec.
/// </summary>
/// <param name="Pid">the guest's; 0: it was not started, or nobody heard of it</param>
public sealed record GuestCommand(string Command, string Stdin, string? Status, long Pid)
{
    public const string Name = "QEMU_GA_EXEC";

    /// <summary>STATUS; there is none until the guest has started the command.</summary>
    public const string Executing = "EXECUTING", Done = "DONE", Cancelled = "CANCELLED", Error = "ERROR";

    public bool IsExecuting => Status is Executing;

    /// <summary>The command's words, the program first, as a shell splits them; null: a quote is not closed.</summary>
    public static string[]? Words(string command)
    {
        var (words, word, quote) = (new List<string>(), (StringBuilder?)null, '\0');
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            var escapes = c is '\\' && i + 1 < command.Length && (quote is '\0' || (quote is '"' && command[i + 1] is '"' or '\\' or '$' or '`'));
            if (escapes)
                (word ??= new()).Append(command[++i]);
            else if (quote is '\0' && char.IsWhiteSpace(c))
            {
                if (word is not null)
                    words.Add(word.ToString());
                word = null;
            }
            else if (quote is '\0' && c is '"' or '\'')
                (quote, word) = (c, word ?? new());
            else if (c == quote)
                quote = '\0';
            else
                (word ??= new()).Append(c);
        }

        if (word is not null)
            words.Add(word.ToString());
        return quote is '\0' ? [.. words] : null;
    }

    /// <summary>Why no guest can be asked for this; null: it can.</summary>
    internal static string? Wrong(string command, string stdin) => Words(command) switch
    {
        null => "COMMAND has a quote that is not closed",
        [] => "COMMAND is empty",
        _ when TemplateWords.WrongInValue(command) is { Reason: var why } => $"COMMAND: {why}",
        _ when !Base64.IsValid(stdin) => "STDIN is not base64",
        _ => null,
    };

    internal static GuestCommand? Of(Template template) => template.Vector(Name) is not { } there
        ? null
        : new(there["COMMAND"] ?? "", there["STDIN"] ?? "", there["STATUS"], long.TryParse(there["PID"], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0);

    internal static Template Asked(Template template, string command, string stdin) =>
        template.WithVectors(Name, [VectorAttribute.Of(Name, ("COMMAND", command), ("STDIN", stdin))]);

    internal static Template With(Template template, string status) =>
        template.Vector(Name) is { } there ? template.WithVectors(Name, [there.With("STATUS", status)]) : template;

    internal static Template With(Template template, CommandReport report)
    {
        if (template.Vector(Name) is not { } there)
            return template;
        there = there.With("PID", report.Pid.ToString(CultureInfo.InvariantCulture)).With("STATUS", report.ReturnCode is null ? Executing : Done);
        return template.WithVectors(Name,
        [
            report.ReturnCode is not { } code
                ? there
                : there.With("RETURN_CODE", code.ToString(CultureInfo.InvariantCulture)).With("STDOUT", report.Stdout).With("STDERR", report.Stderr),
        ]);
    }
}
