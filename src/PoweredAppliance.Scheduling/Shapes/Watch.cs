namespace PoweredAppliance.Scheduling.Shapes;

/// <summary>How far somebody has followed the changes of hosts; of what is free on them only where that matters to him.</summary>
internal struct Watch(bool rooms)
{
    private long _attributes = -1, _rooms = -1;

    public readonly bool IsCurrent(HostChanges changes) => _attributes == changes.Attributes.Next && (!rooms || _rooms == changes.Rooms.Next);

    /// <summary>Whether he can go from host to host: else he has to look at all.</summary>
    public readonly bool CanFollow(HostChanges changes) => changes.Attributes.Has(_attributes) && (!rooms || changes.Rooms.Has(_rooms));

    /// <summary>The next host that changed, perhaps one that was told before; -1: there is none any more.</summary>
    public int Next(HostChanges changes)
    {
        if (_attributes < changes.Attributes.Next)
            return changes.Attributes[_attributes++];
        return rooms && _rooms < changes.Rooms.Next ? changes.Rooms[_rooms++] : -1;
    }

    public void SkipAll(HostChanges changes) => (_attributes, _rooms) = (changes.Attributes.Next, changes.Rooms.Next);
}

/// <summary>What changes of hosts, apart: attributes seldom, what is free on them with every placement.</summary>
internal sealed class HostChanges
{
    public ChangeLog Attributes { get; } = new();

    public ChangeLog Rooms { get; } = new();
}
