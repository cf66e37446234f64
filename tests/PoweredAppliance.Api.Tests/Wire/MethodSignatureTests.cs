using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Tests.Wire;

public sealed class MethodSignatureTests
{
    private static readonly MethodSignature Info = MethodSignature.Of("one.vm.info", "int id, bool decrypt?=false");

    private static readonly MethodSignature Many = MethodSignature.Of(
        "m", "string text, int a?=-1, bool b?=true, string c?=\"x\", ints d?=[], long e?=5");

    [Fact]
    public void The_notation_of_the_tables_is_read()
    {
        Assert.Equal(
            [new("text", RpcType.Text), new("a", RpcType.Int, -1), new("b", RpcType.Bool, true), new("c", RpcType.Text, "x"),
                new("d", RpcType.Ints, RpcValue.Of()), new("e", RpcType.Long, new RpcValue.Long(5))],
            Many.Parameters);
        Assert.Equal(["array", "string", "int", "boolean"], Info.Types);
        Assert.Empty(MethodSignature.Of("one.system.version").Parameters);
    }

    [Theory]
    [InlineData("pony a")]
    [InlineData("int")]
    [InlineData("int a?=x")]
    [InlineData("string a?=x")]
    [InlineData("int a?=1, int b")]
    public void What_is_not_the_notation_is_refused(string parameters) =>
        Assert.Throws<FormatException>(() => MethodSignature.Of("m", parameters));

    [Fact]
    public void The_session_is_read_first_whatever_follows()
    {
        Assert.Equal("u:p", MethodSignature.Session(Call("u:p", new RpcValue.Nil())).Session);
        Assert.Equal(RpcFault.UnexpectedError, MethodSignature.Session(Call()).Fault!.Code);
        Assert.Equal(
            new RpcFault(-501, "Parameter that is supposed to be string is not"), MethodSignature.Session(Call(1)).Fault);
    }

    [Fact]
    public void What_is_left_off_has_its_default()
    {
        var arguments = Many.Bind(Call("s", "t")).Arguments!;
        Assert.Equal(("t", -1, true, "x", 5L), (arguments.Text(1), arguments.Int(2), arguments.Bool(3), arguments.Text(4), arguments.Long(6)));
        Assert.Empty(arguments.Ints(5));
    }

    [Fact]
    public void What_is_given_is_taken_and_more_is_ignored()
    {
        var call = Call("s", "t", 7, false, "y", RpcValue.Of(1, 2), 9, "more", new RpcValue.Nil());
        var arguments = Many.Bind(call).Arguments!;
        Assert.Equal(("t", 7, false, "y", 9L), (arguments.Text(1), arguments.Int(2), arguments.Bool(3), arguments.Text(4), arguments.Long(6)));
        Assert.Equal([1, 2], arguments.Ints(5));
    }

    [Fact]
    public void Too_few_are_a_fault() =>
        Assert.Equal(new RpcFault(-501, "Not enough parameters"), Info.Bind(Call("s")).Fault);

    public static TheoryData<RpcValue> NotInt => new(
        [new RpcValue.Long(1), "1", true, new RpcValue.Double(1), RpcValue.Of(1), new RpcValue.Nil()]);

    [Theory]
    [MemberData(nameof(NotInt), DisableDiscoveryEnumeration = true)]
    public void A_wrong_type_is_a_fault(RpcValue value) => Assert.Equal(
        new RpcFault(-501, "Parameter that is supposed to be integer is not"), Info.Bind(Call("s", value)).Fault);

    [Fact]
    public void So_is_a_wrong_type_where_nothing_had_to_be()
    {
        Assert.Equal("Parameter that is supposed to be boolean is not", Info.Bind(Call("s", 1, 1)).Fault!.Text);
        Assert.Equal("Parameter that is supposed to be array of integers is not",
            Many.Bind(Call("s", "t", 1, true, "x", RpcValue.Of(1, "2"))).Fault!.Text);
    }

    [Fact]
    public void A_method_that_is_not_there_is_a_fault() =>
        Assert.Equal(new RpcFault(-506, "Method 'one.pony' not defined"), RpcFault.NotDefined("one.pony"));

    private static RpcCall Call(params RpcValue[] values) => new("m", [.. values]);
}
