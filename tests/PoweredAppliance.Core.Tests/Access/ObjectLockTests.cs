using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class ObjectLockTests
{
    private static readonly UserId Ada = new(2), Bob = new(3);
    private static readonly Gen<LockLevel> Level = Gen.Enum<LockLevel>();

    [Theory]
    [InlineData(LockLevel.None, "")]
    [InlineData(LockLevel.Use, "USE MANAGE ADMIN")]
    [InlineData(LockLevel.Manage, "MANAGE ADMIN")]
    [InlineData(LockLevel.Admin, "ADMIN")]
    public void A_level_stops_its_right_and_those_above(LockLevel level, string stopped) => Assert.Equal(
        stopped, string.Join(' ', Enum.GetValues<Rights>().Where(r => r != Rights.None && new ObjectLock(level, Ada, 0).Stops(r)).Select(r => r.Text())));

    [Fact]
    public void A_lock_stops_everybody_who_had_the_right_and_nobody_else_gets_one() => Gen.Select(
        Level, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 511], Gen.Int[1, 7]).Sample((level, user, owner, bits, asked) =>
    {
        var rights = (Rights)asked;
        var open = new AccessObject(ObjectKinds.Vm, 7, new(owner), new(1), new(bits), []);
        var request = new AccessRequest(new Subject(new(user), new(user == 0 ? 0 : 1)), rights, open);
        var there = new ObjectLock(level, Ada, 5);
        var (before, after) = (AccessControl.Authorize(request, []), AccessControl.Authorize(request with { Object = open with { Lock = there } }, []));
        Assert.Equal(before is null && !there.Stops(rights), after is null);
        if (before is null && after is not null)
            Assert.Equal((ErrorCode.Authorization, $"User [{user}] : VM is locked. [7]."), (after.Code, after.Text));
        else
            Assert.Equal(before, after);
    });

    [Fact]
    public void It_is_put_on_and_taken_away_by_its_owner_or_an_administrator_alone() => Gen.Select(
        Gen.Int[1, 3], Gen.Bool, Gen.Bool, Gen.Bool).Sample((by, isAdmin, test, isLocked) =>
    {
        var now = isLocked ? new ObjectLock(LockLevel.Manage, Ada, 5) : null;
        var its = !isLocked || isAdmin || by == Ada.Value;
        Assert.Equal(!isLocked || (!test && its), ObjectLock.Take(now, new(by), isAdmin, test, 7) is null);
        Assert.Equal(its, ObjectLock.Lift(now, new(by), isAdmin, 7) is null);
    });

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, LockLevel.Use)]
    [InlineData(2, LockLevel.Manage)]
    [InlineData(3, LockLevel.Admin)]
    [InlineData(4, LockLevel.Use)]
    [InlineData(5, null)]
    [InlineData(-1, null)]
    public void Levels_are_OpenNebulas_numbers(int number, LockLevel? level)
    {
        var (read, why) = ObjectLock.Read(number, 7);
        Assert.Equal(level ?? LockLevel.None, read);
        Assert.Equal(level is null ? "Wrong lock level specified" : null, why?.Text);
    }

    [Fact]
    public void A_fact_keeps_all_of_it() => Gen.Select(Level, Gen.Int[0, int.MaxValue], Gen.Long[0, 1L << 40]).Sample((level, owner, time) =>
        Assert.Equal(new ObjectLock(level, new(owner), time), ObjectLock.FromFact(new ObjectLock(level, new(owner), time).ToFact())));

    [Fact]
    public void A_pooled_object_is_locked_tested_taken_over_and_unlocked()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        var made = new PooledObject(PoolKind.Template, 4, "t", new(Ada, new(1)), 384, 0, Template.Empty, ImmutableSortedDictionary<string, string>.Empty);
        var pool = ObjectPool.Empty(PoolKind.Template).Apply(new PoolProtocol.Put(PoolKind.Template, now, made));
        ObjectPool Told(PoolProtocol.ICommand command) => pool.Decide(command, now).Events.Aggregate(pool, (p, e) => p.Apply(e));
        Refusal? Why(PoolProtocol.ICommand command) => pool.Decide(command, now).Refusal;

        pool = Told(new PoolProtocol.Lock(PoolKind.Template, 4, LockLevel.Manage, Ada, IsAdmin: false, Test: true));
        Assert.Equal(new ObjectLock(LockLevel.Manage, Ada, 1_800_000_000), pool.Objects[4].Lock);
        Assert.Equal("1800000000", Why(new PoolProtocol.Lock(PoolKind.Template, 4, LockLevel.Use, Ada, false, Test: true))?.Text);
        Assert.Equal(ErrorCode.Action, Why(new PoolProtocol.Lock(PoolKind.Template, 4, LockLevel.Use, Bob, false, false))?.Code);
        Assert.Equal("Cannot unlock: Lock is owned by another user", Why(new PoolProtocol.Unlock(PoolKind.Template, 4, Bob, false))?.Text);
        pool = Told(new PoolProtocol.Lock(PoolKind.Template, 4, LockLevel.Use, Bob, IsAdmin: true, Test: false));
        Assert.Equal(Bob, pool.Objects[4].Lock?.Owner);
        pool = Told(new PoolProtocol.Unlock(PoolKind.Template, 4, Bob, false));
        Assert.Null(pool.Objects[4].Lock);
        Assert.Equal(Decision<PoolProtocol.IEvent>.Nothing, pool.Decide(new PoolProtocol.Unlock(PoolKind.Template, 4, Ada, false), now));
        Assert.Equal(ErrorCode.NoExists, Why(new PoolProtocol.Unlock(PoolKind.Template, 5, Ada, false))?.Code);
    }
}
