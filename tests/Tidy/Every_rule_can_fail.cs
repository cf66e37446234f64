using Tidy.Rules;

namespace Tidy;

/// <summary>Each rule is shown something bad, and something good that looks like it.</summary>
public sealed class Every_rule_can_fail
{
    private const string P = "src/PoweredAppliance.";

    private static readonly Dictionary<string, Func<SourceFile, IEnumerable<Finding>>> Rules = new()
    {
        ["arrows"] = Arrows.Check,
        ["names"] = Names.Check,
        ["sizes"] = Sizes.Check,
        ["calls"] = Calls.Check,
        ["native"] = NativeEdge.Check,
        ["leftovers"] = Leftovers.Check,
        ["packages"] = f => Packages.Check(f, new HashSet<string> { "Akka" }),
        ["ends"] = Files.LineEnds,
    };

    [Theory]
    [InlineData("arrows", P + "Core/PoweredAppliance.Core.csproj", """<ProjectReference Include="../PoweredAppliance.Api/PoweredAppliance.Api.csproj" />""")]
    [InlineData("arrows", P + "Client/PoweredAppliance.Client.csproj", """<ProjectReference Include="..\PoweredAppliance.Core\PoweredAppliance.Core.csproj" />""")]
    [InlineData("arrows", P + "Daemon/PoweredAppliance.Daemon.csproj", """<ProjectReference Include="../../tests/Lab/Lab.csproj" />""")]
    [InlineData("arrows", P + "Core/PoweredAppliance.Core.csproj", """<PackageReference Include="Akka" />""")]
    [InlineData("arrows", P + "Attic/PoweredAppliance.Attic.csproj", "<Project />")]
    [InlineData("arrows", "tools/T/T.csproj", """<ProjectReference Include="../../src/LibvirtSharp/LibvirtSharp.csproj" />""")]
    [InlineData("names", P + "Core/HostManager.cs", "")]
    [InlineData("names", P + "Core/Hosts.cs", "public sealed class HostService { }")]
    [InlineData("names", "tests/X/Hosts.cs", "internal abstract record struct EventBase;")]
    [InlineData("names", P + "Core/Hosts.cs", "public delegate Task<int> SharedThing(int a);")]
    [InlineData("calls", P + "Core/A.cs", "var x = DateTime.UtcNow;")]
    [InlineData("calls", P + "Api/A.cs", "var x = $\"{DateTimeOffset.Now:O}\";")]
    [InlineData("calls", P + "Api/A.cs", "var x = Guid.NewGuid();")]
    [InlineData("calls", P + "Drivers/A.cs", "var x = new Random(1);")]
    [InlineData("calls", P + "Drivers/A.cs", "Thread.Sleep(5);")]
    [InlineData("calls", P + "Drivers/A.cs", "var x = Read().Result;")]
    [InlineData("calls", P + "Drivers/A.cs", "var x = readTask.Result;")]
    [InlineData("calls", P + "Drivers/A.cs", "Read().GetAwaiter().GetResult();")]
    [InlineData("calls", P + "Drivers/A.cs", "task.Wait();")]
    [InlineData("calls", P + "Api/A.cs", "Console.WriteLine(1);")]
    [InlineData("calls", P + "Core/A.cs", "var x = File.ReadAllText(path);")]
    [InlineData("calls", P + "Metering/A.cs", "var x = TimeProvider.System;")]
    [InlineData("calls", P + "Scheduling/A.cs", "using Akka.Actor;")]
    [InlineData("native", P + "Drivers/A.cs", "[DllImport(\"libc\")] static extern int a();")]
    [InlineData("native", "src/LibvirtSharp/Domain.cs", "[LibraryImport(\"virt\")] static partial int a();")]
    [InlineData("leftovers", P + "Core/A.cs", "// TODO: later")]
    [InlineData("leftovers", "docs/a.md", "FIXME")]
    [InlineData("leftovers", P + "Core/A.cs", "throw new NotImplementedException();")]
    [InlineData("leftovers", "tests/X/A.cs", "[Fact(Skip = \"\")]")]
    [InlineData("leftovers", "docs/PLAN.md", "")]
    [InlineData("leftovers", "docs/notes-on-hosts.md", "")]
    [InlineData("leftovers", "images/small.qcow2", "")]
    [InlineData("leftovers", "src/A/bin/Debug/a.txt", "")]
    [InlineData("packages", "src/A/A.csproj", """<PackageReference Include="Akka" Version="1.0" />""")]
    [InlineData("packages", "src/A/A.csproj", """<PackageReference Include="Dapper" />""")]
    [InlineData("packages", Packages.Pins, """<PackageVersion Include="Akka" Version="1.*" />""")]
    [InlineData("ends", "docs/a.md", "a\r\n")]
    [InlineData("ends", "docs/a.md", "a")]
    public void What_is_bad_is_found_with_its_line(string rule, string path, string text)
    {
        var found = Rules[rule](new SourceFile(path, text)).ToList();
        Assert.NotEmpty(found);
        Assert.All(found, f => Assert.True(f.File == path && f.Line >= 1 && f.What.Length > 10));
    }

