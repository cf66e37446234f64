namespace PoweredAppliance.Scheduling.Numa;

/// <summary>How the VMs of a group are to lie to each other.</summary>
public enum Grouping
{
    None,

    /// <summary>In one rack.</summary>
    Together,

    /// <summary>Each on a host of its own.</summary>
    Apart,

    /// <summary>No rack has VMs of two domains.</summary>
    Domains,
}

/// <param name="Domain">counts for <see cref="Grouping.Domains"/> only</param>
public readonly record struct NumaGroup(Grouping Grouping, int Id = 0, int Domain = 0);

/// <summary>Where the VMs of groups are, and so where others of them may go.</summary>
public sealed class NumaGroups
{
    private readonly Dictionary<int, int> _rackOf = [], _bound = [];
    private readonly HashSet<(int Group, int Host)> _apart = [];
    private readonly Dictionary<(int Group, int Rack), int> _domainIn = [];

    /// <summary>The rack that the VM has to go to; null: none yet, or it is not of a group that is kept together.</summary>
    public int? RackOf(in NumaGroup group) => group.Grouping is Grouping.Together && _rackOf.TryGetValue(group.Id, out var rack) ? rack : null;

    /// <summary>Groups that a rack has to find room for.</summary>
    public int BoundTo(int rack) => _bound.GetValueOrDefault(rack);

    public bool Allows(in NumaGroup group, int host, int rack) => group.Grouping switch
    {
        Grouping.Together => RackOf(group) is not { } only || only == rack,
        Grouping.Apart => !_apart.Contains((group.Id, host)),
        Grouping.Domains => !_domainIn.TryGetValue((group.Id, rack), out var domain) || domain == group.Domain,
        _ => true,
    };

    public void Placed(in NumaGroup group, int host, int rack)
    {
        switch (group.Grouping)
        {
            case Grouping.Together when _rackOf.TryAdd(group.Id, rack):
                _bound[rack] = BoundTo(rack) + 1;
                break;
            case Grouping.Apart:
                _apart.Add((group.Id, host));
                break;
            case Grouping.Domains:
                _domainIn[(group.Id, rack)] = group.Domain;
                break;
        }
    }
}
