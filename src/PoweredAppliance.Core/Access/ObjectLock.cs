using System.Globalization;

namespace PoweredAppliance.Core.Access;

/// <summary>How much a lock stops, by OpenNebula's numbers: each level stops its own right and those above it.</summary>
public enum LockLevel
{
    None = 0, Use = 1, Manage = 2, Admin = 3,
}

/// <summary>
/// The lock on an object. It stops everybody, oneadmin too; what only looks at the object is never stopped. It is no permission: who
/// took it, or an administrator, takes it away.
/// </summary>
/// <param name="Time">unix seconds</param>
public sealed record ObjectLock(LockLevel Level, UserId Owner, long Time)
{
    /// <summary>What one.*.lock takes for every right; the same as <see cref="LockLevel.Use"/>.</summary>
    private const int All = 4;

    /// <summary>Any of the rights is stopped. Making another object of this kind is nobody's to stop.</summary>
    public bool Stops(Rights rights) => Level switch
    {
        LockLevel.Use => (rights & (Rights.Use | Rights.Manage | Rights.Admin)) != 0,
        LockLevel.Manage => (rights & (Rights.Manage | Rights.Admin)) != 0,
        LockLevel.Admin => (rights & Rights.Admin) != 0,
        _ => false,
    };

    /// <summary>The level of a call: 1 USE, 2 MANAGE, 3 ADMIN, 4 all of them.</summary>
    public static (LockLevel Level, Refusal? Why) Read(int level, int id) => level switch
    {
        >= 1 and <= 3 => ((LockLevel)level, null),
        All => (LockLevel.Use, null),
        _ => (LockLevel.None, new(ErrorCode.Action, "Wrong lock level specified", "lock_level", $"{level}", id)),
    };

    /// <summary>Who may put this lock on, over the one that is there.</summary>
    /// <param name="now">null: there is none</param>
    /// <param name="test">only where there is none; the refusal's text is then, as tools expect, the second since which there is one</param>
    public static Refusal? Take(ObjectLock? now, UserId by, bool isAdmin, bool test, int id) => now switch
    {
        null => null,
        _ when test => new(ErrorCode.Action, now.Time.ToString(CultureInfo.InvariantCulture), ObjectId: id),
        _ when now.Owner != by && !isAdmin => new(ErrorCode.Action, "Error trying to lock the resource.", "OWNER", now.Owner.ToString(), id),
        _ => null,
    };

    public static Refusal? Lift(ObjectLock? now, UserId by, bool isAdmin, int id) => now is null || now.Owner == by || isAdmin
        ? null
        : new(ErrorCode.Action, "Cannot unlock: Lock is owned by another user", "OWNER", now.Owner.ToString(), id);

    /// <summary><c>LEVEL:OWNER:TIME</c>, as an object's fact keeps it.</summary>
    public string ToFact() => string.Create(CultureInfo.InvariantCulture, $"{(int)Level}:{Owner.Value}:{Time}");

    /// <summary>Null where there is no lock.</summary>
    public static ObjectLock? FromFact(string? fact)
    {
        if (fact?.Split(':') is not [var level, var owner, var time])
            return null;
        return new(
            (LockLevel)int.Parse(level, CultureInfo.InvariantCulture), new(int.Parse(owner, CultureInfo.InvariantCulture)),
            long.Parse(time, CultureInfo.InvariantCulture));
    }
}