    [Theory]
    [InlineData("arrows", P + "Api/PoweredAppliance.Api.csproj", """<ProjectReference Include="../PoweredAppliance.Core/PoweredAppliance.Core.csproj" />""")]
    [InlineData("arrows", "tests/X/X.csproj", """<ProjectReference Include="../../src/PoweredAppliance.Daemon/PoweredAppliance.Daemon.csproj" />""")]
    [InlineData("names", P + "Api/Bases.cs", "var serviceProvider = 1; // class BaseThing")]
    [InlineData("names", P + "Api/Database.cs", "public sealed class Database { string x = \"class HostManager\"; }")]
    [InlineData("calls", P + "Core/A.cs", "// DateTime.Now\nvar x = \"DateTime.Now\"; /* new Random() */")]
    [InlineData("calls", P + "Simulation/A.cs", "var x = DateTime.UtcNow;")]
    [InlineData("calls", "tests/X/A.cs", "Console.WriteLine(Guid.NewGuid());")]
    [InlineData("calls", P + "Cli/A.cs", "Console.WriteLine(1);")]
    [InlineData("calls", P + "Core/A.cs", "public sealed record Reply(int Result); var r = reply.Result;")]
    [InlineData("native", "src/LibvirtSharp/Native/A.cs", "static partial class Interop { [LibraryImport(\"virt\")] static partial int a(); }")]
    [InlineData("native", P + "Cli/Terminal/RawMode.cs", "[LibraryImport(\"libc\")] static partial int a();")]
    [InlineData("leftovers", "docs/planning-capacity.md", "a mastodon eats todos")]
    [InlineData("leftovers", "tests/X/A.cs", "[Fact(Skip = \"needs root\")]")]
    [InlineData("packages", "src/A/A.csproj", """<PackageReference Include="Akka" />""")]
    [InlineData("packages", Packages.Pins, """<PackageVersion Include="Akka" Version="1.5.0-beta.2" />""")]
    [InlineData("ends", "docs/a.md", "a\n")]
    public void What_only_looks_bad_is_left_alone(string rule, string path, string text) =>
        Assert.Empty(Rules[rule](new SourceFile(path, text)));

    [Fact]
    public void A_file_of_401_lines_is_too_long_unless_it_is_generated()
    {
        var text = string.Concat(Enumerable.Repeat("a;\n", 401));
        Assert.Single(Sizes.Check(new(P + "Core/A.cs", text)));
        Assert.Empty(Sizes.Check(new(P + "Core/A.g.cs", text)));
        Assert.Empty(Sizes.Check(new(P + "Core/A.cs", text[3..])));
    }

    [Fact]
    public void The_solution_misses_no_project_and_lists_no_ghost()
    {
        const string Line = "Project(\"{FAE0}\") = \"A\", \"src\\A\\A.csproj\", \"{1}\"\n";
        Assert.Empty(Files.Solution(new("a.sln", Line), ["src/A/A.csproj"]));
        Assert.Single(Files.Solution(new("a.sln", Line), ["src/A/A.csproj", "src/B/B.csproj"]));
        Assert.Single(Files.Solution(new("a.sln", Line), []));
    }

    [Theory]
    [InlineData("# A\n```sh\nmake run    # starts\nmake test   # tests\n```\n", 0)]
    [InlineData("# A\n```sh\nmake build\n```\n```\nmake run\nmake test\n```\n", 1)]
    [InlineData("# A\n```sh\nmake run\nmake test\nmake lab\n```\n", 1)]
    [InlineData("", 1)]
    public void README_names_two_commands_first(string readme, int findings) => Assert.Equal(findings, Files.Readme(readme).Count());

    [Theory]
    [InlineData("a \"x\\\"y\" b", "a        b")]
    [InlineData("a @\"x\"\"y\\\" b", "a          b")]
    [InlineData("a // \"x\nb", "a      \nb")]
    [InlineData("a /* \n\" */ b", "a    \n     b")]
    [InlineData("a '\"' b", "a     b")]
    [InlineData("a '\\'' b", "a      b")]
    [InlineData("$\"x{y}z\" b", "   " + " y  " + "  b")]
    [InlineData("$\"x{{y}}\" b", "          b")]
    [InlineData("$\"{(\"}\" + y)}\" b", "   (    + y)   b")]
    [InlineData("\"\"\"x \"y\" \"\"\" b", "             b")]
    [InlineData("$$\"\"\"x {y} {{z}}\"\"\" b", "             z      b")]
    public void Comments_and_literals_are_blanked_and_holes_are_code(string text, string code) =>
        Assert.Equal(code, CSharpText.CodeOnly(text));
}
