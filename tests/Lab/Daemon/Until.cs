using System.Diagnostics;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Waits for the world, never longer than a deadline.</summary>
public static class Until
{
    /// <summary>For what comes by itself: whoever waits for longer, on however slow a machine, has found a fault.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Task<T> Some<T>(Func<Task<T?>> look, Func<string>? otherwise = null) => Some(look, Patience, otherwise);

    public static Task True(Func<Task<bool>> look, Func<string>? otherwise = null) => True(look, Patience, otherwise);

    public static async Task<T> Some<T>(Func<Task<T?>> look, TimeSpan deadline, Func<string>? otherwise = null)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } found)
                return found;
            if (since.Elapsed > deadline)
                throw new TimeoutException($"not within {deadline.TotalSeconds:0} s: {otherwise?.Invoke()}");
            await Task.Delay(25);
        }
    }

    public static Task True(Func<Task<bool>> look, TimeSpan deadline, Func<string>? otherwise = null) =>
        Some<object>(async () => await look() ? Found : null, deadline, otherwise);

    private static readonly object Found = new();
}
