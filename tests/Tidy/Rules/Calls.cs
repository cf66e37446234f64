using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>Calls that bring in a clock, dice or a blocked thread where time, ids and seeds are given and nothing waits.</summary>
public static class Calls
{
    private sealed record Ban(string Pattern, string Instead, params string[] Except)
    {
        public Regex Regex { get; } = new(Pattern, RegexOptions.CultureInvariant);
    }

    private static readonly Ban[] Everywhere =
    [
        new(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b", "take a TimeProvider, or the time itself in a rule"),
        new(@"\bGuid\.(NewGuid|CreateVersion7)\b", "let the id come in from the caller"),
        new(@"\bnew\s+Random\b|\bRandom\.Shared\b", "take a seed; secrets come from RandomNumberGenerator"),
        new(@"\bThread\.Sleep\b", "await Task.Delay with a TimeProvider and a token, or wait for the condition"),
        new(@"\b\w*[Tt]ask\w*(\([^()]*\))?\.Result\b|\)\.Result\b(?!\s*[({])|\.GetAwaiter\(\)\s*\.GetResult\(\)|\b\w*[Tt]ask\w*\.Wait(All|Any)?\(",
            "await it: a blocked thread is somebody else's latency"),
        new(@"\bConsole\.(Write|WriteLine|Error|Out|In)\b", "log, or return it: only the two programs talk to a terminal", "src/PoweredAppliance.Cli"),
    ];

    private static readonly Ban[] InPureRooms =
    [
        new(@"\b(File|Directory|Process|Environment|Dns)\.\w|\bnew\s+(FileStream|HttpClient|Process|Timer|Socket|TcpClient|UdpClient)\b",
            "a pure room touches nothing: take what was read, give back what to write"),
        new(@"\bTimeProvider\.System\b|\bStopwatch\b|\bTask\.(Delay|Run)\b", "a pure room has no clock and no threads: take the time as a value"),
        new(@"\busing\s+(Akka|System\.Net\.Http|Microsoft\.)", "a pure room knows no framework"),
    ];

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.IsCSharp || !file.Under("src"))
            yield break;

        var free = file.Under("src/PoweredAppliance.Daemon", "src/PoweredAppliance.Simulation");
        if (free)
            yield break;
        foreach (var ban in Arrows.Pure.Contains(file.Room) ? [.. Everywhere, .. InPureRooms] : Everywhere)
        {
            if (ban.Except.Any(e => file.Under(e)) || Exceptions.Allows(file.Path, ban.Pattern))
                continue;
            foreach (Match m in ban.Regex.Matches(file.Code))
                yield return new(file.Path, file.LineOf(m.Index), $"{m.Value.Trim()}: {ban.Instead}");
        }
    }
}
