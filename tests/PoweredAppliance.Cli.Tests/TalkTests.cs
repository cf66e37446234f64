using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Cli.Terminal;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class TalkTests
{
    /// <summary>
    /// A serial console that greets, answers each message in capitals, and closes when it is told <c>exit</c>.
    /// </summary>
    private static void Echo(CannedAppliance appliance) => appliance.Routing.MapGet(Routes.VmConsole, async context =>
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync("login: "u8.ToArray(), WebSocketMessageType.Binary, true, context.RequestAborted);
        var buffer = new byte[1024];
        const WebSocketMessageType End = WebSocketMessageType.Close;
        while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not End } got)
        {
            var text = Encoding.ASCII.GetString(buffer, 0, got.Count);
            appliance.Asked.Enqueue($"typed {text}");
            if (text == "exit")
            {
                await socket.CloseAsync(
                    WebSocketCloseStatus.NormalClosure, "the guest was shut down", context.RequestAborted);
                return;
            }

            await socket.SendAsync(
                Encoding.ASCII.GetBytes(text.ToUpperInvariant()),
                WebSocketMessageType.Binary,
                true,
                context.RequestAborted);
        }
    });

    [Fact]
    public async Task The_console_carries_bytes_both_ways_until_ctrl_bracket()
    {
        await using var appliance = await CannedAppliance.Start(Echo);
        appliance.Vms = [Samples.Vm(1, "web")];
        var screen = new MemoryStream();
        var keyboard = new Keyboard();
        using var line = new Line(appliance) { Keys = keyboard, Screen = screen };

        var running = line.Run("vm", "console", "web");
        keyboard.Press("root"u8);
        await Until.True(() => Encoding.ASCII.GetString(screen.ToArray()) == "login: ROOT", "the answer is shown");
        keyboard.Press([(byte)'a', SerialConsole.Escape, (byte)'b']);

        var ran = await running;
        Assert.Equal(Exit.Ok, ran.Code);
        Assert.EndsWith("VM 1: left the console\n", ran.Error);
        Assert.Equal(["typed root", "typed a"], Typed(appliance));
    }

    [Fact]
    public async Task On_a_real_terminal_each_key_goes_to_the_guest_at_once_also_ctrl_c()
    {
        await using var appliance = await CannedAppliance.Start(Echo);
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance);

        // script(1) gives the program a terminal whose keyboard is our pipe
        using var process = Binary.Start(
            "script", appliance, line.Home, "--quiet", "--return", "--command", $"{Binary.Regular} vm console web", "/dev/null");
        var said = "";
        Task Reads(string text) => Task.Run(() =>
        {
            while (!said.Contains(text, StringComparison.Ordinal))
            {
                var next = process.StandardOutput.Read();
                Assert.True(next >= 0, $"the program ended before it said '{text}', after '{said}'");
                said += (char)next;
            }
        });

        async Task Press(char key)
        {
            await process.StandardInput.WriteAsync(key);
            await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        }

        await Reads("login: ");
        await Press('a');
        await Reads("login: A");
        await Press('\u0003');
        await Reads("login: A\u0003");
        await Press('b');
        await Reads("login: A\u0003B");
        await Press((char)SerialConsole.Escape);
        await Reads("left the console");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["typed a", "typed \u0003", "typed b"], Typed(appliance));
        Assert.Equal(Exit.Ok, process.ExitCode);
    }

    private static IEnumerable<string> Typed(CannedAppliance appliance) =>
        appliance.Asked.Where(a => a.StartsWith("typed", StringComparison.Ordinal));

    [Fact]
    public async Task The_console_ends_with_the_guests_reason()
    {
        await using var appliance = await CannedAppliance.Start(Echo);
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance) { Keys = new MemoryStream("exit"u8.ToArray()) };

        var ran = await line.Run("vm", "console", "web");

        Assert.EndsWith("VM 1: the guest was shut down\n", ran.Error);
    }

    [Fact]
    public async Task A_console_that_is_refused_says_why()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(
            Routes.VmConsole, () => CannedAppliance.Problem(409, "VM 1 is POWEROFF, it has no console")));
        appliance.Vms = [Samples.Vm(1, "web", "POWEROFF")];
        using var line = new Line(appliance);

        var ran = await line.Run("vm", "console", "1");

        Assert.Equal(new Ran(Exit.Refused, "", "powered: VM 1 is POWEROFF, it has no console\n"), ran);
    }

    [Fact]
    public async Task The_log_is_printed_byte_for_byte()
    {
        byte[] said = [.. "boot\r\n\e[1mready\e[0m "u8, 0xff, 0x00];
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(
            Routes.VmLog, (HttpContext context) => context.Response.Body.WriteAsync(said).AsTask()));
        appliance.Vms = [Samples.Vm(1, "web")];
        var screen = new MemoryStream();
        using var line = new Line(appliance) { Screen = screen };

        var ran = await line.Run("vm", "log", "web", "--tail", "20");

        Assert.Equal(Exit.Ok, ran.Code);
        Assert.Equal(said, screen.ToArray());
        Assert.Contains("GET /api/v1/vms/1/log?tail=20", appliance.Asked);
    }

    [Fact]
    public async Task A_followed_log_goes_on_until_Ctrl_C()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.VmLog, async (HttpContext context) =>
        {
            using var left = context.RequestAborted.Register(() => a.Asked.Enqueue("left"));
            await context.Response.WriteAsync("ready", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        var screen = new MemoryStream();
        using var line = new Line(appliance) { Screen = screen };

        var running = line.Run("vm", "log", "1", "--follow");
        await Until.True(() => screen.ToArray().Length == 5, "the text is shown");
        await line.Stop.CancelAsync();

        Assert.Equal(new Ran(Exit.Ok, "", ""), await running);
        await Until.True(() => appliance.Asked.Contains("left"), "the stream is closed");
    }

    [Fact]
    public async Task Events_say_when_who_and_what()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapGet(Routes.VmEvents, () => CannedAppliance.Json(
            (IReadOnlyList<VmEvent>)
            [
                new VmEvent(1, Samples.Now, "created", "from template 0 'small'", "oneadmin"),
                new VmEvent(2, Samples.Now.AddSeconds(1), "placed", "on host0: the fullest of 2 that fit", "appliance"),
            ],
            WireJson.Default.IReadOnlyListVmEvent)));
        using var line = new Line(appliance);

        Assert.Equal(
            """
            TIME                        BY         EVENT    WHAT
            2026-11-24 12:00:00 +00:00  oneadmin   created  from template 0 'small'
            2026-11-24 12:00:01 +00:00  appliance  placed   on host0: the fullest of 2 that fit

            """,
            (await line.Run("vm", "events", "1")).Out);
    }

    /// <summary>A keyboard: reading waits until a key is pressed.</summary>
    private sealed class Keyboard : Stream
    {
        private readonly System.Threading.Channels.Channel<byte[]> _pressed = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Press(ReadOnlySpan<byte> keys) => _pressed.Writer.TryWrite(keys.ToArray());

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var keys = await _pressed.Reader.ReadAsync(cancellationToken);
            keys.CopyTo(buffer);
            return keys.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
