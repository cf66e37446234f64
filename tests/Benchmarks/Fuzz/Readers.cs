using System.Buffers;
using System.Globalization;
using System.Security;
using System.Text;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Templates;

namespace Benchmarks.Fuzz;

/// <summary>One reader of the appliance: what it must do with any text.</summary>
/// <param name="Reads">false: it refused the text, as it may; throws what is wrong</param>
internal sealed record Reader(Grammar Grammar, Func<string, bool> Reads)
{
    private static readonly Lookup Facts = name => name switch
    {
        "NAME" => ["web-01"],
        "FREE_CPU" => ["250"],
        "CLUSTERS/ID" => ["0", "7"],
        "CURRENT_VMS" => ["7"],
        _ => [],
    };

    private static readonly SearchTree Vm = new SearchTree.Members([("VM", new SearchTree.Members(
    [
        ("NAME", new SearchTree.Text("web-01")),
        ("TEMPLATE", new SearchTree.Members([("DISK", new SearchTree.List([new SearchTree.Members([("IMAGE", new SearchTree.Text("db_1"))]), new SearchTree.Text("a&b")]))])),
    ]))]);

    public static readonly Reader[] All =
    [
        new(new TemplateGrammar(), Template),
        new(new RequirementGrammar(), Requirement),
        new(new RankGrammar(), Rank),
        new(new SearchGrammar(), Search),
        new(new CallGrammar(), Call),
    ];

    private static bool Template(string text)
    {
        if (!PoweredAppliance.Core.Templates.Template.TryParse(text, out var read, out _))
            return false;
        Same(read, PoweredAppliance.Core.Templates.Template.Parse(read.ToText()), read.ToText());
        Same(read, PoweredAppliance.Core.Templates.Template.Parse(read.ToXml("T")), read.ToXml("T"));
        return true;
    }

    private static bool Requirement(string text)
    {
        if (!PoweredAppliance.Core.Expressions.Requirement.TryParse(text, out var read, out _))
            return false;
        var again = PoweredAppliance.Core.Expressions.Requirement.Parse(read.ToString());
        Same(read, again, read.ToString());
        Same(read.Holds(Facts), again.Holds(Facts), read.ToString());
        return true;
    }

    private static bool Rank(string text)
    {
        if (!PoweredAppliance.Core.Expressions.Rank.TryParse(text, out var read, out _))
            return false;
        var again = PoweredAppliance.Core.Expressions.Rank.Parse(read.ToString());
        Same(read, again, read.ToString());
        Same(read.Evaluate(Facts), again.Evaluate(Facts), read.ToString());
        return true;
    }

    private static bool Search(string text)
    {
        if (!PoweredAppliance.Core.Expressions.Search.TryParse(text, out var read, out _))
            return false;
        var again = PoweredAppliance.Core.Expressions.Search.Parse(read.ToString());
        Same(read, again, read.ToString());
        Same(read.Finds(Vm), again.Finds(Vm), read.ToString());
        return true;
    }

    private static bool Call(string text)
    {
        var (call, fault) = Read(text);
        if ((call is null) == (fault is null))
            throw new InvalidOperationException("neither a call nor a fault, or both");
        if (call is null)
            return false;
        var written = Written(call);
        var again = Read(written).Call;
        Same(call.Method, again?.Method, written);
        Same(RpcValue.Of(call.Values), again is null ? null : RpcValue.Of(again.Values), written);
        return true;
    }

    private static (RpcCall? Call, RpcFault? Fault) Read(string text) => XmlRpcReader.Read(new(Encoding.UTF8.GetBytes(text)), RpcLimits.Default);

    private static string Written(RpcCall call)
    {
        var xml = new StringBuilder("<methodCall><methodName>").Append(Escaped(call.Method)).Append("</methodName><params>");
        foreach (var value in call.Values)
        {
            xml.Append("<param>");
            Write(value, xml);
            xml.Append("</param>");
        }

        return xml.Append("</params></methodCall>").ToString();
    }

    private static void Write(RpcValue value, StringBuilder to)
    {
        to.Append("<value>");
        switch (value)
        {
            case RpcValue.Int number:
                to.Append(CultureInfo.InvariantCulture, $"<i4>{number.Value}</i4>");
                break;
            case RpcValue.Long number:
                to.Append(CultureInfo.InvariantCulture, $"<i8>{number.Value}</i8>");
                break;
            case RpcValue.Double number:
                to.Append(CultureInfo.InvariantCulture, $"<double>{number.Value:R}</double>");
                break;
            case RpcValue.Bool flag:
                to.Append(flag.Value ? "<boolean>1</boolean>" : "<boolean>0</boolean>");
                break;
            case RpcValue.Text text:
                to.Append("<string>").Append(Escaped(text.Value)).Append("</string>");
                break;
            case RpcValue.Opaque opaque:
                to.Append('<').Append(opaque.Type).Append('>').Append(Escaped(opaque.Content)).Append("</").Append(opaque.Type).Append('>');
                break;
            case RpcValue.Array array:
                to.Append("<array><data>");
                foreach (var item in array.Items)
                    Write(item, to);
                to.Append("</data></array>");
                break;
            case RpcValue.Struct record:
                to.Append("<struct>");
                foreach (var (name, item) in record.Members)
                {
                    to.Append("<member><name>").Append(Escaped(name)).Append("</name>");
                    Write(item, to);
                    to.Append("</member>");
                }

                to.Append("</struct>");
                break;
            default:
                to.Append("<nil/>");
                break;
        }

        to.Append("</value>");
    }

    /// <summary>A carriage return as it stands would be read as a line feed.</summary>
    private static string Escaped(string text) => SecurityElement.Escape(text).Replace("\r", "&#13;", StringComparison.Ordinal);

    private static void Same<T>(T read, T again, string written)
    {
        if (!EqualityComparer<T>.Default.Equals(read, again))
            throw new InvalidOperationException($"it was written as {written}, which reads as something else");
    }
}
