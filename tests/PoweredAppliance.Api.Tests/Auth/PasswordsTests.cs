using PoweredAppliance.Api.Auth;

namespace PoweredAppliance.Api.Tests.Auth;

public sealed class PasswordsTests
{
    /// <summary>The published answer of the reference implementation for "password" and "somesalt".</summary>
    private const string Published =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    private static readonly PasswordCost Cheap = new(Kibibytes: 64, Passes: 1);

    [Fact]
    public void A_hash_made_elsewhere_is_understood()
    {
        Assert.True(Passwords.Verify("password", Published));
        Assert.False(Passwords.Verify("Password", Published));
    }

    [Fact]
    public void A_password_is_right_or_wrong()
    {
        var stored = Passwords.Hash("opennebula:é😀", Salt);
        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$", stored);
        Assert.True(Passwords.Verify("opennebula:é😀", stored));
        Assert.False(Passwords.Verify("opennebula:é", stored));
        Assert.False(Passwords.NeedsUpgrade(stored));
    }

    [Fact]
    public void The_same_password_with_another_salt_is_another_hash() => Assert.NotEqual(
        Passwords.Hash("a", Salt, Cheap).Split('$')[^1], Passwords.Hash("a", [.. Salt.Reverse()], Cheap).Split('$')[^1]);

    [Fact]
    public void A_weaker_hash_than_new_ones_needs_an_upgrade()
    {
        var stored = Passwords.Hash("a", Salt, Cheap);
        Assert.True(Passwords.Verify("a", stored));
        Assert.True(Passwords.NeedsUpgrade(stored));
        Assert.False(Passwords.NeedsUpgrade(stored, Cheap));
        Assert.True(Passwords.NeedsUpgrade(stored, Cheap with { Passes = 2 }));
        Assert.True(Passwords.NeedsUpgrade(Published));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Passwords.Nobody)]
    [InlineData("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")]
    [InlineData("$argon2i$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=16$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=19$m=64,t=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=19$m=0,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=19$m=99999999,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$!!!!$AAECAwQFBgcICQoLDA0ODw")]
    [InlineData("$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$")]
    public void What_is_no_stored_form_lets_nobody_in_and_needs_an_upgrade(string? stored)
    {
        Assert.False(Passwords.Verify("a", stored));
        Assert.False(Passwords.Verify("", stored));
        Assert.True(Passwords.NeedsUpgrade(stored));
    }

    [Fact]
    public void Neither_nothing_nor_far_too_much_is_a_password()
    {
        Assert.Throws<ArgumentException>(() => Passwords.Hash("", Salt));
        Assert.Throws<ArgumentException>(() => Passwords.Hash(new string('a', 1025), Salt));
        Assert.Throws<ArgumentException>(() => Passwords.Hash("a", Salt.AsSpan(1)));
        var questionMark = Passwords.Hash("?", Salt, Cheap);
        Assert.True(Passwords.Verify("?", questionMark));
        Assert.False(Passwords.Verify("", questionMark));
        Assert.False(Passwords.Verify(new string('?', 10_000_000), questionMark));
    }

    [Theory]
    [InlineData("oneadmin:opennebula", "oneadmin", "opennebula")]
    [InlineData("a:b:c:", "a", "b:c:")]
    [InlineData("serveradmin:user:AAA==", "serveradmin", "user:AAA==")]
    public void The_first_colon_splits_a_session(string text, string user, string secret) =>
        Assert.Equal(new SessionString(user, secret), SessionString.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("oneadmin")]
    [InlineData("oneadmin:")]
    [InlineData(":secret")]
    public void A_session_without_user_or_secret_is_none(string text) => Assert.Null(SessionString.Parse(text));

    [Fact]
    public void A_session_does_not_print_its_secret() =>
        Assert.DoesNotContain("opennebula", SessionString.Parse("oneadmin:opennebula").ToString());
}
