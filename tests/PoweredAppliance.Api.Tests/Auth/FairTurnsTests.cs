using System.Net;
using CsCheck;
using PoweredAppliance.Api.Auth.Drivers;
using PoweredAppliance.Drivers.Tests;

namespace PoweredAppliance.Api.Auth;

public sealed class FairTurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static Task<bool> Wait(FairTurns<string> turns, string line, CancellationToken stop = default) => turns.Wait(line, Patience, stop);

    [Fact]
    public Task Between_two_turns_of_a_line_every_other_in_which_somebody_waits_has_one() => Gen.Int[1, 9].List[2, 6].SampleAsync(async lengths =>
    {
        var turns = new FairTurns<int>(atOnce: 1, longest: 9, TimeProvider.System);
        var waiting = lengths.SelectMany((length, line) => Enumerable.Range(0, length).Select(_ => (Line: line, Turn: turns.Wait(line, Patience, default)))).ToList();
        var served = new List<int>();
        while (waiting.Count > 0)
        {
            await Task.WhenAny(waiting.Select(w => w.Turn));
            var mine = Assert.Single(waiting, w => w.Turn.IsCompleted);
            Assert.True(await mine.Turn);
            served.Add(mine.Line);
            waiting.Remove(mine);
            turns.Leave(mine.Line, TimeSpan.Zero);
        }

        for (var at = 0; at < served.Count; at++)
            if (served.IndexOf(served[at], at + 1) is var again and > 0)
                Assert.Subset(served[at..again].ToHashSet(), served[again..].ToHashSet());
    });

    [Fact]
    public async Task A_line_that_rests_has_no_turn_and_the_others_go_on()
    {
        var time = new HandTime();
        var turns = new FairTurns<string>(atOnce: 1, longest: 10, time);
        Assert.True(await Wait(turns, "guesser"));
        var (next, other) = (Wait(turns, "guesser"), Wait(turns, "other"));
        turns.Leave("guesser", rest: Patience / 2);
        Assert.True(await other);
        turns.Leave("other", TimeSpan.Zero);
        Assert.True(await Wait(turns, "other"));
        turns.Leave("other", TimeSpan.Zero);
        Assert.False(next.IsCompleted);
        time.Advance(Patience / 2);
        Assert.True(await next);
    }

    [Fact]
    public async Task Whoever_comes_to_a_full_line_is_sent_away_at_once_and_whoever_waits_too_long_later()
    {
        var time = new HandTime();
        var turns = new FairTurns<string>(atOnce: 1, longest: 2, time);
        Assert.True(await Wait(turns, "a"));
        var (second, third) = (Wait(turns, "a"), turns.Wait("a", Patience / 2, default));
        Assert.False(await Wait(turns, "a"));
        Assert.False(third.IsCompleted);
        time.Advance(Patience / 2);
        Assert.False(await third);
        turns.Leave("a", TimeSpan.Zero);
        Assert.True(await second);
    }

    [Fact]
    public async Task A_turn_is_not_given_to_those_who_went_away()
    {
        using var gone = new CancellationTokenSource();
        var turns = new FairTurns<string>(atOnce: 1, longest: 10, TimeProvider.System);
        Assert.True(await Wait(turns, "a"));
        var (first, second) = (Wait(turns, "b", gone.Token), Wait(turns, "c"));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        turns.Leave("a", TimeSpan.Zero);
        Assert.True(await second);
    }

    [Theory]
    [InlineData("10.0.0.66")]
    [InlineData("10.0.0.7")]
    public async Task A_flood_of_guesses_at_names_that_nobody_has_delays_a_users_log_in_by_no_more_than_a_few_hashes(string address)
    {
        var core = new CorePasswords(new HandTime()); // however long this takes, a line that has to rest does not get up
        var stored = Passwords.Hash("secret", new byte[Passwords.MinSaltBytes], new PasswordCost(Kibibytes: 64, Passes: 1));
        var guesses = Enumerable.Range(0, 200).Select(n => core.Prove(new($"nobody-{n}", null, "guess", null, default, IPAddress.Parse("10.0.0.66")), default)).ToList();
        var right = await core.Prove(new("alice", stored, "secret", null, default, IPAddress.Parse(address)), default);
        Assert.True(right.IsRight);
        var looked = guesses.Count(g => g.IsCompletedSuccessfully && g.Result.IsDecided);
        Assert.True(looked <= 1, $"{looked} guesses were looked at before");
        Assert.All(await Task.WhenAll(guesses.Where(g => g.IsCompleted)), proof => Assert.False(proof.IsRight));
    }

    [Fact]
    public async Task What_was_right_before_does_not_stand_behind_guesses_at_the_same_user_from_the_same_address()
    {
        var core = new CorePasswords(new HandTime());
        var stored = Passwords.Hash("secret", new byte[Passwords.MinSaltBytes], new PasswordCost(Kibibytes: 64, Passes: 1));
        var guesses = Enumerable.Range(0, 200).Select(n => core.Prove(new("alice", stored, $"guess-{n}", null, default, IPAddress.Loopback), default)).ToList();
        Assert.True((await core.Prove(new("alice", stored, "secret", null, default, IPAddress.Loopback, WasRight: true), default)).IsRight);
        var looked = guesses.Count(g => g.IsCompletedSuccessfully && g.Result.IsDecided);
        Assert.True(looked <= 1, $"{looked} guesses were looked at before");
    }
}
