using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Core;
using Prometheus;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// From a call to its reply, in OpenNebula's order of checks: the method is known, the session is authenticated, the parameters are
/// what it takes; then its handler looks for the object, the rights, and does it.
/// </summary>
internal sealed class Dispatcher(MethodTable methods, Sessions sessions, ILogger<Dispatcher> log)
{
    private static readonly Histogram Latency = Prometheus.Metrics.CreateHistogram(
        "powered_xmlrpc_call_seconds", "Time to answer an XML-RPC call, its document not yet sent.", ["method", "result"],
        new HistogramConfiguration { Buckets = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30] });

    public async Task<Reply> Answer(RpcCall call, int port, CancellationToken stop)
    {
        if (Introspection.Knows(call.Method))
            return await Introspection.Answer(call, methods, nested => Answer(nested, port, stop)).ConfigureAwait(false);
        if (methods.Find(call.Method) is not { } method)
            return new Reply.Fault(RpcFault.NotDefined(call.Method));

        var began = Stopwatch.GetTimestamp();
        var reply = await Answer(method, call, port, stop).ConfigureAwait(false);
        Latency.WithLabels(method.Name, reply is Reply.No or Reply.Fault ? "error" : "ok").Observe(Stopwatch.GetElapsedTime(began).TotalSeconds);
        return reply;
    }

    private async Task<Reply> Answer(RpcMethod method, RpcCall call, int port, CancellationToken stop)
    {
        if (MethodSignature.Session(call) is not ({ } session, null))
            return new Reply.Fault(MethodSignature.Session(call).Fault!);
        if (await sessions.Authenticate(session, stop).ConfigureAwait(false) is not { } who)
            return Sessions.Rejected;
        if (method.Signature.Bind(call) is not ({ } arguments, null))
            return new Reply.Fault(method.Signature.Bind(call).Fault!);
        if (method.Handler is not { } handler)
            return MethodTable.Unsupported(method.Name, -1);
        try
        {
            return await handler(new Call(who, method.Name, arguments, port)).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            return new Refusal(ErrorCode.Internal, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "{Method} failed", method.Name);
            return new Refusal(ErrorCode.Internal, "The appliance could not answer; its log says why.");
        }
    }
}
