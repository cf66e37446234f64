using PoweredAppliance.Client;

namespace PoweredAppliance.Cli;

/// <summary>Where the daemon is and who asks, from the same variables as OpenNebula's tools read, and ours.</summary>
internal static class Destination
{
    public const int Port = 2616;

    /// <summary><c>--api</c>, else POWERED_API, else the host in ONE_XMLRPC with our port, else this machine.</summary>
    public static Uri Address(Shell shell, string? asked)
    {
        if ((asked ?? shell.Environment("POWERED_API")) is { } full)
            return Parse(full, asked is null ? "POWERED_API" : "--api");
        return shell.Environment("ONE_XMLRPC") is { } xmlrpc
            ? new UriBuilder(Parse(xmlrpc, "ONE_XMLRPC")) { Port = Port, Path = "/" }.Uri
            : new Uri($"http://localhost:{Port}/");
    }

    /// <summary>
    /// Files that may hold <c>user:secret</c>, the first that exists counts: ONE_AUTH alone when it is set; else
    /// POWERED_DATA/one_auth, ~/.one/one_auth,
    /// and what the daemon wrote on this machine.
    /// </summary>
    public static IReadOnlyList<string> AuthFiles(Shell shell)
    {
        if (shell.Environment("ONE_AUTH") is { } file)
            return [file];
        var own = Path.Combine(shell.Home, ".one", "one_auth");
        return shell.Environment("POWERED_DATA") is { } data
            ? [Path.Combine(data, "one_auth"), own]
            : [own, "/var/lib/powered/one_auth"];
    }

    /// <exception cref="Ending">There is no file, it cannot be read, or it does not hold a pair.</exception>
    public static string Credentials(Shell shell)
    {
        var files = AuthFiles(shell);
        var file = files.FirstOrDefault(File.Exists)
            ?? throw new Ending(
                Exit.NotAuthorised,
                $"not logged in: there is no {string.Join(" and no ", files)}; run `powered login`, "
                + "or let ONE_AUTH name a file that holds user:password");
        try
        {
            var pair = File.ReadAllText(file).Trim();
            return pair.IndexOf(':') > 0
                ? pair
                : throw new Ending(Exit.NotAuthorised, $"{file} does not hold user:password");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new Ending(Exit.NotAuthorised, $"cannot read {file}: {e.Message}");
        }
    }

    public static PoweredClientOptions Options(Shell shell, Uri address, string? credentials) =>
        new() { Address = address, Credentials = credentials, Time = shell.Time };

    private static Uri Parse(string text, string from) =>
        Uri.TryCreate(
            text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new Ending(Exit.Usage, $"{from} is not an http address: '{text}'");
}
