using System.Net;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Audit;

/// <summary>Where a call came from.</summary>
/// <param name="Face">xmlrpc, grpc, rest, oneflow or onegate</param>
/// <param name="Port">that it came in by</param>
/// <param name="RequestId">names it in the log</param>
internal readonly record struct Origin(string Face, IPAddress? Address, int Port, string RequestId);

/// <summary>A series of the audit log. Each has its own room, so that neither reads nor strangers push out who changed what.</summary>
internal enum AuditSeries
{
    /// <summary>Whatever may have changed something, and refusals to people who are known.</summary>
    Changes,

    /// <summary>Calls that only look.</summary>
    Reads,

    /// <summary>Calls that could not be authenticated.</summary>
    Strangers,
}

/// <summary>
/// A call and how it ended, as the answering thread hands it over: references only. What costs time, formatting and blanking out
/// secrets, is done by the log's writer.
/// </summary>
/// <param name="User">as given</param>
/// <param name="UserId">null: not authenticated</param>
/// <param name="Result">OpenNebula's code, 0: done</param>
internal abstract record AnsweredCall(
    string Method, string User, int? UserId, string? By, int Result, string? Error, DateTimeOffset At, TimeSpan Took, Origin From)
{
    public AuditSeries Series => UserId is null && Result != 0 ? AuditSeries.Strangers : OnlyLooks && Result == 0 ? AuditSeries.Reads : AuditSeries.Changes;

    protected abstract bool OnlyLooks { get; }
    protected abstract string? Object { get; }
    protected abstract string? Arguments { get; }

    public AuditEntry Entry(long id) => new()
    {
        Id = id,
        Face = From.Face,
        User = Cut(User, MostOfName)!,
        UserId = UserId,
        By = By,
        Method = Cut(Method, MostOfName)!,
        Object = Object,
        Arguments = Cut(Arguments, MostOfArguments),
        Result = Result,
        Error = Cut(Error, MostOfArguments),
        Milliseconds = Math.Round(Took.TotalMilliseconds, 3),
        From = From.Address?.ToString(),
        Request = From.RequestId,
    };

    /// <summary>In characters.</summary>
    protected const int MostOfArguments = 2048;
    private const int MostOfName = 256;

    protected static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : string.Concat(text.AsSpan(0, most), "...");
}

/// <param name="Signature">null: there is no such method</param>
/// <param name="Made">the id that was answered with; null: none was</param>
internal sealed record AnsweredRpc(
    RpcCall Call, MethodSignature? Signature, string User, int? UserId, string? By, int Result, string? Error, int? Made,
    DateTimeOffset At, TimeSpan Took, Origin From) : AnsweredCall(Call.Method, User, UserId, By, Result, Error, At, Took, From)
{
    private static readonly HashSet<string> Looks = new(StringComparer.Ordinal)
    {
        "info", "infoextended", "infoset", "monitoring", "accounting", "showback", "list", "calculateshowback", "version", "config", "sqlquery", "raftstatus",
    };

    protected override bool OnlyLooks => Looks.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Call.Method.AsSpan(Call.Method.LastIndexOf('.') + 1));

    protected override string? Object
    {
        get
        {
            if (Call.Method.Split('.') is not ["one", var word, var deed] || Signature is null)
                return null;
            var kind = word.EndsWith("pool", StringComparison.Ordinal) ? word[..^"pool".Length] : word;
            var id = deed is "allocate" or "clone" or "instantiate" && Made is { } made ? made : Meant();
            return id is { } number ? $"{kind}/{number}" : kind;
        }
    }

    protected override string? Arguments => Signature is null ? null : string.Join(", ", Call.Values.Skip(1).Select((value, i) =>
        i >= Signature.Parameters.Length ? Text(value) : $"{Signature.Parameters[i].Name}={(Signature.Parameters[i].IsSecret ? Secrets.Blank : Text(value))}"));

    /// <summary>The first number that is called an id.</summary>
    private int? Meant()
    {
        for (var i = 0; i < Signature!.Parameters.Length && i + 1 < Call.Values.Length; i++)
            if (Signature.Parameters[i].Name.EndsWith("id", StringComparison.Ordinal) && Call.Values[i + 1] is RpcValue.Int { Value: var id })
                return id;
        return null;
    }

    private static string Text(RpcValue value) => value switch
    {
        RpcValue.Text text => $"\"{Secrets.BlankedTemplate(Cut(text.Value, MostOfArguments)!)}\"",
        RpcValue.Int number => $"{number.Value}",
        RpcValue.Long number => $"{number.Value}",
        RpcValue.Bool flag => flag.Value ? "true" : "false",
        RpcValue.Array array => $"[{string.Join(", ", array.Items.Take(64).Select(Text))}]",
        _ => value.GetType().Name,
    };
}

/// <param name="Route">the route's pattern, never the path as it was asked</param>
/// <param name="Id">the route's id; null: it has none</param>
/// <param name="Query">as it was asked, with the question mark</param>
/// <param name="Body">a small JSON body; empty: none, or none that is kept</param>
internal sealed record AnsweredRequest(
    string Verb, string Route, string? Id, string Query, byte[] Body, string User, int? UserId, string? By, int Result, string? Error,
    DateTimeOffset At, TimeSpan Took, Origin From) : AnsweredCall($"{Verb} {Route}", User, UserId, By, Result, Error, At, Took, From)
{
    protected override bool OnlyLooks => Verb is "GET" or "HEAD";

    protected override string? Object =>
        Route.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var word, ..] ? Id is null ? Singular(word) : $"{Singular(word)}/{Id}" : null;

    protected override string? Arguments
    {
        get
        {
            var body = Body.Length == 0 ? "" : Secrets.BlankedJson(Body);
            var both = Query.Length > 0 && body.Length > 0 ? $"{Query} {body}" : Query + body;
            return both.Length == 0 ? null : both;
        }
    }

    /// <summary>As XML-RPC's methods call it.</summary>
    private static string Singular(string plural) => plural switch
    {
        "networks" => "vn",
        _ => plural.EndsWith('s') && plural is not "status" ? plural[..^1] : plural,
    };
}
