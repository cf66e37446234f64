using System.Net;

namespace PoweredAppliance.Api.Auth;

public sealed class LockoutsTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("10.0.0.66"), Home = IPAddress.Parse("10.0.0.7");
    private readonly PoweredAppliance.Api.Rest.Appliance.Clock _time = new();

    private Lockouts New(int free = 5, int seconds = 300) => new(new(free, TimeSpan.FromSeconds(seconds)), Prometheus.Metrics.NewCustomRegistry(), _time);

    [Fact]
    public void After_the_free_attempts_the_wait_doubles_up_to_its_bound()
    {
        var lockouts = New(seconds: 30);
        List<double> waits = [];
        for (var i = 0; i < 12; i++)
        {
            lockouts.Wrong(Attacker, "alice");
            var wait = lockouts.Wait(Attacker, "alice") ?? TimeSpan.Zero;
            waits.Add(Math.Round(wait.TotalSeconds));
            _time.Advance(wait + TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([0, 0, 0, 0], waits[..4]);
        Assert.True(waits[4] is 1, $"the fifth waits {waits[4]} s");
        Assert.True(waits.Zip(waits.Skip(1), (before, after) => after >= before).All(grows => grows), string.Join(' ', waits));
        Assert.Equal(30, waits[^1]);
    }

    [Fact]
    public void Nobody_locks_out_a_user_who_comes_from_elsewhere()
    {
        var lockouts = New();
        for (var address = 1; address < 250; address++)
            for (var i = 0; i < 10; i++)
                lockouts.Wrong(IPAddress.Parse($"192.0.2.{address}"), "alice");
        Assert.Null(lockouts.Wait(Home, "alice"));
    }

    [Fact]
    public void A_name_that_many_addresses_guess_at_gives_a_new_one_a_single_attempt()
    {
        var lockouts = New();
        for (var address = 1; address < 100; address++)
            lockouts.Wrong(IPAddress.Parse($"192.0.2.{address}"), "alice");
        Assert.Null(lockouts.Wait(Attacker, "alice"));
        lockouts.Wrong(Attacker, "alice");
        Assert.NotNull(lockouts.Wait(Attacker, "alice"));
        lockouts.Wrong(Attacker, "bob");
        Assert.Null(lockouts.Wait(Attacker, "bob"));
    }

    [Fact]
    public void An_address_that_tries_many_names_waits_whatever_name_comes_next()
    {
        var lockouts = New();
        for (var i = 0; i < 25; i++)
            lockouts.Wrong(Attacker, $"user{i}");
        Assert.NotNull(lockouts.Wait(Attacker, "somebody-else"));
        Assert.Null(lockouts.Wait(Home, "somebody-else"));
    }

    [Fact]
    public void One_who_forgets_to_change_a_script_does_not_lock_out_the_others_of_his_address()
    {
        var lockouts = New();
        for (var minute = 0; minute < 600; minute++)
        {
            if (lockouts.Wait(Attacker, "script") is null)
                lockouts.Wrong(Attacker, "script");
            Assert.Null(lockouts.Wait(Attacker, "colleague"));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void Who_is_right_begins_anew_and_time_forgives()
    {
        var lockouts = New();
        for (var i = 0; i < 4; i++)
            lockouts.Wrong(Home, "alice");
        lockouts.Right(Home, "alice");
        for (var i = 0; i < 4; i++)
            lockouts.Wrong(Home, "alice");
        Assert.Null(lockouts.Wait(Home, "alice"));
        _time.Advance(TimeSpan.FromMinutes(10));
        for (var i = 0; i < 4; i++)
            lockouts.Wrong(Home, "alice");
        Assert.Null(lockouts.Wait(Home, "alice"));
    }

    [Fact]
    public void All_addresses_of_one_network_of_IPv6_count_as_one()
    {
        var lockouts = New();
        for (var i = 0; i < 6; i++)
            lockouts.Wrong(IPAddress.Parse($"2001:db8::{i:x}"), "alice");
        Assert.NotNull(lockouts.Wait(IPAddress.Parse("2001:db8::ffff"), "alice"));
        Assert.Null(lockouts.Wait(IPAddress.Parse("2001:db8:0:1::1"), "alice"));
    }
}
