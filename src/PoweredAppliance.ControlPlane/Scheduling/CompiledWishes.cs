using System.Collections.Immutable;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Scheduling;
using static PoweredAppliance.ControlPlane.Scheduling.SchedulerProtocol;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>
/// What VMs wish of hosts and datastores, each text compiled once. One that cannot be read is the VM's own trouble: its attribute is
/// named, with what was met and where.
/// </summary>
internal sealed class CompiledWishes(Policy policy)
{
    private const int Most = 10_000;

    private readonly Dictionary<Wishes, (Compiled? Read, string? Why)> _known = [];

    /// <param name="Host">without clusters</param>
    public sealed record Compiled(Shape Host, Requirement Datastore)
    {
        private Shape _last = Host;

        /// <summary>The same of hosts in these clusters; as a rule they are those of the VM before.</summary>
        public Shape In(ImmutableArray<int> clusters) => new Shape(clusters, Host.Requirement, Host.Rank, Host.RequirementText) is var shape && shape.Equals(_last)
            ? _last
            : _last = shape;
    }

    public (Compiled? Read, string? Why) Read(Wishes wishes)
    {
        if (_known.TryGetValue(wishes, out var known))
            return known;
        if (_known.Count >= Most)
            _known.Clear();
        return _known[wishes] = Compile(wishes);
    }

    private (Compiled? Read, string? Why) Compile(Wishes wishes)
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

        // For explanations the user's own words go before the appliance's.
        var text = wishes.Requirements.Length > 0 ? wishes.Requirements : wishes.Automatic;
        return (new(new(default, Requirement.Both(automatic, asked), wishes.Rank.Length > 0 ? rank : policy.Rank, text), datastore), null);
    }

    private static (Compiled? Read, string? Why) Unreadable(string attribute, string error) => (null, $"{attribute} cannot be read: {error}");
}
