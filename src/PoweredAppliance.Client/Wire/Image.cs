namespace PoweredAppliance.Client.Wire;

/// <summary>
/// A disk image. <c>state</c> is OpenNebula's word (<c>READY</c>, <c>USED</c>, <c>LOCKED</c> while its content arrives,
/// <c>ERROR</c>, ...), <c>type</c> is <c>OS</c>, <c>CDROM</c>, <c>DATABLOCK</c>, <c>KERNEL</c>, <c>RAMDISK</c> or
/// <c>CONTEXT</c>.
/// </summary>
public sealed record Image
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required int StateNumber { get; init; }
    public required string Type { get; init; }

    /// <summary><c>qcow2</c> or <c>raw</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The size a guest sees.</summary>
    public required long SizeMib { get; init; }
    public required string Owner { get; init; }
    public required int OwnerId { get; init; }
    public required string Group { get; init; }
    public required int GroupId { get; init; }
    public required string Datastore { get; init; }
    public required int DatastoreId { get; init; }
    public bool Persistent { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Where its content lies in the datastore.</summary>
    public string? Source { get; init; }

    /// <summary>Ids of the VMs that have it.</summary>
    public IReadOnlyList<int> UsedBy { get; init; } = [];

    /// <summary>While LOCKED. <c>bytesDone</c> of an upload is what is stored: an upload goes on from there.</summary>
    public Progress? Progress { get; init; }

    /// <summary>Why it is in ERROR.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// Registers an image. Exactly one of: <c>path</c>, a file on the controller's machine or an http(s) address;
/// <c>upload</c>, its bytes follow by
/// <c>PUT /images/{id}/content</c>; <c>sizeMib</c>, an empty DATABLOCK.
/// </summary>
public sealed record ImageAdd
{
    public required string Name { get; init; }
    public string? Path { get; init; }

    /// <summary>How many bytes will be put; the image stays LOCKED until all are there.</summary>
    public long? Upload { get; init; }
    public long? SizeMib { get; init; }

    /// <summary>Id or name; absent: the default image datastore.</summary>
    public string? Datastore { get; init; }
    public string Type { get; set; } = "OS"; // set, not init: what is absent in JSON must stay as it is here
    public bool Persistent { get; init; }

    /// <summary><c>qcow2</c> or <c>raw</c>; absent: told from its first bytes.</summary>
    public string? Format { get; init; }
    public string? Description { get; init; }
}
