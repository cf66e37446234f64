using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using CsCheck;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Tests;

public sealed class ContextTests
{
    private static ImmutableSortedDictionary<string, string> Of(string key, string value) =>
        ImmutableSortedDictionary.CreateRange<string, string>([new(key, value)]);

    [Fact]
    public void Each_variable_is_one_quoted_assignment_after_a_comment()
    {
        var text = ContextFile.Render(Specs.Context);
        Assert.StartsWith("#", text, StringComparison.Ordinal);
        Assert.Equal("ETH0_IP='10.0.0.5'\nSET_HOSTNAME='web'\n", text[(text.IndexOf('\n') + 1)..]);
        Assert.EndsWith("A='it'\\''s'\n", ContextFile.Render(Of("A", "it's")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_guest_finds_OneGate_and_its_token_only_where_it_asks_for_it_and_somebody_listens(bool asks, bool listens)
    {
        var spec = Specs.Vm(7) with { Context = Specs.Context, TokenOf = asks ? 1_795_500_000 : null };
        var image = Encoding.Latin1.GetString(ContextFile.Image(spec, listens ? new("http://gate:5030", (vm, start) => $"token-of-{vm}-{start}") : null));
        Assert.Equal(asks && listens, image.Contains("token-of-7-1795500000", StringComparison.Ordinal));
        Assert.Equal(asks && listens, image.Contains("ONEGATE_ENDPOINT='http://gate:5030'", StringComparison.Ordinal));
        Assert.Equal(asks && listens, image.Contains("TOKEN.TXT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("A B", "x")]
    [InlineData("", "x")]
    [InlineData("1A", "x")]
    [InlineData("A;reboot", "x")]
    [InlineData("A", "x\0y")]
    public void What_no_shell_variable_can_be_is_refused(string key, string value) =>
        Assert.Throws<DomainSpecException>(() => ContextFile.Render(Of(key, value)));

    [Fact]
    public void A_shell_reads_back_every_value_literally()
    {
        var alphabet = Gen.Char["abc '\"\\$`!\n\t;&|<>(){}*?~#äöü"];
        Gen.String[alphabet, 0, 40].List[50].Sample(values =>
        {
            var variables = ImmutableSortedDictionary.CreateRange(values.Select((v, i) => KeyValuePair.Create($"V{i:00}", v)));
            var script = ContextFile.Render(variables) + string.Concat(variables.Keys.Select(k => $"printf '%s\\0' \"${k}\"\n"));
            Assert.Equal(string.Concat(variables.Values.Select(v => v + "\0")), Output("/bin/sh", script));
        }, iter: 10);
    }

    [Fact]
    public void The_image_is_labelled_and_the_same_each_time()
    {
        var image = ContextFile.Image(Specs.Context);
        Assert.Equal(image, ContextFile.Image(Specs.Context));
        Assert.Equal("CONTEXT", Encoding.ASCII.GetString(image, 32808, 32).TrimEnd());
        Assert.Equal(0, image.Length % 2048);
        Assert.True(image.Length >= 0x11000, "smaller than what busybox reads to find a label");
        Assert.Equal(image.Length / 2048, BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x8050)));
    }

    [Fact]
    public void A_reader_of_plain_names_and_one_of_joliet_names_find_every_file()
    {
        if (!File.Exists("/usr/bin/isoinfo"))
            Assert.Skip("isoinfo (package genisoimage) is not installed");
        var files = Enumerable.Range(0, 120).Select(i => new IsoFile($"f{i:000}_with_a_long_name.text", Encoding.UTF8.GetBytes(new string('x', i * 50) + i))).ToList();
        var folder = Directory.CreateTempSubdirectory("iso");
        try
        {
            var path = Path.Combine(folder.FullName, "a.iso");
            File.WriteAllBytes(path, IsoImage.Of("LABEL", files));
            var joliet = Output("isoinfo", null, "-J", "-f", "-i", path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(files.Select(f => "/" + f.Name).Order(StringComparer.Ordinal), joliet.Order(StringComparer.Ordinal));
            Assert.Equal(120, Output("isoinfo", null, "-f", "-i", path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            foreach (var file in files)
                Assert.Equal(Encoding.UTF8.GetString(file.Content), Output("isoinfo", null, "-J", "-i", path, "-x", "/" + file.Name));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Files_that_plain_names_cannot_tell_apart_are_refused() =>
        Assert.Throws<ArgumentException>(() => IsoImage.Of("LABEL", [new("longname1.txt", []), new("longname2.txt", [])]));

    [Fact]
    public void A_swap_area_has_its_version_last_page_and_mark()
    {
        var page = SwapArea.Header(64L << 20, Specs.Uuid(1));
        Assert.Equal(4096, page.Length);
        Assert.Equal((1, 16383), (BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(1024)), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(1028))));
        Assert.Equal("SWAPSPACE2", Encoding.ASCII.GetString(page, 4086, 10));
    }

    private static string Output(string program, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8, StandardInputEncoding = new UTF8Encoding(false) };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return text;
    }
}
