using System.Net;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Auth;

[Collection(nameof(OneAppliance))]
public sealed class SessionsTests(Appliance appliance)
{
    [Fact]
    public async Task Many_clients_who_come_at_once_with_the_same_right_password_are_all_let_in()
    {
        using var bob = await appliance.NewUser("at-once");
        var slow = Passwords.Hash("secret", new byte[Passwords.MinSaltBytes], new PasswordCost(Kibibytes: 38_912, Passes: 3));
        await appliance.SetFact(PoolKind.User, (await bob.GetMe()).Id, "PASSWORD", slow);
        using var http = appliance.Http("secret", "at-once");
        var let = await Task.WhenAll(Enumerable.Range(0, 256).Select(async _ =>
        {
            using var answer = await http.GetAsync("users/me");
            return answer.StatusCode;
        }));
        Assert.All(let, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.Unauthorized, (await appliance.Http("wrong", "at-once").GetAsync("users/me")).StatusCode);
    }
}
