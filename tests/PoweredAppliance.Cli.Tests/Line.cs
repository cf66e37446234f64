using System.Text;

namespace PoweredAppliance.Cli.Tests;

/// <summary>What a command line came to.</summary>
internal sealed record Ran(int Code, string Out, string Error);

/// <summary>Runs command lines of <c>powered</c> in this process, against one appliance.</summary>
internal sealed class Line : IDisposable
{
    private readonly Dictionary<string, string> _environment = [];

    public Line(CannedAppliance? appliance = null, string credentials = CannedAppliance.Credentials)
    {
        Home = Directory.CreateTempSubdirectory("powered-cli-").FullName;
        Directory.CreateDirectory(Path.Combine(Home, ".one"));
        AuthFile = Path.Combine(Home, ".one", "one_auth");
        File.WriteAllText(AuthFile, credentials + "\n");
        if (appliance is not null)
            this["POWERED_API"] = appliance.Address;
    }

    public string Home { get; }
    public string AuthFile { get; }
    public string Input { get; init; } = "";
    public bool Terminal { get; init; }
    public Stream Keys { get; init; } = Stream.Null;
    public Stream Screen { get; init; } = Stream.Null;
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>What has been written so far, also while the command runs.</summary>
    public Spool Out { get; } = new();
    public Spool Error { get; } = new();

    public string this[string variable]
    {
        set => _environment[variable] = value;
    }

    public async Task<Ran> Run(params string[] words)
    {
        var shell = new Shell
        {
            Out = Out,
            Error = Error,
            In = new StringReader(Input),
            OutIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            Keys = () => Keys,
            Screen = () => Screen,
            Size = () => (100, 30),
            Environment = _environment.GetValueOrDefault,
            Home = Home,
            Time = new Stopped(),
        };
        var code = await CommandLine.Run(shell, words, Stop.Token);
        return new Ran(code, Out.Text, Error.Text);
    }

    public void Dispose()
    {
        Directory.Delete(Home, recursive: true);
        Stop.Dispose();
    }

    /// <summary>
    /// The time of day stands still, in UTC. Timers run, but for long ones: they are for what does not come, and on a machine that is
    /// busy it comes late.
    /// </summary>
    private sealed class Stopped : TimeProvider
    {
        private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Samples.Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime < Long ? dueTime : Timeout.InfiniteTimeSpan, period);
    }
}

/// <summary>A writer that can be read while it is written.</summary>
internal sealed class Spool : TextWriter
{
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();

    public override Encoding Encoding => Encoding.UTF8;

    public string Text
    {
        get
        {
            lock (_lock)
                return _text.ToString();
        }
    }

    public override void Write(char value)
    {
        lock (_lock)
            _text.Append(value);
    }

    public override void Write(string? value)
    {
        lock (_lock)
            _text.Append(value);
    }
}

internal static class Until
{
    /// <summary>Waits for the world to become so; fails when it does not.</summary>
    public static async Task True(Func<bool> so, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!so())
        {
            Assert.False(deadline.IsCancellationRequested, $"did not happen within two minutes: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
