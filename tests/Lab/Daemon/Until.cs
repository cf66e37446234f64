using System.Diagnostics;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Waits for the world, never longer than a deadline.</summary>
public static class Until
{
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
