using System.Collections.Immutable;
using System.Globalization;

namespace PoweredAppliance.Core.Quotas;

/// <summary>What a quota speaks of, by OpenNebula's words, in the order in which limits are looked at.</summary>
public enum QuotaKind { Network, Vm, Image, Datastore }

/// <summary>Somebody who has limits: a user or a group. oneadmin and its group have none.</summary>
public readonly record struct QuotaHolder(bool IsGroup, int Id)
{
    public static QuotaHolder User(UserId user) => new(false, user.Value);
    public static QuotaHolder Group(GroupId group) => new(true, group.Value);

    /// <summary>Of the two that pay for an object those that can have limits.</summary>
    public static IEnumerable<QuotaHolder> Of(Caller owner)
    {
        if (owner.User.Value > 0)
            yield return User(owner.User);
        if (owner.Group.Value > 0)
            yield return Group(owner.Group);
    }

    public bool Pays(Caller owner) => Id > 0 && Id == (IsGroup ? owner.Group.Value : owner.User.Value);

    public override string ToString() => $"{(IsGroup ? "Group" : "User")} [{Id.ToString(CultureInfo.InvariantCulture)}]";
}

/// <summary>One thing that is counted.</summary>
/// <param name="Id">of the network, image or datastore; of the cluster for VMs, <see cref="Everywhere"/>: in all clusters</param>
/// <param name="Metric">LEASES, VMS, CPU, SIZE ...</param>
public readonly record struct QuotaKey(QuotaKind Kind, int Id, string Metric)
{
    public const int Everywhere = -1;
}

/// <summary>Names, units and figures of quotas. SIZE, MEMORY and SYSTEM_DISK_SIZE are MB, CPU is cores, the others count.</summary>
public static class QuotaMetrics
{
    public const string Running = "RUNNING_";

    private static readonly ImmutableArray<string> OfVms =
    [
        "VMS", "RUNNING_VMS", "CPU", "RUNNING_CPU", "MEMORY", "RUNNING_MEMORY", "PCI_DEV", "RUNNING_PCI_DEV", "PCI_NIC", "RUNNING_PCI_NIC", "SYSTEM_DISK_SIZE",
    ];

    /// <param name="generic">attributes of VMs that are counted too (QUOTA_VM_ATTRIBUTE)</param>
    public static IEnumerable<string> Of(QuotaKind kind, ImmutableArray<string> generic) => kind switch
    {
        QuotaKind.Network => ["LEASES"],
        QuotaKind.Image => ["RVMS"],
        QuotaKind.Datastore => ["SIZE", "IMAGES"],
        _ => generic.Aggregate((IEnumerable<string>)OfVms, (all, name) => all.Append(name).Append(Running + name)),
    };

    /// <summary>The place of a metric among those that are looked at in turn.</summary>
    public static int Rank(string metric) => OfVms.IndexOf(metric) is >= 0 and var place ? place : metric is "SIZE" ? -1 : OfVms.Length;

    /// <summary>Null: it can be counted; else why not.</summary>
    public static string? Wrong(string generic) => OfVms.Contains(generic)
        ? $"'{generic}' is counted for VMs already"
        : generic.Length == 0 || generic.Any(c => !char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != '_') ? $"'{generic}' is no attribute's name" : null;

    /// <summary>The word in a quota template and in messages.</summary>
    public static string Word(this QuotaKind kind) => kind.ToString().ToUpperInvariant();

    /// <summary>Without needless zeros: 2, 0.5.</summary>
    public static string Text(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);
}
