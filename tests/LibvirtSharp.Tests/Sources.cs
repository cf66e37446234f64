namespace LibvirtSharp.Tests;

internal static class Sources
{
    /// <summary>The folder of the solution, found from where the tests were built.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PoweredAppliance.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no PoweredAppliance.sln above the tests");
        return folder;
    }
}
