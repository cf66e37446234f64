using System.CommandLine;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered vm create</c>, and the options it has in one with <c>template instantiate</c>.</summary>
internal static class VmCreateVerb
{
    public static readonly Option<string?> Name = new("--name", "-n")
    {
        Description = "Its name; %i becomes its number when there are several",
    };
    public static readonly Option<int> Count = new("--count", "-c")
    {
        Description = "How many",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };
    public static readonly Option<bool> Hold = new("--hold")
    {
        Description = "Do not place it until `powered vm release`",
    };
    public static readonly Option<decimal?> Cpu = new("--cpu")
    {
        Description = "Cores it is promised, also parts: 0.5",
        HelpName = "CORES",
    };
    public static readonly Option<int?> Vcpu = new("--vcpu")
    {
        Description = "Processors the guest sees",
        HelpName = "N",
    };
    public static readonly Option<string?> Memory = new("--memory") { Description = "512M, 2G", HelpName = "SIZE" };

    private static readonly Option<string?> Template = new("--template", "-t")
    {
        Description = "VM template, by id or name",
        HelpName = "TEMPLATE",
    };

    public static Verb Build()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "Instead of --template: a file with OpenNebula template text, - for standard input",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Verb("create", "Create VMs from a template", call => Run(call, call.Parse.GetValue(file)))
        {
            Examples =
            [
                "powered vm create --template small --name web --wait",
                "powered vm create --template small --name 'node-%i' --count 5",
                "powered vm create --template small --memory 2G --cpu 0.5",
                "powered vm create web.tmpl --hold",
            ],
        }.With(file, Template, Name, Count, Hold, Cpu, Vcpu, Memory, Flags.Wait, Flags.Timeout);
    }

    private static async Task<int> Run(Call call, string? file)
    {
        var template = call.Value(Template);
        if (template is null == file is null)
            throw new Ending(
                Exit.Usage,
                "say what to create from: --template NAME, or a FILE with template text "
                + "(`powered template list` shows templates)");
        _ = call.Patience();
        var wish = new VmCreate
        {
            Template = template is null
                ? null
                : (await Lookup.Template(call, template)).ToString(System.Globalization.CultureInfo.InvariantCulture),
            TemplateText = file is null ? null : ReadText(call, file),
            Name = call.Value(Name),
            Count = HowMany(call),
            Hold = call.Value(Hold),
            Extra = Extra(call),
        };
        return await Tell(call, await call.Client.CreateVms(wish, call.Stop));
    }

    public static Task<int> Tell(Call call, IReadOnlyList<Vm> made)
    {
        var goal = call.Value(Flags.Wait) ? (call.Value(Hold) ? "HOLD" : "RUNNING") : null;
        return VmVerbs.Tell(
            call,
            made,
            Exit.Ok,
            made.Count,
            goal,
            vm => $"{Lookup.Title(vm)} created, now {VmWords.State(vm)}");
    }

    public static int HowMany(Call call)
    {
        var count = call.Value(Count);
        return count is >= 1 and <= 1000 ? count : throw new Ending(Exit.Usage, $"--count is 1 to 1000, not {count}");
    }

    /// <summary>The sizes that were given, as template text to lay over the template's.</summary>
    public static string? Extra(Call call)
    {
        List<string> lines = [];
        if (call.Value(Cpu) is { } cpu)
            lines.Add(
                cpu > 0
                    ? FormattableString.Invariant($"CPU=\"{cpu}\"")
                    : throw new Ending(Exit.Usage, "--cpu is more than 0"));
        if (call.Value(Vcpu) is { } vcpu)
            lines.Add(vcpu > 0 ? $"VCPU=\"{vcpu}\"" : throw new Ending(Exit.Usage, "--vcpu is at least 1"));
        if (call.Value(Memory) is { } memory)
            lines.Add(
                Human.ReadMib(memory) is { } mib
                    ? $"MEMORY=\"{mib}\""
                    : throw new Ending(Exit.Usage, $"--memory: '{memory}' is no size; write 512M or 2G"));
        return lines.Count == 0 ? null : string.Join('\n', lines);
    }

    /// <summary>Template text from a file, or from standard input for <c>-</c>.</summary>
    public static string ReadText(Call call, string file)
    {
        try
        {
            return file == "-" ? call.Shell.In.ReadToEnd() : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Ending(Exit.Usage, $"cannot read {file}: {e.Message}");
        }
    }
}
