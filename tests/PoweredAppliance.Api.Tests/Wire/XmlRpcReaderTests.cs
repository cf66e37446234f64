using System.IO.Pipelines;
using System.Text;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Wire;

public sealed class XmlRpcReaderTests
{
    [Fact]
    public void A_call_is_a_name_and_values()
    {
        var (call, fault) = Calls.Read(Calls.Of("one.vm.info", "<string>oneadmin:a:b</string>", "<int>7</int>", "<boolean>1</boolean>"));
        Assert.Null(fault);
        Assert.Equal("one.vm.info", call!.Method);
        Assert.Equal<RpcValue>(["oneadmin:a:b", 7, true], call.Values);
    }

    public static TheoryData<string, RpcValue> Values => new()
    {
        { "<i4>-2</i4>", -2 },
        { "<int> +7 </int>", 7 },
        { "<i8>9223372036854775807</i8>", new RpcValue.Long(long.MaxValue) },
        { "<boolean>0</boolean>", false },
        { "<string>a &lt;b&gt; &amp; c</string>", "a <b> & c" },
        { "<string><![CDATA[<a>]]>b<!-- no -->c</string>", "<a>bc" },
        { "<string/>", "" },
        { "<string>  </string>", "  " },
        { "a text without a type", "a text without a type" },
        { "", "" },
        { "  ", "  " },
        { "\n  <string>x</string>\n", "x" },
        { "<double>-1.5</double>", new RpcValue.Double(-1.5) },
        { "<nil/>", new RpcValue.Nil() },
        { "<ex:nil xmlns:ex=\"http://ws.apache.org/xmlrpc/namespaces/extensions\"/>", new RpcValue.Nil() },
        { "<base64>AA==</base64>", new RpcValue.Opaque("base64", "AA==") },
        { "<array><data/></array>", RpcValue.Of() },
        { "<array><data><value><int>1</int></value> <value>x</value></data></array>", RpcValue.Of(1, "x") },
        {
            "<struct><member><name>a</name><value><i4>1</i4></value></member></struct>",
            new RpcValue.Struct([new("a", 1)])
        },
        { "<struct/>", new RpcValue.Struct([]) },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Every_type_of_value_is_read(string xml, RpcValue value) => Assert.Equal(value, Calls.Value(xml));

    [Theory]
    [InlineData("<methodCall><methodName>m</methodName></methodCall>")]
    [InlineData("<methodCall><methodName> m </methodName><params/></methodCall>")]
    [InlineData("\r\n<methodCall>\n<methodName>m</methodName>\n<params>\n</params>\n</methodCall>\n<!-- bye -->")]
    public void A_call_may_have_no_values(string xml) =>
        Assert.Equal(("m", 0), (Calls.Read(xml).Call!.Method, Calls.Read(xml).Call!.Values.Length));

    public static TheoryData<string, byte[]> Encodings
    {
        get
        {
            const string Body = "<methodCall><methodName>m</methodName><params><param><value>Grüße</value></param></params></methodCall>";
            byte[] With(Encoding encoding, string declared) => [.. encoding.GetPreamble(), .. encoding.GetBytes(declared + Body)];
            return new()
            {
                { "UTF-8 by default", Encoding.UTF8.GetBytes(Body) },
                { "UTF-8 with its mark", With(Encoding.UTF8, "") },
                { "UTF-8 declared", Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>" + Body) },
                { "UTF-16 little", With(Encoding.Unicode, "<?xml version=\"1.0\" encoding=\"UTF-16\"?>") },
                { "UTF-16 big, not declared", With(Encoding.BigEndianUnicode, "") },
                { "Latin-1 declared", Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + Body) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Encodings), DisableDiscoveryEnumeration = true)]
    public void The_encoding_is_what_the_body_says(string encoding, byte[] body)
    {
        var (call, fault) = Calls.Read(body);
        Assert.True(fault is null, $"{encoding}: {fault}");
        Assert.Equal<RpcValue>(["Grüße"], call!.Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void How_the_bytes_arrive_does_not_matter(int size)
    {
        var body = Encoding.UTF8.GetBytes(Calls.Of("m", "<string>" + new string('é', 5000) + "😀</string>", "<int>5</int>"));
        var (call, _) = XmlRpcReader.Read(Calls.InPieces(body, size), RpcLimits.Default);
        Assert.Equal<RpcValue>([new string('é', 5000) + "😀", 5], call!.Values);
    }

    [Fact]
    public async Task A_body_is_read_from_a_pipe_to_its_end()
    {
        var body = Encoding.UTF8.GetBytes(Calls.Of("m", new string('x', 300_000)));
        var pipe = new Pipe();
        var reading = XmlRpcReader.ReadAsync(pipe.Reader, RpcLimits.Default, TestContext.Current.CancellationToken);
        foreach (var piece in body.Chunk(10_000))
            await pipe.Writer.WriteAsync(piece, TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);
        await pipe.Writer.CompleteAsync();
        Assert.Equal<RpcValue>([new string('x', 300_000)], (await reading).Call!.Values);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_its_end()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(new byte[2000], TestContext.Current.CancellationToken);
        var limits = new RpcLimits(MaxBytes: 1000);
        var (call, fault) = await XmlRpcReader.ReadAsync(pipe.Reader, limits, TestContext.Current.CancellationToken);
        Assert.Null(call);
        Assert.Equal((RpcFault.NotACall, true), (fault!.Code, fault.Text.Contains("longer than 1000 bytes")));
    }
}
