using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class AttributeCipherTests
{
    private static readonly AttributeCipher Cipher = new([.. Enumerable.Range(0, AttributeCipher.KeyBytes).Select(n => (byte)n)]);

    [Fact]
    public void What_is_closed_opens_to_what_it_was_and_is_closed_once() => Gen.String.Where(s => s.Length > 0 && !s.Any(char.IsSurrogate)).Sample(value =>
    {
        var closed = Cipher.Close(value);
        Assert.NotEqual(value, closed);
        Assert.Equal(value, Cipher.Open(closed));
        Assert.Equal(closed, Cipher.Close(closed));
        Assert.Equal(closed, Cipher.Close(value));
    }, iter: 2000);

    [Fact]
    public void What_this_key_has_not_closed_is_left_as_it_is_and_no_bit_can_be_turned() => Gen.Select(Gen.String[1, 40], Gen.Int[0, 1000]).Sample((value, at) =>
    {
        Assert.Equal(value, Cipher.Open(value));
        var other = new AttributeCipher(new byte[AttributeCipher.KeyBytes]).Close("secret");
        Assert.Equal(other, Cipher.Open(other));
        var box = Convert.FromBase64String(Cipher.Close("secret"));
        box[at % box.Length] ^= 1;
        Assert.Equal(Convert.ToBase64String(box), Cipher.Open(Convert.ToBase64String(box)));
    }, iter: 500);

    [Fact]
    public void Of_a_template_only_what_is_listed_for_its_kind_is_closed()
    {
        var given = Template.Parse("PASSWORD=a SSH_PASSPHRASE=b CONTEXT=[PASSWORD=\"p w\",USERNAME=u] CONTEXT=[NETWORK=YES] RESTIC_PASSWORD=r");
        var vm = Cipher.Close(PoolKind.Template, given);
        Assert.Equal(given["PASSWORD"], vm["PASSWORD"]);
        Assert.Equal(given["SSH_PASSPHRASE"], vm["SSH_PASSPHRASE"]);
        Assert.NotEqual("p w", vm.Vectors("CONTEXT").First()["PASSWORD"]);
        Assert.Equal("u", vm.Vectors("CONTEXT").First()["USERNAME"]);
        Assert.Null(vm.Vectors("CONTEXT").Last()["PASSWORD"]);
        Assert.Equal(given, Cipher.Open(PoolKind.Template, Template.Parse(vm.ToText())));

        Assert.NotEqual("b", Cipher.Close(PoolKind.User, given)["SSH_PASSPHRASE"]);
        Assert.NotEqual("r", Cipher.Close(PoolKind.Datastore, given)["RESTIC_PASSWORD"]);
        Assert.Same(given, Cipher.Close(PoolKind.Cluster, given));
    }
}
