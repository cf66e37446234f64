using System.Collections.Immutable;
using CsCheck;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Pools.PoolProtocol;

namespace PoweredAppliance.Core.Tests.Pools;

public sealed class ObjectPoolTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly Caller Ada = new(new(2), new(1));
    private static readonly Caller Bob = new(new(3), new(1));

    private static ImmutableSortedDictionary<string, string> Facts(params (string Name, string Value)[] facts) =>
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value);

    private static Allocate New(PoolKind kind, string name, Caller? owner = null, int? id = null) =>
        new(kind, name, owner ?? Ada, 384, kind is PoolKind.Datastore ? Template.Parse("DS_MAD=fs TM_MAD=ssh") : Template.Empty, Facts(("STATE", "1")), id);

    private static ObjectPool Told(ObjectPool pool, params ICommand[] commands)
    {
        foreach (var command in commands)
        {
            var decision = pool.Decide(command, Noon);
            Assert.Null(decision.Refusal);
            pool = decision.Events.Aggregate(pool, (p, e) => p.Apply(e));
        }

        return pool;
    }

    private static Refusal? Why(ObjectPool pool, ICommand command) => pool.Decide(command, Noon).Refusal;

    [Fact]
    public void An_id_is_never_used_again_and_ids_begin_where_OpenNebulas_do() => Gen.Select(
        Gen.Int[0, 19], Gen.Int[0, 2], Gen.Int[0, 130]).Array[0, 60].Sample(story =>
    {
        foreach (var kind in new[] { PoolKind.Image, PoolKind.User, PoolKind.Cluster })
        {
            var (pool, given) = (ObjectPool.Empty(kind), new HashSet<int>());
            for (var i = 0; i < story.Length; i++)
            {
                var (verb, _, which) = story[i];
                var command = verb < 12 ? New(kind, $"n{i}") : (ICommand)new Delete(kind, which % (given.Count + 2));
                foreach (var e in pool.Decide(command, Noon).Events)
                {
                    if (e is Put put)
                        Assert.True(given.Add(put.Object.Id) && put.Object.Id >= ObjectPool.FirstId(kind));
                    pool = pool.Apply(e);
                }
            }
        }
    }, iter: 300);

    [Fact]
    public void The_newest_object_dropped_does_not_give_its_id_back()
    {
        var pool = Told(ObjectPool.Empty(PoolKind.Image), New(PoolKind.Image, "a"), New(PoolKind.Image, "b"), new Delete(PoolKind.Image, 1));
        pool = Told(pool, New(PoolKind.Image, "b"));
        Assert.Equal([0, 2], pool.Objects.Keys);
    }

    [Theory]
    [InlineData(PoolKind.Image, true)]
    [InlineData(PoolKind.Template, true)]
    [InlineData(PoolKind.VirtualNetwork, true)]
    [InlineData(PoolKind.Host, false)]
    [InlineData(PoolKind.User, false)]
    [InlineData(PoolKind.Cluster, false)]
    public void A_name_is_one_owners_or_the_whole_zones(PoolKind kind, bool perOwner)
    {
        var pool = Told(ObjectPool.Empty(kind), New(kind, "web"));
        var id = pool.Objects.Keys.Single();
        var why = Why(pool, New(kind, "web"));
        Assert.Equal($"NAME is already taken by {ObjectPool.Word(kind).ToUpperInvariant()} {id}.", why?.Text);
        Assert.Equal(("NAME", "web"), (why?.Field, why?.Value));
        Assert.Equal(perOwner, Why(pool, New(kind, "web", Bob)) is null);
        Assert.Null(Why(pool, New(kind, "Web")));
    }

    [Fact]
    public void Documents_of_one_name_there_may_be_many() =>
        Assert.Equal(2, Told(ObjectPool.Empty(PoolKind.Document), New(PoolKind.Document, "web"), New(PoolKind.Document, "web")).Objects.Count);

    [Fact]
    public void Neither_rename_nor_chown_makes_two_of_one_name()
    {
        var pool = Told(ObjectPool.Empty(PoolKind.Image), New(PoolKind.Image, "a"), New(PoolKind.Image, "b"), New(PoolKind.Image, "a", Bob));
        var collides = Why(pool, new Rename(PoolKind.Image, 1, "a"));
        Assert.Equal((ErrorCode.Action, "image cannot be renamed to a because it collides with image 0"), (collides?.Code, collides?.Text));
        Assert.Contains("taken", Why(pool, new Chown(PoolKind.Image, 2, Ada.User, null))?.Text);
        Assert.Empty(pool.Decide(new Rename(PoolKind.Image, 0, "a"), Noon).Events);
        Assert.Equal(Bob, Told(pool, new Chown(PoolKind.Image, 1, Bob.User, null)).Objects[1].Owner);
    }

    [Fact]
    public void A_late_report_about_an_older_picture_changes_nothing()
    {
        var pool = Told(ObjectPool.Empty(PoolKind.Image), New(PoolKind.Image, "a"));
        Assert.Empty(pool.Decide(new SetFacts(PoolKind.Image, 0, Facts(("STATE", "5")), Facts(("STATE", "4"))), Noon).Events);
        Assert.Empty(pool.Decide(new SetFacts(PoolKind.Image, 0, Facts(("STATE", "5")), Facts(("STATE", "1"), ("SIZE", "7"))), Noon).Events);
        pool = Told(pool, new SetFacts(PoolKind.Image, 0, Facts(("STATE", ""), ("SIZE", "7")), Facts(("STATE", "1"), ("ERROR", ""))));
        Assert.Equal("SIZE=7", string.Join(' ', pool.Objects[0].Facts.Select(f => $"{f.Key}={f.Value}")));
        Assert.Empty(pool.Decide(new SetFacts(PoolKind.Image, 0, Facts(("SIZE", "7"))), Noon).Events);
    }

    [Theory]
    [InlineData(PoolKind.User, 0, 1)]
    [InlineData(PoolKind.Group, 1, 99)]
    [InlineData(PoolKind.Datastore, 0, 2)]
    [InlineData(PoolKind.Cluster, 0, 99)]
    public void What_belongs_to_the_system_is_not_deleted(PoolKind kind, int first, int second)
    {
        var pool = Told(ObjectPool.Empty(kind), New(kind, "x", id: first), New(kind, "y", id: second), New(kind, "mine"));
        foreach (var id in new[] { first, second })
            Assert.Equal((ErrorCode.Action, id), (Why(pool, new Delete(kind, id))?.Code, Why(pool, new Delete(kind, id))?.ObjectId));
        Assert.Empty(pool.Decide(New(kind, "x", id: first), Noon).Events);
        Assert.Equal(2, Told(pool, new Delete(kind, ObjectPool.FirstId(kind))).Objects.Count);
    }

    [Fact]
    public void What_is_not_there_is_said_so_in_OpenNebulas_words()
    {
        foreach (var command in new ICommand[]
        {
            new Delete(PoolKind.Template, 9), new Rename(PoolKind.Template, 9, "x"), new Chmod(PoolKind.Template, 9, 0),
            new Chown(PoolKind.Template, 9, null, null), new Update(PoolKind.Template, 9, Template.Empty, false),
            new SetFacts(PoolKind.Template, 9, Facts()),
        })
        {
            var why = Why(ObjectPool.Empty(PoolKind.Template), command);
            Assert.Equal((ErrorCode.NoExists, "Error getting virtual machine template [9]."), (why?.Code, why?.Text));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("a$b")]
    public void A_bad_name_is_refused_at_birth_and_when_renamed(string name)
    {
        var pool = Told(ObjectPool.Empty(PoolKind.Image), New(PoolKind.Image, "a"));
        Assert.Equal(("NAME", name), (Why(pool, New(PoolKind.Image, name))?.Field, Why(pool, New(PoolKind.Image, name))?.Value));
        Assert.Equal("NAME", Why(pool, new Rename(PoolKind.Image, 0, name))?.Field);
        Assert.Null(Names.Check(PoolKind.Image, new string('x', Names.MaxLength)));
        Assert.NotNull(Names.Check(PoolKind.Image, new string('x', Names.MaxLength + 1)));
        Assert.NotNull(Names.Check(PoolKind.User, "a b"));
    }
}
