using PoweredAppliance.Core.Hooks;
using static PoweredAppliance.ControlPlane.Serialization.StoredVm;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>How the events of the queue of hooks lie in the journal; the rules of <see cref="StoredVm"/> hold.</summary>
internal static class StoredHook
{
    internal sealed record QueuedV1(int Hook, long At, string Source, long Sequence, string Arguments, bool IsRetry);
    internal sealed record RanV1(int Hook, long At, string Command, int Code, string Stdout, string Stderr);
    internal sealed record ForgottenV1(int Hook, long At);

    internal static (string Manifest, object Form) Store(HookProtocol.IEvent e)
    {
        var (hook, at) = (e.Hook, e.At.ToUnixTimeMilliseconds());
        return e switch
        {
            HookProtocol.Queued q => ("hook/queued/1", new QueuedV1(hook, at, q.Source, q.Sequence, q.Arguments, q.IsRetry)),
            HookProtocol.Ran { Outcome: var o } => ("hook/ran/1", new RanV1(hook, at, o.Command, o.Code, o.Stdout, o.Stderr)),
            HookProtocol.Forgotten => ("hook/forgotten/1", new ForgottenV1(hook, at)),
            _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event without a stored form"),
        };
    }

    internal static HookProtocol.IEvent Restore(object form) => form switch
    {
        QueuedV1 q => new HookProtocol.Queued(q.Hook, Time(q.At), q.Source, q.Sequence, q.Arguments, q.IsRetry),
        RanV1 r => new HookProtocol.Ran(r.Hook, Time(r.At), new(r.Command, r.Code, r.Stdout, r.Stderr)),
        ForgottenV1 f => new HookProtocol.Forgotten(f.Hook, Time(f.At)),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a stored form of the queue of hooks"),
    };
}
