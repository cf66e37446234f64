using System.Buffers;
using System.Text;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Templates;

public sealed class TemplateXmlTests
{
    [Theory]
    [InlineData(
        "CPU=1 MEMORY=64 OS=[UUID=\"54966b09\"] AUTOMATIC_REQUIREMENTS=\"!(PIN_POLICY = PINNED)\"",
        "<TEMPLATE><AUTOMATIC_REQUIREMENTS><![CDATA[!(PIN_POLICY = PINNED)]]></AUTOMATIC_REQUIREMENTS><CPU><![CDATA[1]]></CPU>"
            + "<MEMORY><![CDATA[64]]></MEMORY><OS><UUID><![CDATA[54966b09]]></UUID></OS></TEMPLATE>")]
    [InlineData("X=[C=d,A=b]", "<TEMPLATE><X><A><![CDATA[b]]></A><C><![CDATA[d]]></C></X></TEMPLATE>")]
    [InlineData("RESERVED_CPU=\"\"", "<TEMPLATE><RESERVED_CPU><![CDATA[]]></RESERVED_CPU></TEMPLATE>")]
    [InlineData("", "<TEMPLATE></TEMPLATE>")]
    [InlineData("B=2 A=[] B=1", "<TEMPLATE><A></A><B><![CDATA[2]]></B><B><![CDATA[1]]></B></TEMPLATE>")]
    public void The_document_is_sorted_by_name_with_values_in_cdata(string text, string xml)
    {
        var template = Template.Parse(text);
        Assert.Equal(xml, template.ToXml("TEMPLATE"));
        Assert.Equal(template, Template.Parse(xml));

        var bytes = new ArrayBufferWriter<byte>();
        template.WriteXml(bytes, "TEMPLATE");
        Assert.Equal(xml, Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    [Theory]
    [InlineData("<TEMPLATE><A>1</A></TEMPLATE>")]
    [InlineData(" \n <?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<anything>\n  <a>1</a>\n</anything>\n")]
    [InlineData("<T><A><![CDATA[1]]></A></T>")]
    [InlineData("<T><A note=\"ignored\">&#49;</A><!-- said --></T>")]
    [InlineData("\uFEFF<T><A>1</A></T>")]
    public void A_child_with_text_only_is_a_single_attribute(string xml) =>
        Assert.Equal(Template.Empty.Set("A", "1"), Template.Parse(xml));

    [Theory]
    [InlineData("<T><V><K>a &lt; b</K><L/></V></T>")]
    [InlineData("<T>\n <V>\n  <L></L>\n  <K><![CDATA[a < b]]></K>\n </V>\n</T>")]
    public void A_child_with_children_is_a_vector(string xml) =>
        Assert.Equal(VectorAttribute.Of("V", ("K", "a < b"), ("L", "")), Template.Parse(xml).Vector("V"));

    [Fact]
    public void An_element_without_content_reads_as_an_empty_value_too() => Assert.Equal("", Template.Parse("<T><A/></T>")["A"]);

    [Fact]
    public void Blanks_and_carriage_returns_in_values_survive()
    {
        var template = Template.Empty.Set("A", "  ").Set("B", "x\r\ny\r").Add(VectorAttribute.Of("V", ("K", "\t\n")));
        Assert.Equal(template, Template.Parse(template.ToXml("T")));
    }

    [Theory]
    [InlineData("<T><A>1</A>", "not well-formed")]
    [InlineData("<T><A>1</B></T>", "not well-formed")]
    [InlineData("<T/><T/>", "not well-formed")]
    [InlineData("<T><A>&nosuch;</A></T>", "not well-formed")]
    [InlineData("<T><A>\u0001</A></T>", "not well-formed")]
    [InlineData("<!DOCTYPE T [<!ENTITY a \"1\">]><T><A>&a;</A></T>", "a document type is not allowed")]
    [InlineData("<T>loose<A>1</A></T>", "text beside the attributes")]
    [InlineData("<T><V>loose<K>1</K></V></T>", "text beside the pairs")]
    [InlineData("<T><V><K>1</K>loose</V></T>", "text beside the pairs")]
    [InlineData("<T><V><K><Z/></K></V></T>", "a vector inside a vector")]
    [InlineData("<T><A-B>1</A-B></T>", "other characters than letters")]
    [InlineData("<T><A>]]&gt;</A></T>", "a value has ']]>'")]
    public void What_is_no_template_is_refused(string xml, string reason)
    {
        var error = Assert.Throws<TemplateSyntaxException>(() => Template.Parse(xml));
        Assert.Contains(reason, error.Message);
        Assert.StartsWith("Parse error: XML error, ", error.Message);
    }

    [Fact]
    public void Errors_count_the_blank_lines_in_front() =>
        Assert.Equal(4, Assert.Throws<TemplateSyntaxException>(() => Template.Parse("\n\n<T>\n<A-B/></T>")).Line);

    [Theory]
    [InlineData("<T {0}/>")]
    [InlineData("<T x='>'><A><![CDATA[<]]></A><!-- < --><B {0}/></T>")]
    public void A_tag_with_a_hundred_thousand_attributes_is_refused(string form)
    {
        var attributes = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}='>' "));
        var error = Assert.Throws<TemplateSyntaxException>(() => Template.Parse(string.Format(form, attributes)));
        Assert.Contains("a very long tag", error.Message);
        Assert.Single(Template.Parse("<T>\n<A><![CDATA[" + new string('<', 100_000) + "]]></A></T>").Attributes);
    }

    [Fact]
    public void Depth_and_number_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("<A>", 100_000));
        Assert.Contains("a vector inside a vector", Assert.Throws<TemplateSyntaxException>(() => Template.Parse(deep)).Message);
        var many = "<T>" + string.Concat(Enumerable.Repeat("<A/>", 11)) + "</T>";
        Assert.Throws<TemplateSyntaxException>(() => Template.Parse(many, maxAttributes: 10));
    }
}
