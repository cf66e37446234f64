using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Templates;

public sealed class TemplateFuzz(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "A", "b_1", "9", "=", " = ", "[", "]", ",", "\"", "\\", "\\\"", "#", "\n", "\r\n", " ", "\t", "]]>", "<", ">", "</A>", "<A>",
        "<T>", "</T>", "<A/>", "<![CDATA[", "<!--", "-->", "<?xml version=\"1.0\"?>", "<!DOCTYPE T>", "&amp;", "&#13;", "&x;", "\0",
        "\uFEFF", "\uD800", "é", "😀", "A=1\n", "V=[K=1]", "xmlns:a=\"b\"", "a:b",
    ];

    private static readonly string[] Seeds =
    [
        "CPU=1\nMEMORY=\"64\"\nDISK=[IMAGE=\"a\", DEV=vd]\n# c\nNIC=[\n NETWORK=n,\n IP=\"1\" ]\nE=\n",
        "<TEMPLATE><CPU><![CDATA[1]]></CPU><OS><ARCH>x</ARCH><B/></OS></TEMPLATE>",
    ];

    /// <summary>What is exponential in its input takes far longer for some of these.</summary>
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(5);

    [Fact]
    public void Any_text_is_a_template_that_reads_back_or_an_error_with_a_place()
    {
        var inputs = int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "200000");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"FUZZ_SEED={seed} FUZZ_INPUTS={inputs}");

        var random = new Random(seed);
        var parsed = 0;
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < inputs; i++)
        {
            var text = Input(random);
            var (where, isTemplate) = ($"seed {seed}, input {i}", false);
            var took = Quickness.Of(Bar, () => isTemplate = Reads(text, where));
            parsed += isTemplate ? 1 : 0;
            slowest = took > slowest ? took : slowest;
        }

        output.WriteLine($"{parsed} parsed, {inputs - parsed} refused, the slowest took {slowest.TotalMilliseconds:F1} ms");
        Assert.InRange(parsed, inputs / 100, inputs - (inputs / 100));
        Assert.True(slowest < Bar, $"seed {seed}: one input took {slowest}");
    }

    private static bool Reads(string text, string where)
    {
        try
        {
            var template = Template.Parse(text);
            Assert.Equal(template, Template.Parse(template.ToText()));
            Assert.Equal(template, Template.Parse(template.ToXml("T")));
            return true;
        }
        catch (TemplateSyntaxException e)
        {
            Assert.True(e.Line >= 1 && e.EndColumn >= e.Column, $"{where}: {e.Message}");
            return false;
        }
        catch (Exception e)
        {
            Assert.Fail($"{where}: {e.GetType().Name} for \"{text}\"\n{e}");
            return false;
        }
    }

    private static string Input(Random random)
    {
        if (random.Next(2) == 0)
            return string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => Pieces[random.Next(Pieces.Length)]));

        var text = Seeds[random.Next(Seeds.Length)];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length);
            text = random.Next(3) switch
            {
                0 => text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => text.Insert(at, text.Substring(random.Next(text.Length / 2), text.Length / 2)),
            };
        }

        return text;
    }
}
