namespace PoweredAppliance.Client.Wire;

/// <summary>A VM template: OpenNebula template text that VMs are made from.</summary>
public sealed record VmTemplate
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Owner { get; init; }
    public required int OwnerId { get; init; }
    public required string Group { get; init; }
    public required int GroupId { get; init; }
    public required DateTimeOffset Created { get; init; }

    /// <summary>Absent in lists.</summary>
    public string? Text { get; init; }
}

/// <summary>Makes a VM template. <c>name</c> absent: the NAME in the text.</summary>
public sealed record TemplateCreate
{
    public string? Name { get; init; }
    public required string Text { get; init; }
}

/// <summary>Makes VMs from the template in the path; the fields as in <see cref="VmCreate"/>.</summary>
public sealed record Instantiate
{
    public string? Name { get; init; }
    public bool Hold { get; init; }
    public int Count { get; set; } = 1; // set, not init: what is absent in JSON must stay as it is here
    public string? Extra { get; init; }
}

/// <summary>A virtual network. <c>state</c> is OpenNebula's word.</summary>
public sealed record Network
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required int StateNumber { get; init; }
    public required string Owner { get; init; }
    public required int OwnerId { get; init; }
    public required string Group { get; init; }
    public required int GroupId { get; init; }

    /// <summary><c>bridge</c>, <c>libvirt</c>, ...: what carries it on a host.</summary>
    public required string Driver { get; init; }
    public string? Bridge { get; init; }
    public int? VlanId { get; init; }
    public IReadOnlyList<AddressRange> Ranges { get; init; } = [];
    public int LeasesUsed { get; init; }
    public int LeasesTotal { get; init; }
}

/// <summary>Addresses in a row, from the first.</summary>
public sealed record AddressRange(int Id, string Type, string? Ip, string Mac, int Size, int Used);

/// <summary>
/// A datastore. <c>type</c> is <c>IMAGE</c>, <c>SYSTEM</c>, <c>FILE</c> or <c>BACKUP</c>; <c>state</c> is <c>READY</c>
/// or <c>DISABLED</c>.
/// </summary>
public sealed record Datastore
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string State { get; init; }
    public string? Path { get; init; }
    public long TotalMib { get; init; }
    public long FreeMib { get; init; }
    public long UsedMib { get; init; }
    public IReadOnlyList<int> Images { get; init; } = [];
}

public sealed record User
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Group { get; init; }
    public required int GroupId { get; init; }
    public bool Enabled { get; init; } = true;
    public string AuthDriver { get; init; } = "core";
}
