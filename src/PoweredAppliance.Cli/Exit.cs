using PoweredAppliance.Client;

namespace PoweredAppliance.Cli;

/// <summary>What the process ends with. People script against these: never renumber.</summary>
internal static class Exit
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int NotAuthorised = 4;
    public const int Unreachable = 5;
    public const int Refused = 6;
    public const int TimedOut = 7;

    /// <summary>As shells report a command that Ctrl-C ended.</summary>
    public const int Interrupted = 130;

    public const string Text = """
          0   done
          1   failed
          2   the command line is wrong
          3   no such thing
          4   not logged in, or not authorised
          5   cannot reach the daemon
          6   refused: wrong state, name taken, bad value, in use
          7   timed out
          130 stopped by Ctrl-C
        """;

    public static int Of(PoweredException e) => e switch
    {
        { Failure: Failure.TimedOut } => TimedOut,
        { Failure: Failure.Unreachable or Failure.NotUnderstood } => Unreachable,
        { Problem.Status: 401 or 403 } => NotAuthorised,
        { Problem.Status: 404 } => NotFound,
        { Problem.Status: 400 or 409 or 413 or 415 or 422 or 423 } => Refused,
        { Problem.Status: 502 or 503 } => Unreachable,
        { Problem.Status: 504 } => TimedOut,
        _ => Failed,
    };
}

/// <summary>Ends the command with a sentence on stderr and an exit code.</summary>
internal sealed class Ending(int code, string text) : Exception(text)
{
    public int Code { get; } = code;
}
