using System.Diagnostics;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>The small guest's bootable disk, built once a test run from its recipe in <c>images/</c>.</summary>
internal static class SmallGuest
{
    private static readonly Lazy<Task<(string? File, string Said)>> Built = new(Build);

    /// <summary>The qcow2 file; skips the running test where it cannot be built.</summary>
    internal static async Task<string> Image()
    {
        var (file, said) = await Built.Value;
        if (file is null)
            Assert.Skip($"the small guest cannot be built here: {said}");
        return file;
    }

    private static async Task<(string? File, string Said)> Build()
    {
        var recipe = Recipe();
        if (recipe is null)
            return (null, "images/small-guest/build is not above the tests");
        var folder = Path.Combine(AppContext.BaseDirectory, "small-guest");
        using var build = Process.Start(new ProcessStartInfo("bash", [recipe, folder]) { RedirectStandardError = true })!;
        var said = await build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync();
        return build.ExitCode == 0 ? (Path.Combine(folder, "small-guest.qcow2"), said) : (null, said.Trim());
    }

    private static string? Recipe()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var recipe = Path.Combine(folder.FullName, "images", "small-guest", "build");
            if (File.Exists(recipe))
                return recipe;
        }
        return null;
    }
}
