using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Images;

namespace PoweredAppliance.Drivers.Tests;

/// <summary>Images that are fetched from web servers.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("downloads");
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(2 << 20);

    private static DownloadRules Rules => new() { PrivateAddresses = true, Pause = TimeSpan.FromMilliseconds(1), Tries = 3 };

    [Fact]
    public async Task What_breaks_off_goes_on_where_it_stood_and_is_whole_in_the_end()
    {
        await using var server = new Server(request => Part(request, cutAfter: 512 * 1024, "\"one\""));
        using var files = new ImageFiles(_folder.FullName, Rules);
        var made = await Import(files, server);
        Assert.Equal(_content, File.ReadAllBytes(made.Source));
        Assert.Equal([null, "bytes=524288-", "bytes=1048576-", "bytes=1572864-"], server.Seen.Select(r => r.GetValueOrDefault("range")));
    }

    [Fact]
    public async Task A_download_goes_on_after_a_restart_and_begins_anew_when_the_file_is_another()
    {
        var tag = "\"one\"";
        await using var server = new Server(request => Part(request, cutAfter: 300_000, tag));
        using (var first = new ImageFiles(_folder.FullName, Rules))
        {
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Import(
                3, new(server.Url, null), new Told(done => { if (done > 250_000) stop.Cancel(); }), stop.Token));
        }

        using var again = new ImageFiles(_folder.FullName, Rules);
        Assert.Equal([3], again.Known());
        tag = "\"two\"";
        var made = await Import(again, server);
        Assert.Equal(_content, File.ReadAllBytes(made.Source));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public async Task What_is_not_what_was_promised_is_not_kept()
    {
        await using var server = new Server(request => Part(request, int.MaxValue, "\"one\""));
        using var files = new ImageFiles(_folder.FullName, Rules);
        var wrong = await Assert.ThrowsAsync<ImageRefusedException>(() => Import(files, server, md5: new string('0', 32)));
        Assert.Contains("MD5", wrong.Message, StringComparison.Ordinal);
        Assert.Empty(files.Known());
        await Import(files, server, md5: Convert.ToHexString(MD5.HashData(_content)), sha256: Convert.ToHexStringLower(SHA256.HashData(_content)));
    }

    [Fact]
    public async Task No_address_behind_the_appliance_is_asked_not_even_through_a_redirect()
    {
        await using var server = new Server(request => Part(request, int.MaxValue, "\"one\""));
        using var careful = new ImageFiles(_folder.FullName, new DownloadRules { Tries = 0 });
        var refused = await Assert.ThrowsAsync<ImageRefusedException>(() => Import(careful, server));
        Assert.Contains("has no public address (127.0.0.1)", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Seen);

        await using var door = new Server(_ => $"HTTP/1.1 302 Found\r\nLocation: {server.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}\r\nContent-Length: 0\r\n\r\n".Ascii());
        refused = await Assert.ThrowsAsync<ImageRefusedException>(() => careful.Import(3, new(door.Url, null, Trusted: true), new Told(_ => { }), CancellationToken.None));
        Assert.Contains("localhost has no public address", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
        Assert.Equal(_content, File.ReadAllBytes((await careful.Import(3, new(server.Url, null, Trusted: true), new Told(_ => { }), CancellationToken.None)).Source));
    }

    [Fact]
    public async Task A_server_that_sends_too_much_or_runs_in_circles_is_left()
    {
        await using var server = new Server(request => Part(request, int.MaxValue, "\"one\""));
        using var small = new ImageFiles(_folder.FullName, Rules with { MaxBytes = 1 << 20 });
        await Assert.ThrowsAsync<ImageRefusedException>(() => Import(small, server));
        await using var circle = new Server(_ => "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".Ascii());
        Assert.Contains("redirects", (await Assert.ThrowsAsync<ImageRefusedException>(() => Import(small, circle))).Message, StringComparison.Ordinal);
        await using var missing = new Server(_ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".Ascii());
        Assert.Contains("404", (await Assert.ThrowsAsync<ImageRefusedException>(() => Import(small, missing))).Message, StringComparison.Ordinal);
        Assert.Single(missing.Seen);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("2606:4700::1111", true)]
    public void Only_addresses_of_the_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, DownloadRules.IsPublic(IPAddress.Parse(address)));

    public void Dispose() => _folder.Delete(recursive: true);

    private static Task<ImageContent> Import(ImageFiles files, Server server, string? md5 = null, string? sha256 = null) =>
        files.Import(3, new(server.Url, "raw", md5, sha256), new Told(_ => { }), CancellationToken.None);

    /// <summary>The content from where the request asks on, broken off after so many bytes though more were promised.</summary>
    private byte[] Part(Dictionary<string, string> request, int cutAfter, string tag)
    {
        var goesOn = request.TryGetValue("range", out var range) && request.GetValueOrDefault("if-range") == tag;
        var from = goesOn ? int.Parse(range!["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        var head = $"HTTP/1.1 {(goesOn ? "206 Partial Content" : "200 OK")}\r\nETag: {tag}\r\nAccept-Ranges: bytes\r\nContent-Length: {_content.Length - from}\r\n"
            + (goesOn ? $"Content-Range: bytes {from}-{_content.Length - 1}/{_content.Length}\r\n" : "") + "Connection: close\r\n\r\n";
        return [.. head.Ascii(), .. _content.AsSpan(from, Math.Min(cutAfter, _content.Length - from))];
    }

    private sealed class Told(Action<long> tell) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => tell(value.BytesDone);
    }

    /// <summary>A web server that answers each connection with one piece of bytes and closes it.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<Dictionary<string, string>, byte[]> _answer;
        private readonly Task _serving;

        public Server(Func<Dictionary<string, string>, byte[]> answer)
        {
            _answer = answer;
            _listener.Start();
            _serving = Serve();
        }

        public List<Dictionary<string, string>> Seen { get; } = [];

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/disk.raw";

        private async Task Serve()
        {
            while (true)
            {
                try
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    var head = new StringBuilder();
                    for (var next = new byte[1]; !head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(next) == 1;)
                        head.Append((char)next[0]);
                    var request = head.ToString().Split("\r\n").Skip(1).Where(l => l.Contains(": ", StringComparison.Ordinal))
                        .ToDictionary(l => l[..l.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant(), l => l[(l.IndexOf(':', StringComparison.Ordinal) + 2)..]);
                    Seen.Add(request);
                    await stream.WriteAsync(_answer(request));
                    client.Client.Shutdown(SocketShutdown.Send);
                }
                catch (Exception e) when (e is SocketException or InvalidOperationException) // it listens no longer
                {
                    return;
                }
                catch (IOException)
                {
                    // The client went away before it had all.
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
        }
    }
}

file static class Bytes
{
    public static byte[] Ascii(this string text) => Encoding.ASCII.GetBytes(text);
}
