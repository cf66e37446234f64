namespace Tidy.Rules;

/// <summary>Places that may do what others may not, by name and with the reason.</summary>
public static class Exceptions
{
    public sealed record Allowance(string File, string Call, string Reason);

    public static readonly Allowance[] All =
    [
        new("src/PoweredAppliance.Cli/Terminal/RawMode.cs", "Import", "termios is reached by libc alone; .NET has no raw mode for terminals"),
        new("src/PoweredAppliance.Api/Auth/Argon2.cs", "Import", "libargon2 has one function that is called, and its memory is mapped and unmapped"),
        new("src/LibvirtSharp/Events/EventLoop.cs", "Console", "what a handler throws while nobody listens for it must not vanish"),
    ];

    /// <summary>Whether an exception of this file names something that <paramref name="pattern"/> speaks of.</summary>
    public static bool Allows(string file, string pattern) =>
        All.Any(e => e.File == file && pattern.Contains(e.Call, StringComparison.Ordinal));
}
