using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

public enum Failure
{
    /// <summary>The daemon answered with a problem.</summary>
    Refused,

    /// <summary>Nobody answered, or the connection broke.</summary>
    Unreachable,

    /// <summary>No answer within the deadline. Whether the request was done is not known.</summary>
    TimedOut,

    /// <summary>What answered does not speak this API.</summary>
    NotUnderstood,
}

/// <summary>A request that was not done, or not known to be done.</summary>
public sealed class PoweredException(Failure failure, Problem problem, Exception? cause = null)
    : Exception(problem.Detail ?? problem.Title, cause)
{
    public Failure Failure { get; } = failure;

    /// <summary>What the daemon said; for the other failures, one made here with status 0.</summary>
    public Problem Problem { get; } = problem;

    internal static PoweredException Unreachable(Uri address, Exception cause) => new(
        Failure.Unreachable,
        new Problem
        {
            Title = "cannot reach the daemon",
            Status = 0,
            Detail = $"cannot reach poweredd at {address.GetLeftPart(UriPartial.Authority)}: {Innermost(cause)}",
        },
        cause);

    internal static PoweredException TimedOut(string what, TimeSpan deadline, Exception? cause) => new(
        Failure.TimedOut,
        new Problem
        {
            Title = "timed out",
            Status = 0,
            Detail = $"{what}: no answer within {deadline.TotalSeconds:0.###} s",
        },
        cause);

    internal static PoweredException NotUnderstood(string what, int status, Exception? cause = null) => new(
        Failure.NotUnderstood,
        new Problem
        {
            Title = "not understood",
            Status = status,
            Detail = $"{what}: the answer (HTTP {status}) is not of this API; is that address poweredd's?",
        },
        cause);

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
            e = inner;
        return e.Message;
    }
}
