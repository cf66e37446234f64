using System.Collections.Immutable;
using static PoweredAppliance.Core.Hooks.HookProtocol;

namespace PoweredAppliance.Core.Hooks;

/// <summary>One execution, as hooklog shows it.</summary>
/// <param name="Timestamp">unix seconds of its end</param>
public sealed record HookExecution(int Hook, int Id, long Timestamp, string Arguments, HookOutcome Outcome, bool IsRetry);

/// <param name="Waiting">in the order in which it happened; the first is run next, or runs</param>
/// <param name="Log">the last executions, oldest first</param>
public sealed record HookLine(ImmutableList<Queued> Waiting, int NextExecution, ImmutableList<HookExecution> Log)
{
    public static readonly HookLine Empty = new([], 0, []);
}

/// <summary>
/// What happened and no hook was run for yet: a line for each hook, so that one that fails or hangs keeps none but its own waiting. An
/// execution that was cut off by a crash is made again: a hook may run twice for one happening, never not at all.
/// </summary>
public sealed record HookQueue(ImmutableSortedDictionary<int, HookLine> Lines, ImmutableDictionary<(int Hook, string Source), long> Last)
{
    /// <summary>Executions of a hook that are kept (OpenNebula's LOG_RETENTION).</summary>
    public const int Kept = 20;

    public static readonly HookQueue Empty = new(ImmutableSortedDictionary<int, HookLine>.Empty, ImmutableDictionary<(int, string), long>.Empty);

    public HookLine Of(int hook) => Lines.GetValueOrDefault(hook, HookLine.Empty);

    /// <summary>This happening of that source was told before.</summary>
    public bool Has(int hook, string source, long sequence) => source.Length > 0 && Last.TryGetValue((hook, source), out var last) && sequence <= last;

    public Decision<IEvent> Decide(ICommand command, DateTimeOffset now) => command switch
    {
        Fire fire => Has(fire.Hook, fire.Source, fire.Sequence)
            ? Decision<IEvent>.Nothing
            : Decision<IEvent>.Of(new Queued(fire.Hook, now, fire.Source, fire.Sequence, fire.Arguments, IsRetry: false)),
        Retry retry => Of(retry.Hook).Log.Find(e => e.Id == retry.Execution) is { } earlier
            ? Decision<IEvent>.Of(new Queued(retry.Hook, now, "", 0, earlier.Arguments, IsRetry: true))
            : Decision<IEvent>.No(new(ErrorCode.Internal, $"Hook {retry.Hook} has no execution {retry.Execution}.", "hk_exe_id", $"{retry.Execution}", retry.Hook)),
        Report report => Of(report.Hook).Waiting.IsEmpty ? Decision<IEvent>.Nothing : Decision<IEvent>.Of(new Ran(report.Hook, now, report.Outcome)),
        Forget forget => Lines.ContainsKey(forget.Hook) ? Decision<IEvent>.Of(new Forgotten(forget.Hook, now)) : Decision<IEvent>.Nothing,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "a command this version has never heard of"),
    };

    public HookQueue Apply(IEvent e)
    {
        var line = Of(e.Hook);
        switch (e)
        {
            case Queued queued:
                return new(
                    Lines.SetItem(e.Hook, line with { Waiting = line.Waiting.Add(queued) }),
                    queued.Source.Length == 0 ? Last : Last.SetItem((queued.Hook, queued.Source), queued.Sequence));
            case Ran ran:
                var first = line.Waiting[0];
                var log = line.Log.Add(new(ran.Hook, line.NextExecution, ran.At.ToUnixTimeSeconds(), first.Arguments, ran.Outcome, first.IsRetry));
                return this with
                {
                    Lines = Lines.SetItem(e.Hook, new(line.Waiting.RemoveAt(0), line.NextExecution + 1, log.Count > Kept ? log.RemoveAt(0) : log)),
                };
            case Forgotten:
                return new(Lines.Remove(e.Hook), Last.RemoveRange(Last.Keys.Where(k => k.Hook == e.Hook)));
            default:
                throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of");
        }
    }
}
