using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Templates;

public sealed class TemplateValueTests
{
    [Theory]
    [InlineData("", "x")]
    [InlineData("A-B", "x")]
    [InlineData("9A", "x")]
    [InlineData("A B", "x")]
    [InlineData("A", "]]>")]
    [InlineData("A", "\0")]
    [InlineData("A", "\uFFFE")]
    public void What_neither_form_can_carry_is_refused_by_the_constructors(string name, string value)
    {
        Assert.Throws<ArgumentException>(() => new SingleAttribute(name, value));
        Assert.Throws<ArgumentException>(() => VectorAttribute.Of("V", (name, value)));
        Assert.Throws<ArgumentException>(() => VectorAttribute.Of("V").With(name, value));
        Assert.Throws<ArgumentException>(() => Template.Empty.Set(name, value));
    }

    [Fact]
    public void Vectors_are_equal_when_they_say_the_same()
    {
        var one = VectorAttribute.Of("nic", ("ip", "1"), ("MAC", "2"));
        var other = VectorAttribute.Of("NIC", ("MAC", "0"), ("MAC", "2")).With("IP", "1");
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other.With("ip", "3"));
        Assert.Equal(VectorAttribute.Of("NIC", ("MAC", "2")), one.Without("Ip"));
        Assert.Null(one.Without("IP")["IP"]);
        Assert.Same(one, one.Without("NOSUCH"));
        Assert.Empty(new VectorAttribute("V", default).Pairs);
    }

    [Fact]
    public void Set_replaces_everything_of_that_name()
    {
        var template = Template.Parse("A=1 A=[B=2] C=3").Set("a", "4");
        Assert.Equal(Template.Parse("C=3 A=4"), template);
    }

    [Fact]
    public void Add_goes_behind_those_of_its_name()
    {
        var template = Template.Parse("A=1 C=1").Add(new SingleAttribute("A", "2")).Add(new SingleAttribute("B", "3"));
        Assert.Equal(Template.Parse("A=1 A=2 B=3 C=1"), template);
    }

    [Fact]
    public void Without_takes_all_of_that_name_and_leaves_the_rest() =>
        Assert.Equal(Template.Parse("AB=1 B=2"), Template.Parse("A=1 A=[X=2] B=2 AB=1").Without("a"));

    [Fact]
    public void WithVectors_replaces_the_vectors_of_that_name_and_takes_no_other()
    {
        var template = Template.Parse("DISK=[ID=0] DISK=[ID=1] CPU=1");
        var disks = template.Vectors("DISK").Select(d => d.With("TARGET", "vd" + d["ID"]));
        Assert.Equal(Template.Parse("CPU=1 DISK=[ID=0,TARGET=vd0] DISK=[ID=1,TARGET=vd1]"), template.WithVectors("disk", disks));
        Assert.Throws<ArgumentException>(() => template.WithVectors("NIC", disks));
    }

    [Fact]
    public void Merge_replaces_each_name_that_is_given_and_keeps_the_rest()
    {
        var template = Template.Parse("A=1 B=2 NIC=[IP=1] NIC=[IP=2] OS=[ARCH=x]");
        var given = Template.Parse("B=\"\" C=3 NIC=[IP=9] B=5");
        Assert.Equal(Template.Parse("A=1 B=\"\" B=5 C=3 NIC=[IP=9] OS=[ARCH=x]"), template.Merge(given));
    }

    [Fact]
    public void The_text_form_puts_values_in_quotes_and_vectors_over_lines()
    {
        var template = Template.Parse("b=[y=1, x=\"a\\\"\"] c=[] a=1");
        Assert.Equal("A=\"1\"\nB=[\n  X=\"a\\\"\",\n  Y=\"1\" ]\nC=[ ]\n", template.ToText());
        Assert.Equal("B=[\n  X=\"a\\\"\",\n  Y=\"1\" ]", template.Vector("B")!.ToString());
    }

    [Theory]
    [InlineData("C:\\", "A=C:\\\n")]
    [InlineData("C:\\My Files\\", "<TEMPLATE><A><![CDATA[C:\\My Files\\]]></A></TEMPLATE>")]
    public void A_value_that_ends_with_a_backslash_goes_bare_or_in_xml(string value, string written)
    {
        var template = Template.Empty.Set("A", value);
        Assert.Equal(written, template.ToText());
        Assert.Equal(template, Template.Parse(written));
    }
}
