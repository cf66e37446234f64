using System.Buffers;
using System.Diagnostics;
using System.Text;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Wire;

public sealed class HostileCalls(ITestOutputHelper output)
{
    /// <summary>What is quadratic in its input takes hours for the largest bodies here; what is not, some seconds on a machine that is busy.</summary>
    private static readonly TimeSpan Bounded = TimeSpan.FromMinutes(2);

    private static readonly string Valid = Calls.Of(
        "one.vm.allocate", "<string>a:b</string>", "<i4>1</i4>",
        "<array><data><value><double>1.5</double></value><value><struct><member><name>n</name><value/></member></struct></value></data></array>");

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{\"json\": true}")]
    [InlineData("<html/>")]
    [InlineData("<methodCall/>")]
    [InlineData("<methodCall></methodCall>")]
    [InlineData("<methodCall><methodName/></methodCall>")]
    [InlineData("<methodCall><params/></methodCall>")]
    [InlineData("<methodCall><methodName>m<b/></methodName></methodCall>")]
    [InlineData("<methodCall><methodName>m</methodName><params/><params/></methodCall>")]
    [InlineData("<methodCall><methodName>m</methodName>text</methodCall>")]
    [InlineData("<methodCall><methodName>m</methodName></methodCall><more/>")]
    [InlineData("<methodCall><methodName>m</methodName></methodCall>more")]
    [InlineData("<methodResponse><params/></methodResponse>")]
    public void What_is_no_call_is_a_fault(string xml) => Refused(Encoding.UTF8.GetBytes(xml), 200_000);

    [Theory]
    [InlineData("<int>x</int>")]
    [InlineData("<int></int>")]
    [InlineData("<int>1.0</int>")]
    [InlineData("<int>1 2</int>")]
    [InlineData("<int>2147483648</int>")]
    [InlineData("<i8>9223372036854775808</i8>")]
    [InlineData("<boolean>2</boolean>")]
    [InlineData("<boolean>true</boolean>")]
    [InlineData("<double>1e999</double>")]
    [InlineData("<double>NaN</double>")]
    [InlineData("<nil>x</nil>")]
    [InlineData("<pony/>")]
    [InlineData("x<int>1</int>")]
    [InlineData("<int>1</int>x")]
    [InlineData("<int>1</int><int>2</int>")]
    [InlineData("<string>a<b/></string>")]
    [InlineData("<array/>")]
    [InlineData("<array><value/></array>")]
    [InlineData("<array><data>x</data></array>")]
    [InlineData("<array><data/><data/></array>")]
    [InlineData("<struct><name>n</name></struct>")]
    [InlineData("<struct><member><name>n</name></member></struct>")]
    [InlineData("<struct><member><value/></member></struct>")]
    [InlineData("<string>&#1;</string>")]
    [InlineData("<string>&nosuch;</string>")]
    public void A_value_that_is_none_is_a_fault(string xml) => Refused(Encoding.UTF8.GetBytes(Calls.Of("m", xml)), 200_000);

    [Fact]
    public void A_document_type_is_a_fault() =>
        Refused("<!DOCTYPE methodCall [<!ELEMENT methodCall ANY>]>" + Valid[Valid.IndexOf("<methodCall", StringComparison.Ordinal)..]);

    [Fact]
    public void A_bomb_of_entities_does_not_go_off()
    {
        var entities = string.Concat(Enumerable.Range(1, 30).Select(i =>
            $"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">"));
        Refused($"<!DOCTYPE x [<!ENTITY e0 \"boom\">{entities}]>" + Calls.Of("m", "&e30;")["<?xml version=\"1.0\"?>".Length..]);
    }

    [Fact]
    public void An_external_entity_is_not_fetched() => Refused(
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><methodCall><methodName>&f;</methodName></methodCall>");

    [Fact]
    public void A_hundred_megabytes_are_refused_unread()
    {
        var body = new byte[100_000_000];
        body.AsSpan().Fill((byte)'x');
        Encoding.UTF8.GetBytes(Valid[..^100]).CopyTo(body, 0);
        Refused(body, 10_000);
    }

    [Fact]
    public void A_text_may_be_as_long_as_the_limit()
    {
        var text = new string('x', 30_000_000);
        Assert.Equal<RpcValue>([text], Calls.Read(Calls.Of("m", text)).Call!.Values);
        var section = text[..900_000];
        Assert.Equal<RpcValue>([section], Calls.Read(Calls.Of("m", $"<![CDATA[{section}]]>")).Call!.Values);
    }

    [Fact]
    public void A_body_just_within_the_limit_takes_a_few_times_its_size()
    {
        var body = Encoding.UTF8.GetBytes(Calls.Of("m", "<string>" + new string('x', 31_000_000)));
        Refused(body, 16L * RpcLimits.Default.MaxBytes);
    }

    [Theory]
    [InlineData("<value><array><data>")]
    [InlineData("<value><struct><member><name>n</name>")]
    public void A_depth_of_a_hundred_thousand_is_a_fault(string level)
    {
        var deep = string.Concat(Enumerable.Repeat(level, 100_000));
        Refused(Encoding.UTF8.GetBytes($"<methodCall><methodName>m</methodName><params><param>{deep}"), 1_000_000);
    }

    [Fact]
    public void So_is_a_depth_of_a_hundred_thousand_of_anything_else() =>
        Refused(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<methodCall>", 100_000))), 200_000);

    [Fact]
    public void Sixteen_levels_are_read_and_a_seventeenth_is_not()
    {
        string Nested(int depth) => depth == 0 ? "<int>1</int>" : $"<array><data><value>{Nested(depth - 1)}</value></data></array>";
        Assert.Null(Calls.Read(Calls.Of("m", Nested(16))).Fault);
        Refused(Calls.Of("m", Nested(17)));
    }

    [Fact]
    public void Too_many_values_are_a_fault()
    {
        var limits = new RpcLimits(MaxValues: 3);
        Assert.Null(Calls.Read(Encoding.UTF8.GetBytes(Calls.Of("m", "1", "2", "3")), limits).Fault);
        Refused(Encoding.UTF8.GetBytes(Calls.Of("m", "1", "2", "3", "4")), 200_000, limits);
    }

    [Theory]
    [InlineData("one name of ten million letters", "<{0}", "a", 10_000_000)]
    [InlineData("one name for a method", "<methodCall><methodName>{0}", "a", 10_000_000)]
    [InlineData("a hundred thousand attributes of one name", "<methodCall {0}>", "a='1' ", 100_000)]
    [InlineData("a million comments", "{0}<methodCall/>", "<!-- x -->", 1_000_000)]
    public void Long_things_are_a_fault(string what, string form, string piece, int times)
    {
        var body = Encoding.UTF8.GetBytes(string.Format(form, string.Concat(Enumerable.Repeat(piece, times))));
        output.WriteLine(what);
        Refused(body, 200_000_000);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(2_500_000)]
    public void Any_number_of_different_attributes_does_not_hold_it_up(int count)
    {
        var attributes = string.Concat(Enumerable.Range(0, count).Select(i => $"a{i}='' "));
        Refused(Encoding.UTF8.GetBytes($"<methodCall {attributes}/>"), 200_000_000);
    }

    [Theory]
    [InlineData("FF FE 3C")]
    [InlineData("FE FF")]
    [InlineData("EF BB BF")]
    [InlineData("00 00 FE FF 00 00 00 3C")]
    [InlineData("3C 6D C3 28 3E")]
    [InlineData("3C 00 6D 00 00 D8 61 00")]
    public void Bytes_that_are_no_text_are_a_fault(string hex) => Refused(Convert.FromHexString(hex.Replace(" ", "")), 200_000);

    [Theory]
    [InlineData("UTF-7")]
    [InlineData("UTF-16")]
    [InlineData("EBCDIC-CP-US")]
    [InlineData("no-such-encoding")]
    [InlineData("")]
    public void An_encoding_that_the_bytes_are_not_in_is_a_fault(string encoding) =>
        Refused($"<?xml version=\"1.0\" encoding=\"{encoding}\"?>" + Valid["<?xml version=\"1.0\"?>".Length..]);

    [Fact]
    public void Utf8_with_bytes_of_latin1_is_a_fault() => Refused(Encoding.Latin1.GetBytes(Calls.Of("m", "Grüße")), 200_000);

    [Fact]
    public void A_call_cut_off_anywhere_is_a_fault()
    {
        var bytes = Encoding.UTF8.GetBytes(Valid);
        Assert.Null(Calls.Read(bytes).Fault);
        for (var length = 0; length < bytes.Length; length++)
            Refused(bytes[..length], 200_000);
    }

    [Fact]
    public void Any_damage_is_a_fault_or_another_call()
    {
        var inputs = int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "50000");
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"FUZZ_SEED={seed} FUZZ_INPUTS={inputs}");
        var random = new Random(seed);
        Encoding[] encodings = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.Latin1, Encoding.UTF32];
        var read = 0;
        for (var i = 0; i < inputs; i++)
        {
            var encoding = encodings[random.Next(encodings.Length)];
            var bytes = (byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes(Valid)];
            for (var changes = random.Next(0, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : bytes[random.Next(bytes.Length)];
            try
            {
                var (call, fault) = Calls.Read(bytes);
                Assert.True(call is null != fault is null);
                read += call is null ? 0 : 1;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, input {i}, {Convert.ToHexString(bytes)}: {e}");
            }
        }

        output.WriteLine($"{read} read, {inputs - read} refused");
        Assert.InRange(read, inputs / 50, inputs - (inputs / 50));
    }

    private void Refused(string xml) => Refused(Encoding.UTF8.GetBytes(xml), 200_000);

    private void Refused(byte[] body, long maxAllocated, RpcLimits? limits = null)
    {
        var sequence = new ReadOnlySequence<byte>(body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        var (call, fault) = XmlRpcReader.Read(sequence, limits ?? RpcLimits.Default);
        var took = Stopwatch.GetElapsedTime(started);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Null(call);
        Assert.Equal(RpcFault.NotACall, fault!.Code);
        Assert.InRange(fault.Text.Length, 10, 300);
        if (body.Length > 100_000)
            output.WriteLine($"{body.Length} bytes: {took.TotalMilliseconds:F0} ms, {allocated} bytes allocated: {fault.Text}");
        Assert.InRange(allocated, 0, maxAllocated);
        Assert.True(took < Bounded, $"it took {took}");
    }
}
