using System.Diagnostics;

namespace PoweredAppliance.Lab.Guests;

/// <summary>The small guest's bootable disk: in the folder that POWERED_IMAGES names, else made by its recipe, which keeps what it made.</summary>
internal static class SmallGuest
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The qcow2 file; skips the running test, with the recipe's own words, where it cannot be made.</summary>
    public static async Task<string> Disk()
    {
        if (Environment.GetEnvironmentVariable("POWERED_IMAGES") is { Length: > 0 } made && File.Exists($"{made}/small-guest.qcow2"))
            return $"{made}/small-guest.qcow2";
        var recipe = Above(AppContext.BaseDirectory).Select(folder => $"{folder}/images/small-guest/build").FirstOrDefault(File.Exists);
        if (recipe is null)
            Assert.Skip("no small guest: POWERED_IMAGES names no folder with small-guest.qcow2, and its recipe is not above the tests");
        var target = Path.Combine(AppContext.BaseDirectory, "small-guest");
        using var build = Process.Start(new ProcessStartInfo("bash", [recipe, target]) { RedirectStandardError = true })!;
        var said = await build.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await build.WaitForExitAsync().WaitAsync(Patience);
        if (build.ExitCode != 0)
            Assert.Skip($"no small guest: {said.Trim()}");
        return Path.Combine(target, "small-guest.qcow2");
    }

    private static IEnumerable<string> Above(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}
