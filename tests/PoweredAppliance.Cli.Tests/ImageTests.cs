using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

public sealed class ImageTests
{
    private readonly MemoryStream _stored = new();
    private ImageAdd? _wish;

    /// <summary>Takes uploads; breaks the connection of the first so many after half a megabyte.</summary>
    private void Store(CannedAppliance appliance, int breaks)
    {
        appliance.Routing.MapPost(Routes.Images, async (HttpContext context) =>
        {
            _wish = await JsonSerializer.DeserializeAsync(
                context.Request.Body, WireJson.Default.ImageAdd, context.RequestAborted);
            appliance.Images.Add(Samples.Image(3, _wish!.Name, "LOCKED") with { UsedBy = [] });
            return CannedAppliance.Json(appliance.Images[0], WireJson.Default.Image, 201);
        });
        appliance.Routing.MapPut(Routes.ImageContent, async (HttpContext context, long offset) =>
        {
            if (offset != _stored.Length)
                return CannedAppliance.Problem(409, $"{_stored.Length} bytes are stored, not {offset}");
            var buffer = new byte[65536];
            int got;
            while ((got = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                _stored.Write(buffer, 0, got);
                appliance.Images[0] = appliance.Images[0] with
                {
                    Progress = new Progress { Step = "receiving", BytesDone = _stored.Length },
                };
                if (breaks > 0 && _stored.Length - offset > 512 * 1024)
                {
                    breaks--;
                    context.Abort();
                    return Results.Empty;
                }
            }

            appliance.Images[0] = Samples.Image(3, "big") with { UsedBy = [] };
            return CannedAppliance.Json(appliance.Images[0], WireJson.Default.Image);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_file_is_sent_whole_also_over_a_connection_that_breaks(int breaks)
    {
        await using var appliance = await CannedAppliance.Start(a => Store(a, breaks));
        using var line = new Line(appliance);
        var content = new byte[3_000_000];
        new Random(4711).NextBytes(content);
        var file = Path.Combine(line.Home, "big.qcow2");
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);

        var ran = await line.Run("image", "add", "big", "--file", file, "--wait");

        Assert.Equal(new Ran(Exit.Ok, "image 3 'big' added, now READY\n", "sending 2.9M\n"), ran);
        Assert.Equal(content, _stored.ToArray());
        Assert.Equal((3_000_000L, "OS"), (_wish!.Upload, _wish.Type));
        Assert.Equal(breaks + 1, appliance.Asked.Count(a => a.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_terminal_sees_the_upload_grow()
    {
        await using var appliance = await CannedAppliance.Start(a => Store(a, breaks: 0));
        using var line = new Line(appliance) { Terminal = true };
        var file = Path.Combine(line.Home, "disk.raw");
        await File.WriteAllBytesAsync(file, new byte[1024 * 1024], TestContext.Current.CancellationToken);

        var ran = await line.Run("image", "add", "disk", "--file", file);

        Assert.Contains("sending 1M of 1M, ", ran.Error);
        Assert.Contains("[########################] 100 %", ran.Error);
    }

    [Fact]
    public async Task An_image_that_ends_in_error_is_a_failure_that_says_why()
    {
        await using var appliance = await CannedAppliance.Start(a => Store(a, breaks: 0));
        using var line = new Line(appliance);

        var running = line.Run("image", "add", "far", "--path", "http://example.com/x.qcow2", "--wait");
        await Until.True(() => appliance.Watchers == 1, "the command watches");
        appliance.Publish(
            new Change { Kind = "image", Id = 3, Sequence = 0, Image = Samples.Image(3, "far", "ERROR") with { Reason = "HTTP 404" } });

        var ran = await running;
        Assert.Equal(Exit.Failed, ran.Code);
        Assert.EndsWith("powered: image 3 'far' is in ERROR: HTTP 404\n", ran.Error);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_found_before_anything_is_asked()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance);

        Assert.Equal(Exit.Usage, (await line.Run("image", "add", "x", "--file", "/nowhere/x")).Code);
        Assert.Empty(appliance.Asked);
    }
}
