using System.Diagnostics;

namespace PoweredAppliance.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("poweroff\tShut down; its place and its disks on the host are kept\n", "vm", "p")]
    [InlineData("--hard\tAt once, without asking the guest\n", "vm", "poweroff", "--h")]
    [InlineData("web\t1 RUNNING\nwebmail\t2 POWEROFF\n", "vm", "show", "we")]
    [InlineData("db\t3 RUNNING\n", "vm", "poweroff", "web", "--wait", "d")]
    [InlineData("small\n", "vm", "create", "--template", "")]
    [InlineData("recreate\nretry\n", "vm", "recover", "web", "-o", "re")]
    [InlineData("zsh\n", "completion", "z")]
    [InlineData("", "vm", "create", "--name", "")]
    public async Task Words_and_names_are_completed(string answers, params string[] words)
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Vms = [Samples.Vm(1, "web"), Samples.Vm(2, "webmail", "POWEROFF"), Samples.Vm(3, "db")];
        appliance.Templates = [Samples.Template(0, "small")];
        using var line = new Line(appliance) { ["POWERED_COMPLETION_TIMEOUT"] = "1m" };

        var ran = await line.Run(["complete", "--", .. words]);

        Assert.Equal((Exit.Ok, ""), (ran.Code, ran.Error));
        Assert.Equal(answers.Split('\n').Order(), ran.Out.Split('\n').Order());
    }

    [Fact]
    public async Task A_daemon_that_is_away_leaves_the_line_undisturbed()
    {
        using var line = new Line { ["POWERED_API"] = "http://127.0.0.1:1" };

        Assert.Equal(new Ran(Exit.Ok, "", ""), await line.Run("complete", "--", "vm", "show", ""));
    }

    [Theory]
    [InlineData("zsh", "#compdef powered")]
    [InlineData("fish", "complete -c powered")]
    public async Task There_is_a_script_for(string shell, string mark)
    {
        using var line = new Line();

        Assert.Contains(mark, (await line.Run("completion", shell)).Out);
    }

    [Fact]
    public async Task Bash_completes_a_line_with_the_script_and_the_program()
    {
        using var line = new Line();
        var script = Path.Combine(line.Home, "powered.bash");
        await File.WriteAllTextAsync(
            script, (await line.Run("completion", "bash")).Out, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        foreach (var word in new[]
        {
            "--norc", "-c", "source \"$0\"; COMP_WORDS=(\"$1\" vm re); COMP_CWORD=2; _powered; printf '%s\\n' \"${COMPREPLY[@]}\"",
            script, Binary.Regular,
        })
        {
            start.ArgumentList.Add(word);
        }

        using var bash = Process.Start(start)!;
        var answer = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["reboot", "recover", "release", "resume"],
            answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task Every_verb_has_help_with_a_description_and_every_leaf_an_example()
    {
        foreach (var path in Paths(CommandLine.Build(), []))
        {
            using var line = new Line();
            var ran = await line.Run([.. path, "--help"]);
            Assert.Equal((Exit.Ok, ""), (ran.Code, ran.Error));
            Assert.Contains("Usage:\n  powered", ran.Out);
            if (path.Length > 0 && !ran.Out.Contains("Commands:", StringComparison.Ordinal))
                Assert.Contains($"Examples:\n  powered {string.Join(' ', path)}", ran.Out);
        }
    }

    [Fact]
    public async Task The_help_documents_the_exit_codes()
    {
        using var line = new Line();
        var help = (await line.Run("--help")).Out;

        string[] codes = ["0   done", "2   the", "3   no such", "4   not", "5   cannot", "6   refused", "7   timed out"];
        foreach (var code in codes)
            Assert.Contains($"\n  {code}", help);
    }

    private static IEnumerable<string[]> Paths(System.CommandLine.Command at, string[] path) =>
        at.Subcommands.Where(c => !c.Hidden).SelectMany(c => Paths(c, [.. path, c.Name])).Prepend(path);
}
