using System.Diagnostics;

namespace LibvirtSharp.Tests;

/// <summary>
/// Waits for what the world does in its own time: looks again and again until a deadline, which is for what never comes and is long
/// enough for a machine that is busy with other things.
/// </summary>
internal static class Eventually
{
    /// <summary>For what a healthy machine does at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static void True(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Patience)
                Assert.Fail($"not within {Patience.TotalSeconds} s: {what}");
            Thread.Yield();
            SpinWait.SpinUntil(condition, 20);
        }
    }
}
