using System.Text;

namespace Benchmarks.Fuzz;

/// <summary>Texts of one language as it is meant to be written, and the tokens that its mutations throw in.</summary>
internal abstract class Grammar
{
    private static readonly string[] Odd =
    [
        "\0", "\n", "\r\n", "\t", " ", "\u00A0", "\uFEFF", "\uD800", "\uDC00", "é", "😀", "\uFFFF", "]]>", "\\", "\"", "'", "-", "9999999999999999999999999999999",
        "0x1F", "1e999", "NaN", "%", "//", "<!--", "&lt;",
    ];

    public abstract string Name { get; }

    protected abstract string[] Tokens { get; }

    /// <summary>Writes one sentence of the language.</summary>
    protected abstract void Write(Dice dice, StringBuilder to, int depth);

    /// <summary>Half of them as the grammar says, a third with some changes, the rest tokens in any order.</summary>
    public string Input(Dice dice, StringBuilder buffer)
    {
        buffer.Clear();
        switch (dice.Throw(6))
        {
            case 0:
                for (var left = dice.Throw(16); left > 0; left--)
                    buffer.Append(dice.OneIn(6) ? dice.Of(Odd) : dice.Of(Tokens));
                break;
            case < 4:
                Write(dice, buffer, 0);
                break;
            default:
                Write(dice, buffer, 0);
                for (var changes = 1 + dice.Throw(3); changes > 0; changes--)
                    Mutate(dice, buffer);
                break;
        }

        return buffer.ToString();
    }

    private void Mutate(Dice dice, StringBuilder text)
    {
        var at = dice.Throw(text.Length + 1);
        var length = Math.Min(1 + dice.Throw(6), text.Length - at);
        switch (dice.Throw(4))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1:
                text.Insert(at, text.ToString(at, length));
                break;
            case 2:
                text.Insert(at, dice.Of(Odd));
                break;
            default:
                text.Insert(at, dice.Of(Tokens));
                break;
        }
    }
}

internal sealed class TemplateGrammar : Grammar
{
    private static readonly string[] Names = ["CPU", "memory", "DISK", "NIC", "b_1", "OS", "A", "CONTEXT"];
    private static readonly string[] Bare = ["1", "0.5", "a-b", "$FILE", "é", "10.0.0.1", "x\\y"];
    private static readonly string[] Inner = ["a b", "", "x=1, y=[2]", "# no comment", "\\\"q\\\"", "two\nlines", "\\", "<&>'", "😀"];

    public override string Name => "templates";

    protected override string[] Tokens { get; } = ["A", "b_1", "9", "=", " = ", "[", "]", ",", "\"", "#", "\n", "V=[K=1]", "A=1\n", "<T>", "</T>", "<A>", "</A>", "<A/>", "<![CDATA[", "<?xml version=\"1.0\"?>", "<!DOCTYPE T>", "&amp;", "&x;", "xmlns:a=\"b\""];

    protected override void Write(Dice dice, StringBuilder to, int depth)
    {
        var xml = dice.OneIn(3);
        to.Append(xml ? dice.Of("<TEMPLATE>", " <T>", "<?xml version=\"1.0\"?><VM>") : "");
        for (var left = dice.Throw(6); left > 0; left--)
            if (xml)
                Element(dice, to, depth);
            else
                Line(dice, to);
        to.Append(!xml ? "" : to.ToString().Contains("TEMPLATE", StringComparison.Ordinal) ? "</TEMPLATE>" : dice.Of("</T>", "</VM>"));
    }

    private static void Line(Dice dice, StringBuilder to)
    {
        if (dice.OneIn(8))
            to.Append("# a comment = [\n");
        to.Append(dice.Of(Names)).Append(dice.Of("=", " = ", "\t="));
        if (dice.OneIn(3))
        {
            to.Append(dice.Of("[", "[ ", "[\n"));
            for (var left = dice.Throw(4); left > 0; left--)
            {
                to.Append(dice.Of(Names)).Append('=');
                Value(dice, to);
                to.Append(left == 1 ? "" : dice.Of(",", ", ", " ,\n"));
            }

            to.Append(']');
        }
        else if (!dice.OneIn(8))
        {
            Value(dice, to);
        }

        to.Append(dice.Of("\n", "\r\n", "\n\n", " "));
    }

    private static void Value(Dice dice, StringBuilder to) =>
        _ = dice.OneIn(2) ? to.Append(dice.Of(Bare)) : to.Append('"').Append(dice.Of(Inner)).Append('"');

    private static void Element(Dice dice, StringBuilder to, int depth)
    {
        var name = dice.Of(Names);
        to.Append('<').Append(name).Append('>');
        if (depth == 0 && dice.OneIn(3))
            for (var left = dice.Throw(3); left > 0; left--)
                Element(dice, to, depth + 1);
        else
            to.Append(dice.Of("1", "a b", "<![CDATA[<x>]]>", "&lt;&amp;", "", " ", "é"));
        to.Append("</").Append(name).Append('>');
    }
}

internal sealed class RequirementGrammar : Grammar
{
    public override string Name => "requirements";

    protected override string[] Tokens { get; } = ["NAME", "\"CLUSTERS/ID\"", "=", "!=", ">", "<", "@>", "&", "|", "!", "(", ")", "1", "-2.5", "\"a*\"", "b", " ", "CURRENT_VMS", ">=", "=="];

