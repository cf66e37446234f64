using PoweredAppliance.Core;
using PoweredAppliance.Core.Expressions;
using static PoweredAppliance.ControlPlane.Scheduling.SchedulerProtocol;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>
/// What VMs wish of hosts and datastores, each text compiled once. One that cannot be read is the VM's own trouble: its attribute is
/// named, with what was met and where.
/// </summary>
internal sealed class CompiledWishes
{
    private const int Most = 10_000;

    private readonly Dictionary<Wishes, (Compiled? Read, string? Why)> _known = [];

    /// <param name="Host">null: any host will do</param>
    /// <param name="HostText">the requirement for explanations: the user's where there is one</param>
    /// <param name="Rank">null: none is preferred</param>
    public sealed record Compiled(PoweredAppliance.Scheduling.Requirement? Host, string? HostText, PoweredAppliance.Scheduling.Rank? Rank, Requirement Datastore);

    public (Compiled? Read, string? Why) Read(Wishes wishes)
    {
        if (_known.TryGetValue(wishes, out var known))
            return known;
        if (_known.Count >= Most)
            _known.Clear();
        return _known[wishes] = Compile(wishes);
    }

    private static (Compiled? Read, string? Why) Compile(Wishes wishes)
    {
        if (!Requirement.TryParse(wishes.Automatic, out var automatic, out var error))
            return Unreadable("AUTOMATIC_REQUIREMENTS", error);
        if (!Requirement.TryParse(wishes.Requirements, out var asked, out error))
            return Unreadable("SCHED_REQUIREMENTS", error);
        if (!Rank.TryParse(wishes.Rank, out var rank, out error))
            return Unreadable("SCHED_RANK", error);
        if (!Requirement.TryParse(wishes.DatastoreRequirements, out var datastore, out error))
            return Unreadable("SCHED_DS_REQUIREMENTS", error);
        // Datastores are not ranked, since there is one to choose; but nonsense is told.
        if (!Rank.TryParse(wishes.DatastoreRank, out _, out error))
            return Unreadable("SCHED_DS_RANK", error);

        var any = automatic.Equals(Requirement.None) && asked.Equals(Requirement.None);
        return (new(
            any ? null : (host, attributes) => automatic.Holds(name => attributes(host, name)) && asked.Holds(name => attributes(host, name)),
            any ? null : wishes.Requirements.Length > 0 ? wishes.Requirements : wishes.Automatic,
            rank.Equals(Rank.Zero) ? null : (host, attributes) => rank.Evaluate(name => attributes(host, name)),
            datastore), null);
    }

    private static (Compiled? Read, string? Why) Unreadable(string attribute, string error) => (null, $"{attribute} cannot be read: {error}");
}
