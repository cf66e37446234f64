using System.Collections.Immutable;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Pools.PoolProtocol;

namespace PoweredAppliance.Core.Pools;

/// <summary>All objects of one kind. Ids are never reused, also not those of dropped objects.</summary>
public sealed record ObjectPool(PoolKind Kind, ImmutableSortedDictionary<int, PooledObject> Objects, int NextId)
{
    public static ObjectPool Empty(PoolKind kind) => new(kind, ImmutableSortedDictionary<int, PooledObject>.Empty, FirstId(kind));

    /// <summary>Where a kind's numbers begin for objects that people make (OpenNebula's rule; those below are the system's own).</summary>
    public static int FirstId(PoolKind kind) => kind switch
    {
        PoolKind.User => 2,
        PoolKind.Group or PoolKind.Cluster or PoolKind.Datastore or PoolKind.Vdc or PoolKind.Zone or PoolKind.SecurityGroup => 100,
        _ => 0,
    };

    /// <summary>The word for the kind in OpenNebula's messages.</summary>
    public static string Word(PoolKind kind) => kind switch
    {
        PoolKind.Template => "virtual machine template",
        PoolKind.VirtualNetwork => "virtual network",
        PoolKind.Acl => "ACL",
        PoolKind.Vdc => "VDC",
        PoolKind.SecurityGroup => "security group",
        PoolKind.VmGroup => "vm group",
        PoolKind.VirtualRouter => "virtual router",
        PoolKind.MarketplaceApp => "marketplaceapp",
        PoolKind.VnTemplate => "virtual network template",
        PoolKind.BackupJob => "backup job",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public Decision<IEvent> Decide(ICommand command, DateTimeOffset now) => command switch
    {
        Allocate allocate => Decide(allocate, now),
        Update update => On(update.Id, o => Changed(KindRules.Updated(o, o with { Template = Updated(o, update) }), now)),
        Change change => On(change.Id, o => Changed(change.Of(o, this), now)),
        Rename rename => On(rename.Id, o =>
            (Names.Check(Kind, rename.Name) ?? Collides(rename.Name, o)) is { } why
                ? Decision<IEvent>.No(why with { Code = ErrorCode.Action })
                : Changed(o with { Name = rename.Name }, now)),
        Chmod chmod => On(chmod.Id, o => Changed(o with { Permissions = chmod.Permissions }, now)),
        Chown chown => On(chown.Id, o =>
        {
            var owner = new Caller(chown.User ?? o.Owner.User, chown.Group ?? o.Owner.Group);
            return Taken(o.Name, owner, except: o.Id) is { } why ? Decision<IEvent>.No(why) : Changed(o with { Owner = owner }, now);
        }),
        PoolProtocol.Lock take => On(take.Id, o => ObjectLock.Take(o.Lock, take.By, take.IsAdmin, take.Test, o.Id) is { } why
            ? Decision<IEvent>.No(why)
            : Changed(o.With(PooledObject.LockFact, new ObjectLock(take.Level, take.By, now.ToUnixTimeSeconds()).ToFact()), now)),
        Unlock lift => On(lift.Id, o => ObjectLock.Lift(o.Lock, lift.By, lift.IsAdmin, o.Id) is { } why
            ? Decision<IEvent>.No(why)
            : Changed(o with { Facts = o.Facts.Remove(PooledObject.LockFact) }, now)),
        SetFacts set => On(set.Id, o => Decide(o, set, now)),
        Rewrite rewrite => Decide(rewrite, now),
        Delete delete => On(delete.Id, o => OfSystem(o) is { } why ? Decision<IEvent>.No(why) : Decision<IEvent>.Of(new Dropped(Kind, now, o.Id))),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "a command this version has never heard of"),
    };