    protected override void Write(Dice dice, StringBuilder to, int depth)
    {
        switch (depth < 5 ? dice.Throw(8) : 0)
        {
            case 5:
                to.Append('(');
                Write(dice, to, depth + 1);
                to.Append(')');
                break;
            case 6:
                to.Append('!');
                Write(dice, to, depth + 1);
                break;
            case 7 or 4:
                Write(dice, to, depth + 1);
                to.Append(dice.Of(" & ", "|", " | ", "&"));
                Write(dice, to, depth + 1);
                break;
            default:
                to.Append(dice.Of("NAME", "FREE_CPU", "\"CLUSTERS/ID\"", "CURRENT_VMS", "\"TEMPLATE/A B\"")).Append(dice.Of(" ", ""))
                    .Append(dice.OneIn(2) ? dice.Of("=", "!=", "@>") + dice.Of("abc", "\"w*\"", "\"[a-c]?\"", "\"\"", "7", " -1.5") : dice.Of(">", "<") + dice.Of("10", " 0.5", "-3"));
                break;
        }
    }
}

internal sealed class RankGrammar : Grammar
{
    public override string Name => "ranks";

    protected override string[] Tokens { get; } = ["FREE_CPU", "\"A/B\"", "+", "-", "*", "/", "(", ")", "1", "2.5", "0", " ", "--", "."];

    protected override void Write(Dice dice, StringBuilder to, int depth)
    {
        switch (depth < 6 ? dice.Throw(7) : 0)
        {
            case 4:
                to.Append('(');
                Write(dice, to, depth + 1);
                to.Append(')');
                break;
            case 5:
                to.Append('-');
                Write(dice, to, depth + 1);
                break;
            case 6 or 3:
                Write(dice, to, depth + 1);
                to.Append(dice.Of(" + ", "-", "*", " / "));
                Write(dice, to, depth + 1);
                break;
            default:
                to.Append(dice.Of("FREE_CPU", "RUNNING_VMS", "\"A/B\"", "1", "0", "2.5", "100000000000"));
                break;
        }
    }
}

internal sealed class SearchGrammar : Grammar
{
    public override string Name => "searches";

    protected override string[] Tokens { get; } = ["VM", ".", "NAME", "*", "**", "[", "]", "0", " to ", "last", "-", "=", "&", "%", "_", "\\", "\"", "web", "$"];

    protected override void Write(Dice dice, StringBuilder to, int depth)
    {
        for (var left = dice.Throw(4); left >= 0; left--)
        {
            if (!dice.OneIn(5))
            {
                to.Append(dice.Of("VM", "VM", "VM", "*", "\"VM\""));
                for (var steps = dice.Throw(4); steps > 0; steps--)
                    to.Append(dice.Of(".NAME", ".TEMPLATE", ".DISK", ".*", "[*]", "[0]", "[last]", "[last-1]", "[0 to 1]", "[ 1 to last ]", "**.IMAGE", ".\"A B\""));
                to.Append('=');
            }

            to.Append(dice.Of("web", "db_1", "50\\%", "a%b", "é", "x=y", "\"IMAGE\": ")).Append(left > 0 ? "&" : "");
        }
    }
}

internal sealed class CallGrammar : Grammar
{
    public override string Name => "calls";

    protected override string[] Tokens { get; } = ["<methodCall>", "</methodCall>", "<value>", "</value>", "<param>", "<i4>", "</i4>", "<string/>", "<array><data>", "</data></array>", "<struct>", "<member>", "<name>", "1", "-1", "&amp;", "<![CDATA[", "<?x?>", "<!DOCTYPE a>", "<nil/>", "<base64>"];

    protected override void Write(Dice dice, StringBuilder to, int depth)
    {
        to.Append(dice.Of("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "")).Append("<methodCall><methodName>")
            .Append(dice.Of("one.vm.info", "one.vmpool.info", "x", " system.multicall ")).Append("</methodName><params>");
        for (var left = dice.Throw(5); left > 0; left--)
        {
            to.Append("<param>");
            Value(dice, to, 0);
            to.Append(dice.Of("</param>", "</param>\n"));
        }

        to.Append("</params></methodCall>");
    }

    private static void Value(Dice dice, StringBuilder to, int depth)
    {
        to.Append("<value>");
        switch (dice.Throw(depth < 3 ? 8 : 6))
        {
            case 0:
                to.Append(dice.Of("text", "", "a &lt; b", "<string>user:pass</string>", "<string/>", "<string>  é\n</string>"));
                break;
            case 1:
                to.Append(dice.Of("<i4>7</i4>", "<int>-1</int>", "<i4> 2147483647 </i4>", "<i4>2147483648</i4>"));
                break;
            case 2:
                to.Append(dice.Of("<boolean>1</boolean>", "<boolean>0</boolean>", "<boolean>2</boolean>"));
                break;
            case 3:
                to.Append(dice.Of("<i8>9223372036854775807</i8>", "<double>-1.5</double>", "<double>1e400</double>"));
                break;
            case 4:
                to.Append(dice.Of("<nil/>", "<base64>aGk=</base64>", "<dateTime.iso8601>20260101T00:00:00</dateTime.iso8601>"));
                break;
            case 5:
                to.Append("<string><![CDATA[").Append(dice.Of("NAME=\"a\"", "<TEMPLATE/>", "]] >")).Append("]]></string>");
                break;
            case 6:
                to.Append("<array><data>");
                for (var left = dice.Throw(3); left > 0; left--)
                    Value(dice, to, depth + 1);
                to.Append("</data></array>");
                break;
            default:
                to.Append("<struct>");
                for (var left = dice.Throw(3); left > 0; left--)
                {
                    to.Append("<member><name>").Append(dice.Of("a", "methodName", "")).Append("</name>");
                    Value(dice, to, depth + 1);
                    to.Append("</member>");
                }

                to.Append("</struct>");
                break;
        }

        to.Append("</value>");
    }
}
