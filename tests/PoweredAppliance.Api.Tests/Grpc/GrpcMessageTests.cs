using CsCheck;
using Google.Protobuf;
using PoweredAppliance.Api.Grpc;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Grpc;

/// <summary>The table of services, and requests and answers as bytes.</summary>
public sealed class GrpcMessageTests
{
    /// <summary>Field numbers and types of OpenNebula's proto files, told by what their own clients send.</summary>
    public static TheoryData<string, string, string> Requests => new()
    {
        { "one.vm.info", "0a03613a62 1007 1801", "a:b | 7 | True" },
        { "one.vm.info", "", " | 0 | False" },
        { "one.vm.action", "1206726573756d65 1805", " | resume | 5" },
        { "one.vm.chmod", "1007 1801 2001 2802 3000", " | 7 | -1 | -1 | 1 | 0 | 0 | 0 | 0 | 0 | 0" },
        { "one.vm.chown", "1007 1801 2004", " | 7 | -1 | 2" },
        { "one.vmpool.info", "1003 1801 2001 2801 3203613d62", " | -2 | -1 | -1 | -1 | a=b" },
        { "one.documentpool.info", "10feffffffffffffffff01 1801 2002 2864", " | -2 | 1 | 2 | 100" },
        { "one.vmpool.accounting", "1003 1880e59a11 20ffffffffffffffffff01", " | -2 | 36090496 | -1" },
        { "one.vmpool.accounting", "1003 18808080808040", "" },
        { "one.host.allocate", "1201681a036b766d22036b766d2801", " | h | kvm | kvm | -1" },
        { "one.vm.deploy", "1007 1809 2001 2801 320178", " | 7 | 9 | True | -1 | x" },
        { "one.user.allocate", "1201751a01702204636f7265 2a03010265", " | u | p | core | [1,2,101]" },
        { "one.user.allocate", "1201751a01702204636f7265 2801 2802", " | u | p | core | [1,2]" },
        { "one.vm.info", "1007 f2c90103616263 1008", " | 8 | False" },
    };

    [Fact]
    public void Each_of_the_307_methods_is_one_call_of_22_services()
    {
        Assert.Equal(307, GrpcTable.All.Length);
        Assert.Equal(Signatures.All.Keys.Order(StringComparer.Ordinal), GrpcTable.All.Select(c => c.Signature.Method).Order(StringComparer.Ordinal));
        Assert.Equal(22, GrpcTable.All.Select(c => c.Service).Distinct().Count());
        Assert.Equal(307, GrpcTable.All.Select(c => (c.Service, c.Name)).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_is_read_as_the_call_of_XML_RPC(string method, string bytes, string values)
    {
        var call = GrpcTable.All.Single(c => c.Signature.Method == method);
        var message = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        if (values.Length == 0)
            Assert.Throws<BadMessageException>(() => call.Read(message));
        else
            Assert.Equal(values, string.Join(" | ", call.Read(message).Values.Select(Said)));
    }

    [Theory]
    [InlineData("one.vm.rename", "1a01ff", "field 3 (name) is no UTF-8")]
    [InlineData("one.vm.rename", "1a0100", "field 3 (name) has a character that XML cannot hold")]
    [InlineData("one.vm.rename", "120161", "field 2 (id) has wire type 2")]
    [InlineData("one.vm.info", "108080808010", "field 2 (id) is 4294967296, more than 32 bits")]
    [InlineData("one.vm.info", "08", "one.vm.VirtualMachineService/Info")]
    public void What_cannot_be_read_names_the_field(string method, string bytes, string why)
    {
        var call = GrpcTable.All.Single(c => c.Signature.Method == method);
        Assert.Contains(why, Assert.Throws<BadMessageException>(() => call.Read(Convert.FromHexString(bytes))).Message);
    }

    [Fact]
    public void Whatever_the_bytes_are_they_are_a_call_or_a_bad_message() =>
        Gen.Select(Gen.Int[0, GrpcTable.All.Length - 1], Gen.Byte.Array[0, 60]).Sample((at, bytes) =>
        {
            var call = GrpcTable.All[at];
            try
            {
                var read = call.Read(bytes);
                Assert.Null(call.Signature.Bind(read).Fault);
            }
            catch (BadMessageException e)
            {
                Assert.Contains(call.Name, e.Message);
            }
        }, iter: 20_000);

    [Fact]
    public void An_answer_is_a_message_with_one_field()
    {
        Assert.Equal("0800", Convert.ToHexStringLower(new GrpcAnswer.Id(0).Message()));
        Assert.Equal("08ac02", Convert.ToHexStringLower(new GrpcAnswer.Id(300).Message()));
        Assert.Equal("08ffffffffffffffffff01", Convert.ToHexStringLower(new GrpcAnswer.Id(-1).Message()));
        Assert.Equal("0a05372e342e30", Convert.ToHexStringLower(new GrpcAnswer.Text("7.4.0").Message()));
        Gen.String.Sample(text =>
        {
            var input = new CodedInputStream(new GrpcAnswer.Text(text).Message());
            Assert.Equal(0x0Au, input.ReadTag());
            Assert.Equal(System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)), input.ReadBytes().ToStringUtf8());
            Assert.True(input.IsAtEnd);
        }, iter: 500);
    }

    private static string Said(RpcValue value) => value switch
    {
        RpcValue.Int number => $"{number.Value}",
        RpcValue.Long number => $"{number.Value}",
        RpcValue.Bool flag => $"{flag.Value}",
        RpcValue.Text text => text.Value,
        RpcValue.Array array => $"[{string.Join(',', array.Items.Select(Said))}]",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "no parameter of a method"),
    };
}
