using System.Diagnostics;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Drivers.Hooks;

namespace PoweredAppliance.Drivers.Tests;

public sealed class HookFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("powered-hooks-").FullName;

    private readonly HandTime _time = new();

    /// <summary>
    /// Written by a process of its own: a file that this one had open for writing cannot be run as long as a process that another
    /// test forked meanwhile holds it open too.
    /// </summary>
    private void Script(string name, string text)
    {
        var start = new ProcessStartInfo("install", ["-m", "700", "/dev/stdin", Path.Combine(_folder, name)]) { RedirectStandardInput = true };
        using var install = Process.Start(start)!;
        install.StandardInput.Write($"#!/bin/sh\n{text}\n");
        install.StandardInput.Close();
        install.WaitForExit();
        Assert.Equal(0, install.ExitCode);
    }

    private Task<HookOutcome> Run(string path, string? stdin = null, params string[] arguments) =>
        new HookFolder(_folder, _time).Run(new(path, arguments, stdin, TimeSpan.FromSeconds(1)), CancellationToken.None);

    [Fact]
    public async Task It_gets_its_arguments_as_they_are_and_its_end_is_told()
    {
        Script("tell", "printf '%s|' \"$@\"; echo complaint >&2; exit 3");
        var outcome = await Run("tell", null, "a b", "$HOME", ";rm -rf /");
        Assert.Equal((3, "a b|$HOME|;rm -rf /|", "complaint\n"), (outcome.Code, outcome.Stdout, outcome.Stderr));
    }

    [Fact]
    public async Task It_reads_what_it_is_told_and_knows_nothing_of_the_daemons_environment()
    {
        Environment.SetEnvironmentVariable("POWERED__SECRET", "secret");
        Script("read", "cat; env");
        var outcome = await Run("read", "told\n");
        Assert.StartsWith("told\n", outcome.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", outcome.Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/bin/true")]
    [InlineData("a/../../outside")]
    [InlineData("nothing")]
    [InlineData("")]
    public async Task What_is_not_a_file_of_the_folder_is_not_run(string path) =>
        Assert.Equal(HookOutcome.NotRun, (await Run(path)).Code);

    [Fact]
    public async Task A_file_that_cannot_be_run_says_why()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "plain"), "no program", TestContext.Current.CancellationToken);
        Assert.Equal(HookOutcome.NotRun, (await Run("plain")).Code);
    }

    [Fact]
    public async Task What_it_says_is_kept_up_to_a_bound_and_it_still_ends()
    {
        Script("loud", "head -c 3000000 /dev/zero | tr '\\0' x");
        var outcome = await Run("loud");
        Assert.Equal((0, HookOutcome.MostOutput), (outcome.Code, outcome.Stdout.Length));
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_killed_with_its_children()
    {
        Script("slow", "sleep 600 & echo $! > child; wait");
        var running = Run("slow");
        var child = "";
        await OnHosts.Steps.Until(() => Task.FromResult((child = Said()).EndsWith('\n')), "it does not start");
        Assert.False(running.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        var outcome = await running;
        Assert.Equal(HookOutcome.NotRun, outcome.Code);
        Assert.Contains("did not end within 1 s", outcome.Stderr, StringComparison.Ordinal);
        await OnHosts.Steps.Until(() => Task.FromResult(HasEnded(child.Trim())), "the child that was killed lives"); // a signal takes its time

        string Said() => File.Exists(Path.Combine(_folder, "child")) ? File.ReadAllText(Path.Combine(_folder, "child")) : "";
    }

    private static bool HasEnded(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(" Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true; // it has no entry any more
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
