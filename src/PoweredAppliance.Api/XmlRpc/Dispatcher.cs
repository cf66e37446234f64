using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// From a call to its reply, in OpenNebula's order of checks: the method is known, the session is authenticated, the parameters are
/// what it takes; then its handler looks for the object, the rights, and does it.
/// </summary>
internal sealed class Dispatcher(MethodTable methods, Sessions sessions, Inventory inventory, ApiHooks hooks, AuditLog audit, TimeProvider time, ILogger<Dispatcher> log)
{
    public async Task<Reply> Answer(RpcCall call, Origin from, CancellationToken stop)
    {
        if (Introspection.Knows(call.Method))
            return await Introspection.Answer(call, methods, nested => Answer(nested, from, stop)).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        if (methods.Find(call.Method) is not { } method)
        {
            var unknown = new Reply.Fault(RpcFault.NotDefined(call.Method));
            Keep(call, null, null, unknown, began, from);
            return unknown;
        }

        var (reply, who) = await Answer(method, call, from, stop).ConfigureAwait(false);
        if (who is not null)
            await hooks.Answered(call, reply).ConfigureAwait(false);
        Keep(call, method, who, reply, began, from);
        method.Answered(reply, Stopwatch.GetElapsedTime(began));
        return reply;
    }

    /// <summary>Why a call is not read any further that begins like this: it is nobody's who is known. Null: it is somebody's.</summary>
    public async ValueTask<Reply?> Stranger(RpcCall opening, Origin from, CancellationToken stop)
    {
        if (MethodSignature.Session(opening) is not ({ } session, null))
            return new Reply.Fault(MethodSignature.Session(opening).Fault!);
        var began = Stopwatch.GetTimestamp();
        if (await sessions.Authenticate(session, from.Address, stop).ConfigureAwait(false) is not { Admission: null, Why: { } why })
            return null;
        Keep(opening, methods.Find(opening.Method), null, why, began, from);
        return why;
    }

    private async Task<(Reply Reply, Admission? Who)> Answer(RpcMethod method, RpcCall call, Origin from, CancellationToken stop)
    {
        if (MethodSignature.Session(call) is not ({ } session, null))
            return (new Reply.Fault(MethodSignature.Session(call).Fault!), null);
        var entry = await sessions.Authenticate(session, from.Address, stop).ConfigureAwait(false);
        if (entry.Admission is not { } who)
            return (entry.Why!, null);
        if (who.OnlyToLogIn && method.Name is not "one.user.login")
            return (Entry.NeedsToken.Why!, who);
        if (ZoneRule.Refuses(inventory, method.WorksInDisabledZone) is { } disabled)
            return (disabled, who);
        if (method.Signature.Bind(call) is not ({ } arguments, null))
            return (new Reply.Fault(method.Signature.Bind(call).Fault!), who);
        return (method.Handler is { } handler
            ? await Answer(handler, new Call(who.Subject, method.Name, arguments, from.Port)).ConfigureAwait(false)
            : MethodTable.Unsupported(method.Name, -1), who);
    }

    private async Task<Reply> Answer(Handler handler, Call call)
    {
        try
        {
            return await handler(call).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            return new Refusal(ErrorCode.Internal, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "{Method} failed", call.Method);
            return new Refusal(ErrorCode.Internal, "The appliance could not answer; its log says why.");
        }
    }

    private void Keep(RpcCall call, RpcMethod? method, Admission? who, Reply reply, long began, Origin from)
    {
        var (result, error) = reply switch
        {
            Reply.No { Why: var why } => ((int)why.Code, why.Text),
            Reply.Fault { Why: var fault } => (fault.Code, fault.Text),
            _ => (0, null),
        };
        var user = who?.User ?? (MethodSignature.Session(call).Session is { } session ? SessionString.Parse(session)?.User : null) ?? "";
        var made = reply is Reply.Value { Item: RpcValue.Int { Value: var id } } ? id : (int?)null;
        audit.Add(new AnsweredRpc(
            call, method?.Signature, user, who?.Subject.User.Value, who?.By, result, error, made, time.GetUtcNow(), Stopwatch.GetElapsedTime(began), from));
    }
}
