using Examples;
using LibvirtSharp.Tests.TestDriver;

namespace LibvirtSharp.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void The_examples_in_the_readme_are_the_ones_that_compile_here()
    {
        var readme = File.ReadAllText(Path.Combine(Sources.Root, "src", "LibvirtSharp", "README.md"));
        var examples = Directory.GetFiles(Path.Combine(Sources.Root, "tests", "LibvirtSharp.Tests", "Examples"), "*.cs");

        Assert.True(examples.Length >= 3);
        Assert.All(examples, e => Assert.Contains($"```csharp\n{File.ReadAllText(e)}```", readme));
    }

    [Fact]
    public void The_first_example_says_what_it_promises()
    {
        using var output = new StringWriter();

        ListAndMeasure.Run("test:///default", output);

        Assert.Contains("test (Running): cpu unknown ns, written 0 bytes", output.ToString());
    }

    [Fact]
    public async Task The_second_example_hears_of_the_end()
    {
        await using var output = new StringWriter();

        await StartAndWatch.Run("test:///default", DomainTests.Xml("watched"), output).WaitAsync(Eventually.Patience);

        Assert.Equal("watched stopped: Shutdown", output.ToString().Trim());
    }
}
