using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;
using Prometheus;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>A call of a known method by somebody who is known. Parameters count from 1, behind the session.</summary>
/// <param name="Port">that it came in by</param>
internal sealed record Call(Subject Who, string Method, RpcArguments Arguments, int Port)
{
    public int Int(int index) => Arguments.Int(index);
    public bool Bool(int index) => Arguments.Bool(index);
    public string Text(int index) => Arguments.Text(index);

    /// <summary>The id that most methods begin with.</summary>
    public int Id => Arguments.Int(1);

    /// <summary>The nine numbers of chmod, from the second parameter on.</summary>
    public int[] Nine => [.. Enumerable.Range(2, 9).Select(Arguments.Int)];

    /// <summary>A parameter in seconds that says how old samples may be: -1 as old as there are (null), 0 the last alone.</summary>
    public TimeSpan? Age(int index) => Int(index) is >= 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>A parameter that is a template, or why it is none.</summary>
    public (Template? Template, Refusal? Why) Template(int index) =>
        Core.Templates.Template.TryParse(Text(index), out var template, out var error)
            ? (template, null)
            : (null, new(ErrorCode.Internal, error));

    /// <summary>Does it with a parameter that is a template, where it is one.</summary>
    public Task<Reply> WithTemplate(int index, Func<Core.Templates.Template, Task<Answer>> act) => Template(index) is ({ } template, null)
        ? Reply.Of(act(template))
        : Task.FromResult<Reply>(Template(index).Why!);

    /// <summary>The last parameter of update methods: 0 replaces, 1 appends.</summary>
    public (bool Append, Refusal? Why) Append(int index) => Int(index) switch
    {
        0 => (false, null),
        1 => (true, null),
        var other => (false, new(ErrorCode.RpcApi, $"Wrong update type {other}", "append", $"{other}", Id)),
    };
}

internal delegate Task<Reply> Handler(Call call);

/// <summary>Handlers of kin by their methods' names.</summary>
internal interface IMethods
{
    Dictionary<string, Handler> All { get; }
}

/// <param name="handler">null: OpenNebula has the method, the appliance does not</param>
internal sealed class RpcMethod(MethodSignature signature, Handler? handler)
{
    private static readonly Histogram Latency = Prometheus.Metrics.CreateHistogram(
        "powered_xmlrpc_call_seconds", "Time to answer a call of OpenNebula's API, over XML-RPC or gRPC, its document not yet sent.", ["method", "result"],
        new HistogramConfiguration { Buckets = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30] });

    private IHistogram? _done, _refused;

    public string Name => signature.Method;

    public MethodSignature Signature => signature;

    public Handler? Handler => handler;

    /// <summary>What is read can be read of a disabled zone, and it can be enabled again. As OpenNebula has it, a cluster by itself is not among that.</summary>
    public bool WorksInDisabledZone { get; } = signature.Method is "one.system.version" or "one.system.config" or "one.zone.enable" or "one.zone.raftstatus"
        || (signature.Method.EndsWith(".info", StringComparison.Ordinal) && signature.Method is not "one.cluster.info")
        || signature.Method.Split('.')[1].EndsWith("pool", StringComparison.Ordinal);

    /// <summary>Looks its labels up once, and only for methods that are called.</summary>
    public void Answered(Reply reply, TimeSpan took)
    {
        var latency = reply is Reply.No or Reply.Fault
            ? _refused ??= Latency.WithLabels(Name, "error")
            : _done ??= Latency.WithLabels(Name, "ok");
        latency.Observe(took.TotalSeconds);
    }
}
