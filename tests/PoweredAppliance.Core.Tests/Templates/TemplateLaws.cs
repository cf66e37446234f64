using CsCheck;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Templates;

public sealed class TemplateLaws
{
    private static readonly Gen<string> Name =
        Gen.Select(Gen.Char["abAB_"], Gen.String[Gen.Char["aB0_"], 0, 2], (head, tail) => head + tail);

    private static readonly Gen<string> Value = Gen.OneOf(
        Gen.String[Gen.Char["ab1 \t\r\n\"\\#=,[]<>&';é€\u2028"], 0, 8],
        Gen.String[0, 12],
        Gen.Const("😀]] >")).Where(Representable);

    private static readonly Gen<TemplateAttribute> Attribute = Gen.OneOf(
        Gen.Select(Name, Value, (n, v) => (TemplateAttribute)new SingleAttribute(n, v)),
        Gen.Select(Name, Gen.Select(Name, Value).Array[0, 4], (n, p) => (TemplateAttribute)VectorAttribute.Of(n, p)));

    private static readonly Gen<Template> Any = Attribute.Array[0, 8].Select(a => Template.Of(a));

    [Fact]
    public void What_is_written_as_text_reads_back_the_same() =>
        Any.Sample(t => Template.Parse(t.ToText()).Equals(t), iter: 20_000);

    [Fact]
    public void What_is_written_as_xml_reads_back_the_same() =>
        Any.Sample(t => Template.Parse(t.ToXml("TEMPLATE")).Equals(t), iter: 20_000);

    [Fact]
    public void Equal_templates_write_the_same_document_and_hash_alike() => Attribute.Array[0, 8].Sample(attributes =>
    {
        var one = Template.Of(attributes);
        var other = attributes.Aggregate(Template.Empty, (t, a) => t.Add(a));
        return one.Equals(other) && one.GetHashCode() == other.GetHashCode() && one.ToXml("T") == other.ToXml("T");
    });

    [Fact]
    public void Merging_twice_is_merging_once() =>
        Gen.Select(Any, Any).Sample((t, given) => t.Merge(given).Merge(given).Equals(t.Merge(given)));

    [Fact]
    public void Merging_is_associative() => Gen.Select(Any, Any, Any)
        .Sample((a, b, c) => a.Merge(b).Merge(c).Equals(a.Merge(b.Merge(c))));

    [Fact]
    public void The_empty_template_changes_nothing_and_is_changed_into_what_is_given() =>
        Any.Sample(t => t.Merge(Template.Empty).Equals(t) && Template.Empty.Merge(t).Equals(t) && t.Merge(t).Equals(t));

    [Fact]
    public void After_a_merge_each_name_is_as_given_or_as_before() => Gen.Select(Any, Any).Sample((t, given) =>
    {
        var merged = t.Merge(given);
        return merged.Attributes.GroupBy(a => a.Name).All(group =>
            group.SequenceEqual((given.Attributes.Any(a => a.Name == group.Key) ? given : t).Attributes.Where(a => a.Name == group.Key)))
            && given.Attributes.All(a => merged.Attributes.Contains(a))
            && t.Attributes.All(a => merged.Attributes.Any(m => m.Name == a.Name));
    });

    [Fact]
    public void Set_Add_and_Without_agree_with_a_plain_list() => Gen.Select(Any, Name, Value).Sample((t, name, value) =>
    {
        var others = t.Attributes.Where(a => a.Name != name.ToUpperInvariant()).ToList();
        var single = new SingleAttribute(name, value);
        return t.Without(name).Equals(Template.Of(others))
            && t.Set(name, value).Equals(Template.Of(others.Append(single)))
            && t.Add(single).Equals(Template.Of(t.Attributes.Append(single)))
            && t.Set(name, value)[name] == value;
    });

    private static bool Representable(string value)
    {
        try
        {
            return new SingleAttribute("A", value).Value == value;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