    public ObjectPool Apply(IEvent e) => e switch
    {
        Put { Object: var o } => this with { Objects = Objects.SetItem(o.Id, o), NextId = Math.Max(NextId, o.Id + 1) },
        Dropped { Id: var id } => this with { Objects = Objects.Remove(id) },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e, "an event this version has never heard of"),
    };

    private Decision<IEvent> Decide(Allocate allocate, DateTimeOffset now)
    {
        if (allocate.WantedId is { } wanted && Objects.ContainsKey(wanted))
            return Decision<IEvent>.Nothing;
        if ((Names.Check(Kind, allocate.Name) ?? Taken(allocate.Name, allocate.Owner, except: -1) ?? Said(allocate)) is { } why)
            return Decision<IEvent>.No(why);
        var (made, wrong) = KindRules.Made(new PooledObject(
            Kind, allocate.WantedId ?? NextId, allocate.Name, allocate.Owner, allocate.Permissions, now.ToUnixTimeSeconds(),
            allocate.Template, allocate.Facts), this);
        return wrong is null ? Decision<IEvent>.Of(new Put(Kind, now, made!)) : Decision<IEvent>.No(wrong);
    }

    private Decision<IEvent> Decide(PooledObject o, SetFacts set, DateTimeOffset now)
    {
        if (set.OnlyIf is { } picture && picture.Any(f => o.Facts.GetValueOrDefault(f.Key, "") != f.Value))
            return Decision<IEvent>.Nothing;
        return Changed(set.Facts.Aggregate(o, (changed, fact) => changed.WithOrWithout(fact.Key, fact.Value)), now);
    }

    /// <summary>Why an object that is there from the first start is not deleted; null: it is not of those.</summary>
    public static Refusal? OfSystem(PooledObject o) => o.Id < FirstId(o.Kind)
        ? new(ErrorCode.Action, $"{Word(o.Kind)} {o.Id} ({o.Name}) belongs to the system and cannot be deleted.", ObjectId: o.Id)
        : null;

    private Decision<IEvent> Decide(Rewrite rewrite, DateTimeOffset now)
    {
        var there = Objects.Values.Select(AclRule.Of).OfType<AclRule>().ToList();
        var dropped = there.Where(r => rewrite.Drop.Any(r.SaysTheSame)).ToList();
        var made = rewrite.Make.Where(m => !there.Except(dropped).Any(m.SaysTheSame)).ToList();
        return Decision<IEvent>.Of(
        [
            .. dropped.Select(r => (IEvent)new Dropped(Kind, now, r.Id)),
            .. made.Select((m, i) => new Put(
                Kind, now, new(Kind, NextId + i, "rule", Caller.Admin, 0, now.ToUnixTimeSeconds(), Template.Empty, m.ToFacts()))),
        ]);
    }

    /// <summary>A rule that says what another says already is refused.</summary>
    private Refusal? Said(Allocate allocate) => Kind is PoolKind.Acl && Objects.Values.FirstOrDefault(o => o.Facts.SequenceEqual(allocate.Facts)) is { } same
        ? new(ErrorCode.Internal, $"Rule {AclRule.Of(same)} already exists", ObjectId: same.Id)
        : null;

    private Decision<IEvent> On(int id, Func<PooledObject, Decision<IEvent>> decide) => Objects.TryGetValue(id, out var o)
        ? decide(o)
        : Decision<IEvent>.No(Refusal.NotFound(Word(Kind), id));

    private Decision<IEvent> Changed((PooledObject? Next, Refusal? Why) change, DateTimeOffset now) =>
        change.Why is { } why ? Decision<IEvent>.No(why) : Changed(change.Next!, now);

    private Decision<IEvent> Changed(PooledObject next, DateTimeOffset now) => next.Equals(Objects[next.Id])
        ? Decision<IEvent>.Nothing
        : Decision<IEvent>.Of(new Put(Kind, now, next));

    private static Template Updated(PooledObject o, Update update) => update.Append ? o.Template.Merge(update.Given) : update.Given;

    /// <summary>Where a new object's name is just taken, a renamed one's collides.</summary>
    private Refusal? Collides(string name, PooledObject o) => Taken(name, o.Owner, except: o.Id) is { } taken
        ? taken with { Text = $"{Word(Kind)} cannot be renamed to {name} because it collides with {Word(Kind)} {taken.ObjectId}" }
        : null;

    /// <summary>Names are unique per owner for people's objects, and in the whole zone for the infrastructure's; documents of one name
    /// there may be many (OpenNebula checks none), since every service of a template has the template's.</summary>
    private Refusal? Taken(string name, Caller owner, int except)
    {
        if (Kind is PoolKind.Acl or PoolKind.Document)
            return null;
        var perOwner = Kind is PoolKind.Image or PoolKind.Template or PoolKind.VirtualNetwork or PoolKind.SecurityGroup
            or PoolKind.VmGroup or PoolKind.VirtualRouter or PoolKind.VnTemplate or PoolKind.BackupJob or PoolKind.MarketplaceApp;
        foreach (var o in Objects.Values)
            if (o.Id != except && o.Name == name && (!perOwner || o.Owner.User == owner.User))
                return new(ErrorCode.Internal, $"NAME is already taken by {Word(Kind).ToUpperInvariant()} {o.Id}.", "NAME", name, o.Id);
        return null;
    }
}

public static class Names
{
    public const int MaxLength = 128;

    /// <summary>OpenNebula's rule for object names: not empty, at most 128 characters, none of <c>&amp; | : \ " ; / ' # { } [ ] &lt; &gt; $ ?</c>.</summary>
    public static Refusal? Check(PoolKind? kind, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new(ErrorCode.Internal, "Invalid NAME, it cannot be empty", "NAME", name);
        if (name.Length > MaxLength)
            return new(ErrorCode.Internal, $"Invalid NAME, max length is {MaxLength} characters, it has {name.Length}", "NAME", name);
        var bad = name.FirstOrDefault(c => char.IsControl(c) || "&|:\\\";/'#{}[]<>$?".Contains(c, StringComparison.Ordinal));
        if (bad != default)
            return new(ErrorCode.Internal, $"Invalid NAME, '{(char.IsControl(bad) ? '?' : bad)}' is not allowed in it", "NAME", name);
        if (kind is PoolKind.User && name.Any(char.IsWhiteSpace))
            return new(ErrorCode.Internal, "Invalid NAME, a user's name has no blanks", "NAME", name);
        return null;
    }
}
