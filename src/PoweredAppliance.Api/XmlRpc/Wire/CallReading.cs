using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using NotACallException = PoweredAppliance.Api.XmlRpc.Wire.XmlRpcReader.NotACallException;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>The grammar of a method call over an XmlReader. An element that has no place in it ends the reading, so a
/// document is never followed deeper than values may be nested.</summary>
internal sealed class CallReading(XmlReader xml, SequenceStream stream, RpcLimits limits)
{
    /// <summary>Bytes that one step to the next tag or text may take. A tag with a million attributes costs thirty
    /// times its size in memory, so only text may be long (a CDATA section counts as markup).</summary>
    public const int MaxMarkup = 1024 * 1024;

    private static readonly RpcValue.Nil Nil = new();
    private static readonly RpcValue.Text Empty = new("");

    private int _values;

    public RpcCall Call()
    {
        Enter("methodCall");
        var method = TextOf("methodName").Trim();
        if (method.Length is 0 or > RpcLimits.MaxMethodName)
            throw new NotACallException("No method name, or one that is too long.");

        var values = ImmutableArray.CreateBuilder<RpcValue>();
        if (TryEnter("params"))
        {
            while (TryEnter("param"))
            {
                values.Add(Value(0));
                Leave();
            }

            Leave();
        }

        Leave();
        while (Content() != XmlNodeType.None)
            throw Misplaced();
        return new RpcCall(method, values.DrainToImmutable());
    }

    /// <summary>The method and the first value of a call whose rest has not come yet.</summary>
    public RpcCall Opening()
    {
        Enter("methodCall");
        var method = TextOf("methodName").Trim();
        return TryEnter("params") && TryEnter("param") ? new RpcCall(method, [Value(0)]) : new RpcCall(method, []);
    }

    private RpcValue Value(int depth)
    {
        Count();
        Expect("value");
        if (xml.IsEmptyElement)
        {
            Advance();
            return Empty;
        }

        // Without an element inside, everything between the tags is a string; with one, only blanks may be around it.
        var text = UntilElement();
        if (xml.NodeType is XmlNodeType.EndElement)
        {
            Advance();
            return text.Length == 0 ? Empty : new RpcValue.Text(text);
        }

        if (!string.IsNullOrWhiteSpace(text))
            throw new NotACallException("Text beside the type of a value.");
        var value = Typed(depth);
        Leave();
        return value;
    }

    private RpcValue Typed(int depth)
    {
        switch (xml.LocalName)
        {
            case "i4" or "int":
                return new RpcValue.Int(Number<int>(NumberStyles.AllowLeadingSign));
            case "i8":
                return new RpcValue.Long(Number<long>(NumberStyles.AllowLeadingSign));
            case "double":
                return new RpcValue.Double(Number<double>(NumberStyles.Float));
            case "boolean":
                return new RpcValue.Bool(Number<int>(NumberStyles.None) switch
                {
                    0 => false,
                    1 => true,
                    _ => throw new NotACallException("A boolean that is neither 0 nor 1."),
                });
            case "string":
                return new RpcValue.Text(TextOf("string"));
            case "dateTime.iso8601" or "base64":
                return new RpcValue.Opaque(xml.LocalName, TextOf(xml.LocalName));
            case "nil":
                return string.IsNullOrWhiteSpace(TextOf("nil"))
                    ? Nil
                    : throw new NotACallException("A nil with content.");
            case "array":
                return Array(Deeper(depth));
            case "struct":
                return Struct(Deeper(depth));
            default:
                throw Misplaced();
        }
    }

    private RpcValue.Array Array(int depth)
    {
        var items = ImmutableArray.CreateBuilder<RpcValue>();
        Enter("array");
        if (TryEnter("data"))
        {
            while (Content() is XmlNodeType.Element)
                items.Add(Value(depth));
            Leave();
        }

        Leave();
        return new RpcValue.Array(items.DrainToImmutable());
    }

    private RpcValue.Struct Struct(int depth)
    {
        var members = ImmutableArray.CreateBuilder<KeyValuePair<string, RpcValue>>();
        if (TryEnter("struct"))
        {
            while (TryEnter("member"))
            {
                members.Add(new(TextOf("name"), Value(depth)));
                Leave();
            }

            Leave();
        }

        return new RpcValue.Struct(members.DrainToImmutable());
    }

    private int Deeper(int depth) => depth < limits.MaxDepth
        ? depth + 1
        : throw new NotACallException($"Values nested deeper than {limits.MaxDepth}.");

    private void Count()
    {
        if (++_values > limits.MaxValues)
            throw new NotACallException($"More than {limits.MaxValues} values.");
    }

    private T Number<T>(NumberStyles style)
        where T : System.Numerics.INumberBase<T>
    {
        var type = xml.LocalName;
        var text = TextOf(type).AsSpan().Trim();
        return T.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && T.IsFinite(number)
            ? number
            : throw new NotACallException($"A value of type {type} that is not one.");
    }

    /// <summary>The text of an element that has nothing else.</summary>
    private string TextOf(string name)
    {
        Expect(name);
        if (xml.IsEmptyElement)
        {
            Advance();
            return "";
        }

        var text = UntilElement();
        if (xml.NodeType is XmlNodeType.Element)
            throw Misplaced();
        Advance();
        return text;
    }

    private bool Advance()
    {
        stream.Allowance = MaxMarkup;
        return xml.Read();
    }

    private XmlNodeType Content()
    {
        stream.Allowance = MaxMarkup;
        return xml.MoveToContent();
    }

    private string Text()
    {
        stream.Allowance = limits.MaxBytes;
        return xml.Value;
    }

    /// <summary>Goes from a start tag to the next tag and gives the text passed.</summary>
    private string UntilElement()
    {
        var text = "";
        StringBuilder? more = null;
        while (Advance() && xml.NodeType is not (XmlNodeType.Element or XmlNodeType.EndElement))
            if (more is not null)
                more.Append(Text());
            else if (text.Length == 0)
                text = Text();
            else
                more = new StringBuilder(text).Append(Text());
        return more?.ToString() ?? text;
    }

    private void Expect(string name)
    {
        if (Content() is not XmlNodeType.Element || xml.LocalName != name)
            throw Misplaced();
    }

    private void Enter(string name)
    {
        Expect(name);
        if (xml.IsEmptyElement)
            throw new NotACallException($"An empty {name}.");
        Advance();
    }

    /// <summary>True inside the element; false when it is not there or empty.</summary>
    private bool TryEnter(string name)
    {
        if (Content() is not XmlNodeType.Element)
            return false;

        Expect(name);
        var empty = xml.IsEmptyElement;
        Advance();
        return !empty;
    }

    private void Leave()
    {
        if (Content() is not XmlNodeType.EndElement)
            throw Misplaced();
        Advance();
    }

    private NotACallException Misplaced() => new(
        xml.NodeType is XmlNodeType.Element && xml.LocalName.Length <= 40
            ? $"No place for an element {xml.LocalName}."
            : "An element is missing or in the wrong place.");
}
