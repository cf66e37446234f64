using Microsoft.Win32.SafeHandles;

namespace PoweredAppliance.Cli;

/// <summary>The world that a command line is run in: the process's own, or a test's.</summary>
internal sealed record Shell
{
    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    public required TextReader In { get; init; }
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }
    public bool InIsTerminal { get; init; }

    /// <summary>The input as bytes, for the serial console.</summary>
    public Func<Stream> Keys { get; init; } = System.Console.OpenStandardInput;

    /// <summary>The output as bytes.</summary>
    public Func<Stream> Screen { get; init; } = System.Console.OpenStandardOutput;

    /// <summary>Asks for a word that is not shown while it is typed; null at the end of the input.</summary>
    public Func<string?>? Secret { get; init; }

    /// <summary>Columns and lines of the terminal.</summary>
    public Func<(int Width, int Height)> Size { get; init; } = () => (120, 40);

    /// <summary>An environment variable; null when it is unset or empty.</summary>
    public required Func<string, string?> Environment { get; init; }
    public required string Home { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public bool Colour => OutIsTerminal && Environment("NO_COLOR") is null && Environment("TERM") is not "dumb";

    public static Shell OfProcess()
    {
        var plain = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Shell
        {
            Out = new StreamWriter(System.Console.OpenStandardOutput(), plain, 16384) { AutoFlush = false },
            Error = new StreamWriter(System.Console.OpenStandardError(), plain, 1024) { AutoFlush = true },
            In = new Lazily(() => System.Console.In),
            OutIsTerminal = !System.Console.IsOutputRedirected,
            ErrorIsTerminal = !System.Console.IsErrorRedirected,
            InIsTerminal = !System.Console.IsInputRedirected,
            Keys = OpenKeys,
            Secret = ReadUnseen,
            Size = () => (Math.Max(System.Console.WindowWidth, 40), Math.Max(System.Console.WindowHeight, 5)),
            Environment = name =>
                System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
            Home = System.Environment.GetEnvironmentVariable("HOME") ?? "/",
        };
    }

    /// <summary>The framework's own stream of a terminal waits for whole lines.</summary>
    private static Stream OpenKeys() => System.Console.IsInputRedirected
        ? System.Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    private static string? ReadUnseen()
    {
        var word = new System.Text.StringBuilder();
        while (System.Console.ReadKey(intercept: true) is var key && key.Key is not ConsoleKey.Enter)
        {
            if (key.Key is ConsoleKey.Backspace)
                word.Length = Math.Max(word.Length - 1, 0);
            else if (key is { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } && word.Length == 0)
                return null;
            else if (!char.IsControl(key.KeyChar))
                word.Append(key.KeyChar);
        }

        System.Console.Error.WriteLine();
        return word.ToString();
    }

    /// <summary>Opening the console's input sets up terminal handling, which few commands need.</summary>
    private sealed class Lazily(Func<TextReader> make) : TextReader
    {
        private readonly Lazy<TextReader> _reader = new(make);

        public override int Read() => _reader.Value.Read();

        public override int Read(char[] buffer, int index, int count) => _reader.Value.Read(buffer, index, count);

        public override string? ReadLine() => _reader.Value.ReadLine();

        public override string ReadToEnd() => _reader.Value.ReadToEnd();
    }
}
