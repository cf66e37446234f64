using System.Diagnostics;

namespace LibvirtSharp.Tests;

/// <summary>Waits for what the world does in its own time: looks again and again until a deadline.</summary>
internal static class Eventually
{
    public static void True(Func<bool> condition, string what, int seconds = 10)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"not within {seconds} s: {what}");
            Thread.Yield();
            SpinWait.SpinUntil(condition, 20);
        }
    }
}
