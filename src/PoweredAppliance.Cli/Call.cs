using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;

namespace PoweredAppliance.Cli;

/// <summary>One run of one verb: what was asked, by whom, and where answers go.</summary>
internal sealed class Call(Shell shell, ParseResult parse, CancellationToken stop) : IDisposable
{
    private static readonly WireJson Indented = new(
        new JsonSerializerOptions(WireJson.Default.Options) { WriteIndented = true });

    private PoweredClient? _client;

    public Shell Shell { get; } = shell;
    public ParseResult Parse { get; } = parse;
    public CancellationToken Stop { get; } = stop;
    public bool Json => Parse.GetValue(Flags.Json);
    public Uri Address => Destination.Address(Shell, Parse.GetValue(Flags.Api));

    /// <exception cref="Ending">Nobody is logged in.</exception>
    public PoweredClient Client =>
        _client ??= new PoweredClient(Destination.Options(Shell, Address, Destination.Credentials(Shell)));

    public T? Value<T>(Option<T> option) => Parse.GetValue(option);

    public T Value<T>(Argument<T> argument) => Parse.GetRequiredValue(argument);

    public void Print(string text)
    {
        Shell.Out.Write(text);
        if (!text.EndsWith('\n'))
            Shell.Out.Write('\n');
    }

    public void Print(Table table) =>
        Print(table.Render(Shell.Colour, Shell.OutIsTerminal ? Shell.Size().Width : null));

    /// <summary>The wire's JSON: on one line for scripts, indented for a reader.</summary>
    public void PrintJson<T>(T value, JsonTypeInfo<T> type)
    {
        var typed = Shell.OutIsTerminal ? (JsonTypeInfo<T>)Indented.GetTypeInfo(typeof(T))! : type;
        Print(JsonSerializer.Serialize(value, typed));
    }

    /// <summary>A sentence beside the answer: progress, hints, warnings.</summary>
    public void Note(string text) => Shell.Error.WriteLine(text);

    public int Complain(PoweredException e) => Complaint.Of(Shell, Json, Exit.Of(e), e.Problem);

    public int Complain(Ending e) => Complaint.Of(Shell, Json, e);

    /// <summary>
    /// Does it for each; one that fails does not keep the others from being done. The first failure's exit code.
    /// </summary>
    public async Task<int> Each<T>(IEnumerable<T> things, Func<T, Task> work)
    {
        var code = Exit.Ok;
        foreach (var thing in things)
        {
            var one = Exit.Ok;
            try
            {
                await work(thing);
            }
            catch (PoweredException e)
            {
                one = Complain(e);
            }
            catch (Ending e)
            {
                one = Complain(e);
            }

            code = code == Exit.Ok ? one : code;
            if (one is Exit.Unreachable or Exit.NotAuthorised)
                break; // the others would say the same
        }

        return code;
    }

    /// <summary>How long <c>--wait</c> waits.</summary>
    public TimeSpan Patience()
    {
        if (Value(Flags.Timeout) is not { } text)
            return TimeSpan.FromMinutes(10);
        return Human.ReadSpan(text)
            ?? throw new Ending(Exit.Usage, $"--timeout: '{text}' is no time; write 90s, 5m or 2h");
    }

    public void Dispose() => _client?.Dispose();
}
