using CsCheck;

namespace LibvirtSharp.Tests;

public sealed unsafe class TypedParametersTests
{
    private static readonly Gen<TypedValue> Values = Gen.OneOf(
        Gen.Int.Select(v => (TypedValue)v), Gen.UInt.Select(v => (TypedValue)v),
        Gen.Long.Select(v => (TypedValue)v), Gen.ULong.Select(v => (TypedValue)v),
        Gen.Double.Where(d => !double.IsNaN(d)).Select(v => (TypedValue)v), Gen.Bool.Select(v => (TypedValue)v),
        Gen.String.Where(s => !s.Contains('\0') && !s.Any(char.IsSurrogate)).Select(v => (TypedValue)v));

    [Fact]
    public void What_goes_into_C_comes_back_with_its_type()
        => Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 79], Values).List[0, 20].Sample(pairs =>
        {
            var parameters = new TypedParameters();
            foreach (var (name, value) in pairs)
                parameters.Add(name, value);

            using var native = new CTypedParameters(parameters);
            var back = TypedParameters.Copy(native.Pointer, native.Count);

            return back.Select(p => (p.Key, p.Value)).SequenceEqual(pairs);
        });

    [Fact]
    public void C_itself_reads_what_was_written()
    {
        EventLoop.EnsureRunning(); // before libvirt is initialized it has no place for a thread's error, which each call resets
        using var native = new CTypedParameters(new TypedParameters
        {
            { "i", -7 }, { "u", 7U }, { "l", long.MinValue }, { "ul", ulong.MaxValue }, { "d", 1.5 }, { "b", true }, { "s", "grüße" },
        });
        int i, b;
        uint u;
        long l;
        ulong ul;
        double d;
        byte* s;
        Assert.Equal(1, Interop.virTypedParamsGetInt(native.Pointer, native.Count, "i", &i));
        Assert.Equal(1, Interop.virTypedParamsGetUInt(native.Pointer, native.Count, "u", &u));
        Assert.Equal(1, Interop.virTypedParamsGetLLong(native.Pointer, native.Count, "l", &l));
        Assert.Equal(1, Interop.virTypedParamsGetULLong(native.Pointer, native.Count, "ul", &ul));
        Assert.Equal(1, Interop.virTypedParamsGetDouble(native.Pointer, native.Count, "d", &d));
        Assert.Equal(1, Interop.virTypedParamsGetBoolean(native.Pointer, native.Count, "b", &b));
        Assert.Equal(1, Interop.virTypedParamsGetString(native.Pointer, native.Count, "s", &s));
        Assert.Equal(0, Interop.virTypedParamsGetInt(native.Pointer, native.Count, "absent", &i));

        Assert.Equal((-7, 7U, long.MinValue, ulong.MaxValue, 1.5, 1, "grüße"), (i, u, l, ul, d, b, CText.Borrowed(s)));
    }

    [Fact]
    public void A_name_may_come_more_than_once_and_the_first_counts()
    {
        var parameters = new TypedParameters { { MigrateKeys.MigrateDisks, "vda" }, { MigrateKeys.MigrateDisks, "vdb" } };

        Assert.Equal("vda", parameters.GetString(MigrateKeys.MigrateDisks));
        Assert.Equal(["vda", "vdb"], parameters.GetAll(MigrateKeys.MigrateDisks).Select(v => v.ToString()));
        Assert.Equal(2, parameters.Count);
    }

    [Fact]
    public void What_is_absent_is_null_and_never_zero()
    {
        var parameters = new TypedParameters { { "there", 0UL } };

        Assert.Equal(0UL, parameters.GetUInt64("there"));
        Assert.Null(parameters.GetUInt64("absent"));
        Assert.Null(parameters.GetString("absent"));
        Assert.Null(parameters.GetBoolean("absent"));
        Assert.Throws<KeyNotFoundException>(() => parameters["absent"]);
    }

    [Fact]
    public void A_value_is_not_taken_for_what_it_is_not()
    {
        Assert.Throws<InvalidCastException>(() => ((TypedValue)"seven").AsInt64());
        Assert.Throws<InvalidCastException>(() => ((TypedValue)(-1)).AsUInt64());
        Assert.Throws<InvalidCastException>(() => ((TypedValue)ulong.MaxValue).AsInt64());
        Assert.Throws<InvalidCastException>(() => ((TypedValue)1.5).AsInt64());
        Assert.Throws<InvalidCastException>(() => ((TypedValue)"yes").AsBoolean());
        Assert.Equal(ulong.MaxValue, ((TypedValue)ulong.MaxValue).AsUInt64());
    }

    [Fact]
    public void A_name_that_C_has_no_room_for_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TypedParameters().Add(new string('x', 80), 1));
        Assert.Single(new TypedParameters().Add(new string('x', 79), 1));
    }

    [Fact]
    public void The_layout_is_the_one_that_C_has()
    {
        Assert.Equal(96, sizeof(virTypedParameter));
        Assert.Equal(64, sizeof(virNodeInfo));
        Assert.Equal(32, sizeof(virConnectAuth));
        Assert.Equal(40, sizeof(virDomainInfo));
    }
}
