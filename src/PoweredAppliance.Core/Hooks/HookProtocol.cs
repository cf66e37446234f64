namespace PoweredAppliance.Core.Hooks;

/// <summary>What can be said to the queue of hooks and what it remembers.</summary>
public static class HookProtocol
{
    public interface ICommand;
    public interface IEvent { int Hook { get; } DateTimeOffset At { get; } }

    public interface IReply;

    /// <summary>It is stored; whoever told it need not tell it again.</summary>
    public sealed record Taken(int Hook, string Source, long Sequence) : IReply;
    public sealed record Refused(Refusal Why) : IReply;

    /// <summary>Something happened that this hook waits for. Told twice, it is taken once.</summary>
    /// <param name="Source">whose happenings are counted by <paramref name="Sequence"/>; empty: they are not, each is another</param>
    /// <param name="Arguments">as the command gets them, with blanks between</param>
    public sealed record Fire(int Hook, string Source, long Sequence, string Arguments) : ICommand;

    /// <summary>Runs it again with the arguments of an earlier execution.</summary>
    public sealed record Retry(int Hook, int Execution) : ICommand;

    /// <summary>The first in the hook's line has been run.</summary>
    public sealed record Report(int Hook, HookOutcome Outcome) : ICommand;

    /// <summary>The hook is gone, and with it what waits for it and its log.</summary>
    public sealed record Forget(int Hook) : ICommand;

    public sealed record Queued(int Hook, DateTimeOffset At, string Source, long Sequence, string Arguments, bool IsRetry) : IEvent;
    public sealed record Ran(int Hook, DateTimeOffset At, HookOutcome Outcome) : IEvent;
    public sealed record Forgotten(int Hook, DateTimeOffset At) : IEvent;
}

/// <summary>What is to be run: no shell looks at it.</summary>
/// <param name="Path">of a file in the folder of hooks</param>
/// <param name="Stdin">null: nothing is written to it</param>
public sealed record HookCommand(string Path, IReadOnlyList<string> Arguments, string? Stdin, TimeSpan Timeout);

/// <param name="Command">as it was run</param>
/// <param name="Code">the exit code; <see cref="NotRun"/>: it could not be run, did not end in time or was killed</param>
/// <param name="Stdout">its beginning, at most <see cref="MostOutput"/> bytes</param>
public sealed record HookOutcome(string Command, int Code, string Stdout, string Stderr)
{
    public const int NotRun = 255;
    public const int MostOutput = 16 * 1024;
}

/// <summary>Runs a command and waits for its end; whatever goes wrong is its outcome.</summary>
public delegate Task<HookOutcome> RunHook(HookCommand command, CancellationToken stop);
