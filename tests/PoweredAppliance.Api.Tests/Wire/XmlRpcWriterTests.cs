using System.Buffers;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using CsCheck;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Wire;

public sealed class XmlRpcWriterTests
{
    private const string Head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse>";
    private const string Start = Head + "<params><param><value><array><data>";
    private const string End = "</data></array></value></param></params></methodResponse>";

    [Fact]
    public void A_success_has_exactly_three_items()
    {
        Assert.Equal(
            Start + "<value><boolean>1</boolean></value><value><i4>42</i4></value><value><i4>0</i4></value>" + End,
            Written(to => XmlRpcWriter.WriteSuccess(to, 42)));
        Assert.Equal(
            Start + "<value><boolean>1</boolean></value><value><string>&lt;VM>&lt;/VM></string></value><value><i4>0</i4></value>" + End,
            Written(to => XmlRpcWriter.WriteSuccess(to, "<VM></VM>")));
    }

    [Fact]
    public void A_failure_has_exactly_five_items() => Assert.Equal(
        Start + "<value><boolean>0</boolean></value>"
            + "<value><string>[one.vm.info] Error getting virtual machine [99999].</string></value>"
            + "<value><i4>1024</i4></value><value><i4>99999</i4></value><value><i8>-1</i8></value>" + End,
        Written(to => XmlRpcWriter.WriteFailure(to, "[one.vm.info] Error getting virtual machine [99999].", 1024, 99999)));

    [Fact]
    public void A_fault_has_a_code_and_a_text() => Assert.Equal(
        Head + "<fault><value><struct><member><name>faultCode</name><value><i4>-506</i4></value></member>"
            + "<member><name>faultString</name><value><string>Method '&lt;x>' not defined</string></value></member>"
            + "</struct></value></fault></methodResponse>",
        Written(to => XmlRpcWriter.WriteFault(to, RpcFault.NotDefined("<x>"))));

    [Fact]
    public void A_bare_answer_has_no_envelope() => Assert.Equal(
        Head + "<params><param><value><array><data><value><string>a</string></value><value><double>0.5</double></value>"
            + "<value><i8>5000000000</i8></value></data></array></value></param></params></methodResponse>",
        Written(to => XmlRpcWriter.WriteBare(
            to, RpcValue.Of("a", new RpcValue.Double(0.5), new RpcValue.Long(5_000_000_000)))));

    [Fact]
    public void A_value_that_is_never_sent_throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => Written(to => XmlRpcWriter.WriteSuccess(to, new RpcValue.Nil())));

    [Theory]
    [InlineData("a\0b\u0001\u001f", "a\uFFFDb\uFFFD\uFFFD")]
    [InlineData("x\uFFFEy\uFFFFz\uFFFC\uFEFF", "x\uFFFDy\uFFFDz\uFFFC\uFEFF")]
    [InlineData("\t\n\r\u007f", "\t\n\r\u007f")]
    [InlineData("]]>&amp;\"'", "]]>&amp;\"'")]
    public void What_xml_cannot_carry_is_replaced_and_all_else_arrives(string text, string arrives) =>
        Assert.Equal(arrives, Arrived(Written(to => XmlRpcWriter.WriteSuccess(to, text))));

    [Fact]
    public void A_lone_surrogate_is_replaced() =>
        Assert.Equal("a\uFFFDb", Arrived(Written(to => XmlRpcWriter.WriteSuccess(to, "a" + '\uD800' + "b"))));

    [Fact]
    public void Every_text_arrives() => Gen.String.Sample(text =>
    {
        var expected = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
            expected.Append(rune.Value < 0x10000 && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        return Arrived(Written(to => XmlRpcWriter.WriteSuccess(to, text))) == expected.ToString();
    }, iter: 5_000);

    [Fact]
    public void A_document_arrives_in_whatever_pieces_it_is_written() =>
        Gen.Select(Gen.String, Gen.Int[1, 5]).Sample((text, size) =>
        {
            var whole = Written(to => XmlRpcWriter.WriteSuccess(to, text));
            return whole == Written(to => XmlRpcWriter.WriteSuccess(to, Encoding.UTF8.GetBytes(text), (document, bytes) =>
            {
                foreach (var piece in bytes.Chunk(size))
                    document.Write(piece);
            }));
        });

    /// <summary>XML does not have "]]>" in a text, wherever the pieces of a document are cut.</summary>
    [Theory]
    [InlineData("<![CDATA[a]]>", "&lt;![CDATA[a]]&gt;")]
    [InlineData("a]]]>]]", "a]]]&gt;]]")]
    [InlineData("]>]a]>>]<", "]>]a]>>]&lt;")]
    public void A_bracket_is_escaped_where_it_would_end_a_section_and_nowhere_else(string text, string escaped)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var written = Written(to =>
            {
                using var escaping = new XmlEscaping(to);
                foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(size))
                    escaping.Write(piece);
            });
            Assert.Equal(escaped, written);
        }
    }

    [Fact]
    public void A_long_document_is_not_held_in_memory_a_second_time()
    {
        var line = Encoding.UTF8.GetBytes("<VM><ID>1</ID><NAME><![CDATA[a & b]]></NAME></VM>");
        var to = new Counting();
        void Write(int lines) => XmlRpcWriter.WriteSuccess(to, lines, (document, count) =>
        {
            for (var i = 0; i < count; i++)
                document.Write(line);
        });
        Write(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Write(200_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(to.Bytes > 200_000L * line.Length);
        Assert.InRange(allocated, 0, 10_000);
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var to = new ArrayBufferWriter<byte>();
        write(to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }

    /// <summary>What a reader of XML makes of the second item.</summary>
    private static string Arrived(string xml) =>
        XDocument.Parse(xml, LoadOptions.PreserveWhitespace).Descendants("string").Single().Value;

    private sealed class Counting : IBufferWriter<byte>
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        public long Bytes { get; private set; }

        public void Advance(int count) => Bytes += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
