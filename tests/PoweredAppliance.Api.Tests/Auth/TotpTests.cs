using System.Text;
using CsCheck;

namespace PoweredAppliance.Api.Auth;

public sealed class TotpTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B, the last six of its eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.CodeOf(Key, Totp.StepOf(at)));
        Assert.Equal(Totp.StepOf(at), Totp.Find(Key, code, at, lastUsed: -1));
    }

    [Fact]
    public void A_code_is_taken_once_and_not_for_more_than_a_step_around()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_800_000_015);
        var code = Totp.CodeOf(Key, Totp.StepOf(at));
        Assert.NotNull(Totp.Find(Key, code, at.AddSeconds(30), -1));
        Assert.NotNull(Totp.Find(Key, code, at.AddSeconds(-30), -1));
        Assert.Null(Totp.Find(Key, code, at.AddSeconds(61), -1));
        Assert.Null(Totp.Find(Key, code, at.AddSeconds(-61), -1));
        Assert.Null(Totp.Find(Key, code, at, Totp.StepOf(at)));
        Assert.Null(Totp.Find(Key, "", at, -1));
    }

    [Fact]
    public void Base32_is_read_as_it_was_written() => Gen.Byte.Array[0, 40].Sample(bytes => Totp.FromBase32(Totp.Base32(bytes))!.AsSpan().SequenceEqual(bytes));

    /// <summary>RFC 4648, section 10.</summary>
    [Theory]
    [InlineData("f", "MY")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_that_of_the_standard(string text, string base32) => Assert.Equal(base32, Totp.Base32(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("secret:123456", "secret", "123456")]
    [InlineData("a:b:c:123456", "a:b:c", "123456")]
    [InlineData("secret:abcd-efgh-2345", "secret", "abcd-efgh-2345")]
    [InlineData("secret", "secret", null)]
    [InlineData("secret:12345", "secret:12345", null)]
    [InlineData(":123456", ":123456", null)]
    public void A_code_stands_behind_the_last_colon(string secret, string password, string? code) => Assert.Equal((password, code), TwoFactor.Split(secret));
}
