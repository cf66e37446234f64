using System.Runtime.InteropServices;

namespace PoweredAppliance.Cli.Terminal;

/// <summary>
/// Keys come one by one, unseen and uninterpreted, until disposed. For the terminal on standard input.
/// </summary>
internal sealed unsafe partial class RawMode : IDisposable
{
    // struct termios is 60 bytes on Linux, other systems stay below this; we never look inside
    private const int Termios = 256;
    private const int Now = 0;

    private readonly byte[] _before = new byte[Termios];
    private bool _left;

    public RawMode()
    {
        fixed (byte* before = _before)
        {
            if (tcgetattr(0, before) != 0)
                throw new IOException("cannot read the terminal's settings");
        }

        var raw = (byte[])_before.Clone();
        fixed (byte* settings = raw)
        {
            cfmakeraw(settings);
            if (tcsetattr(0, Now, settings) != 0)
                throw new IOException("cannot change the terminal's settings");
        }
    }

    public void Dispose()
    {
        if (_left)
            return;
        _left = true;
        fixed (byte* before = _before)
            _ = tcsetattr(0, Now, before);
    }

    [LibraryImport("libc")]
    private static partial int tcgetattr(int file, byte* settings);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int file, int when, byte* settings);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* settings);
}
