using System.Net;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Client;

namespace PoweredAppliance.Api.Auth;

[Collection(nameof(OneAppliance))]
public sealed class TwoFactorTests(Appliance appliance)
{
    private string Code(string secret, int stepsAhead = 0) => Totp.CodeOf(Totp.FromBase32(secret)!, Totp.StepOf(appliance.Time.GetUtcNow()) + stepsAhead);

    private static async Task<PoweredException> Refused(Func<Task> call) => await Assert.ThrowsAsync<PoweredException>(call);

    [Fact]
    public async Task With_two_factors_a_password_and_a_code_make_a_token_and_do_nothing_else()
    {
        using var alice = await appliance.NewUser("two-factors");
        var script = await alice.Login(TimeSpan.FromHours(1));
        var made = await alice.BeginTwoFactor();
        Assert.Contains($"secret={made.Secret}", made.Address, StringComparison.Ordinal);
        Assert.Equal(403, (await Refused(() => alice.ConfirmTwoFactor("000000"))).Problem!.Status);
        Assert.Equal("two-factors", (await alice.GetMe()).Name); // it does not count yet
        var recovery = await alice.ConfirmTwoFactor(Code(made.Secret));
        Assert.Equal(10, recovery.Codes.Distinct().Count());

        Assert.Equal("code", (await Refused(() => alice.GetMe())).Problem!.Field);
        Assert.Equal("code", (await Refused(() => alice.Login())).Problem!.Field);
        using (var token = appliance.Client("two-factors", script.Token))
            Assert.Equal("two-factors", (await token.GetMe()).Name);

        var next = Code(made.Secret, stepsAhead: 1);
        using (var wrong = appliance.Client("two-factors", $"not-the-password:{next}"))
            Assert.Null((await Refused(() => wrong.Login())).Problem!.Field);
        using (var elsewhere = appliance.Client("two-factors", $"{Appliance.Password}:{next}"))
        {
            using var fresh = appliance.Client("two-factors", (await elsewhere.Login()).Token);
            Assert.Equal("two-factors", (await fresh.GetMe()).Name);
            Assert.Equal(401, (await Refused(() => elsewhere.Login())).Problem!.Status); // each code counts once
        }

        using (var lost = appliance.Client("two-factors", $"{Appliance.Password}:{recovery.Codes[3]}"))
        {
            Assert.Contains("token", (await Refused(() => lost.GetMe())).Problem!.Detail, StringComparison.Ordinal);
            Assert.Equal(401, (await Refused(() => lost.Login())).Problem!.Status); // it was used up by the call before
        }

        using var other = appliance.Client("two-factors", $"{Appliance.Password}:{recovery.Codes[4]}");
        Assert.NotNull((await other.Login()).Token);
    }

    [Fact]
    public async Task It_is_turned_off_with_a_code_or_by_an_admin()
    {
        using var bob = await appliance.NewUser("two-off");
        var made = await bob.BeginTwoFactor();
        var recovery = await bob.ConfirmTwoFactor(Code(made.Secret));
        using var login = appliance.Client("two-off", $"{Appliance.Password}:{recovery.Codes[0]}");
        using var session = appliance.Client("two-off", (await login.Login()).Token);
        Assert.Equal(403, (await Refused(() => session.EndTwoFactor("000000"))).Problem!.Status);
        await session.EndTwoFactor(recovery.Codes[1]);
        var id = (await bob.GetMe()).Id;

        made = await bob.BeginTwoFactor();
        await bob.ConfirmTwoFactor(Code(made.Secret));
        using var stranger = await appliance.NewUser("two-stranger");
        Assert.Equal(403, (await Refused(() => stranger.EndTwoFactorOf(id))).Problem!.Status);
        await appliance.Admin.EndTwoFactorOf(id);
        Assert.Equal("two-off", (await bob.GetMe()).Name);
    }

    [Fact]
    public async Task After_too_many_wrong_secrets_an_address_waits_for_that_name_and_the_answer_says_how_long()
    {
        using var user = await appliance.NewUser("guessed-at");
        var me = await user.GetMe();
        var looked = 0;
        for (var waits = false; !waits;)
        {
            using var guess = appliance.Http($"guess-{looked}", me.Name);
            using var answer = await guess.GetAsync("users/me");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            waits = answer.Headers.RetryAfter is not null;
            Assert.Equal(waits, (await answer.Content.ReadAsStringAsync()).Contains("try again in", StringComparison.Ordinal));
            looked += waits ? 0 : 1;
        }

        // The first wait is a second: on a machine that is slower than that the guess is looked at, and the next wait is longer.
        Assert.InRange(looked, LockoutSettings.Default.FreeAttempts, 2 * LockoutSettings.Default.FreeAttempts);
        Assert.Equal(me.Name, (await user.GetMe()).Name); // what was accepted before still is
    }
}
