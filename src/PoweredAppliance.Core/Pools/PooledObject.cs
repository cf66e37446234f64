using System.Collections.Immutable;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>Every kind of object but VMs and zones' meters: few, rarely written, with names that must be unique.</summary>
public enum PoolKind
{
    Host, User, Group, Image, Template, VirtualNetwork, Datastore, Cluster, Zone, Acl, Vdc, SecurityGroup, VmGroup,
    VirtualRouter, Marketplace, MarketplaceApp, Document, VnTemplate, Hook, BackupJob,
}

/// <summary>
/// An object of a pool as a value. <see cref="Template"/> is what its owner wrote and may update; <see cref="Facts"/> is what the
/// appliance knows about it (STATE, SIZE, SOURCE, CLUSTER_ID ...), by the names OpenNebula's documents use.
/// </summary>
/// <param name="RegTime">unix seconds of its registration</param>
public sealed record PooledObject(
    PoolKind Kind, int Id, string Name, Caller Owner, int Permissions, long RegTime, Template Template,
    ImmutableSortedDictionary<string, string> Facts)
{
    public string? Fact(string name) => Facts.GetValueOrDefault(name);

    public int FactInt(string name, int otherwise = 0) =>
        int.TryParse(Facts.GetValueOrDefault(name), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    public long FactLong(string name, long otherwise = 0) =>
        long.TryParse(Facts.GetValueOrDefault(name), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <summary>Ids with commas between.</summary>
    public IEnumerable<int> FactIds(string name) => (Fact(name) ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Null: it is not locked.</summary>
    public ObjectLock? Lock => ObjectLock.FromFact(Fact(LockFact));

    public const string LockFact = "LOCK";

    public PooledObject With(string fact, string value) => this with { Facts = Facts.SetItem(fact, value) };

    /// <summary>An empty value takes the fact away.</summary>
    public PooledObject WithOrWithout(string fact, string value) => value.Length > 0 ? With(fact, value) : this with { Facts = Facts.Remove(fact) };

    public bool Equals(PooledObject? other) =>
        other is not null && Kind == other.Kind && Id == other.Id && Name == other.Name && Owner == other.Owner
        && Permissions == other.Permissions && RegTime == other.RegTime && Template.Equals(other.Template)
        && Facts.SequenceEqual(other.Facts);

    public override int GetHashCode() => HashCode.Combine(Kind, Id, Name);
}

public static class PoolProtocol
{
    public interface ICommand { PoolKind Kind { get; } }
    public interface IEvent { PoolKind Kind { get; } DateTimeOffset At { get; } }

    public interface IReply;
    public sealed record Accepted(int Id) : IReply;
    public sealed record Refused(Refusal Why) : IReply;

    /// <param name="WantedId">only for objects that exist from the first start (oneadmin, datastore 0 ...)</param>
    public sealed record Allocate(
        PoolKind Kind, string Name, Caller Owner, int Permissions, Template Template,
        ImmutableSortedDictionary<string, string> Facts, int? WantedId = null) : ICommand;
    public sealed record Update(PoolKind Kind, int Id, Template Given, bool Append) : ICommand;
    public sealed record Rename(PoolKind Kind, int Id, string Name) : ICommand;
    public sealed record Chmod(PoolKind Kind, int Id, int Permissions) : ICommand;
    public sealed record Chown(PoolKind Kind, int Id, UserId? User, GroupId? Group) : ICommand;

    /// <inheritdoc cref="ObjectLock.Take"/>
    public sealed record Lock(PoolKind Kind, int Id, LockLevel Level, UserId By, bool IsAdmin, bool Test) : ICommand;
    public sealed record Unlock(PoolKind Kind, int Id, UserId By, bool IsAdmin) : ICommand;

    /// <summary>The appliance's own knowledge changed; given facts replace those of the same name, an empty value drops it.</summary>
    /// <param name="OnlyIf">nothing happens, and it is accepted, unless these facts are still so (a late report about an older picture)</param>
    public sealed record SetFacts(
        PoolKind Kind, int Id, ImmutableSortedDictionary<string, string> Facts, ImmutableSortedDictionary<string, string>? OnlyIf = null) : ICommand;
    public sealed record Delete(PoolKind Kind, int Id) : ICommand;

    /// <summary>Takes ACL rules away and makes others, all at once; what is so already is passed over. Numbers do not matter.</summary>
    public sealed record Rewrite(ImmutableArray<AclRule> Drop, ImmutableArray<AclRule> Make) : ICommand
    {
        public PoolKind Kind => PoolKind.Acl;
    }

    /// <summary>A change of one object by a rule of its kind, decided against the newest state of all of them.</summary>
    public abstract record Change(PoolKind Kind, int Id) : ICommand
    {
        /// <summary>The object as it is to be, or why it stays.</summary>
        public abstract (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool);

        /// <summary>The number that the caller is told: the object's, or that of the part of it that was made.</summary>
        public virtual int Answer(PooledObject next) => next.Id;
    }

    /// <summary>The object as it is now, whole.</summary>
    public sealed record Put(PoolKind Kind, DateTimeOffset At, PooledObject Object) : IEvent;
    public sealed record Dropped(PoolKind Kind, DateTimeOffset At, int Id) : IEvent;
}
