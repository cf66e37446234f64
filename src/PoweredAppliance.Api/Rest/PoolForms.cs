using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;
using Host = PoweredAppliance.Client.Wire.Host;

namespace PoweredAppliance.Api.Rest;

/// <summary>Hosts and the objects of the pools as the REST contract says them.</summary>
internal static class PoolForms
{
    private static readonly ImmutableArray<string> ImageStates =
        ["INIT", "READY", "USED", "DISABLED", "LOCKED", "ERROR", "CLONE", "DELETE", "USED_PERS", "LOCKED_USED", "LOCKED_USED_PERS"];
    private static readonly ImmutableArray<string> ImageTypes = ["OS", "CDROM", "DATABLOCK", "KERNEL", "RAMDISK", "CONTEXT", "BACKUP", "FILESYSTEM"];

    public static Host Host(Inventory inventory, PooledObject host, Func<PooledObject, HostPicture?, (string? Profile, IReadOnlyList<string> Differences)> profile)
    {
        var picture = inventory.Host(new(host.Id));
        var (state, usage, facts) = (picture?.State ?? HostState.Init, picture?.Usage, picture?.Facts);
        var (matched, differences) = profile(host, picture);
        var (usable, allocated) = (picture?.Usable ?? default, picture?.Allocated ?? default);
        return new()
        {
            Id = host.Id,
            Name = host.Name,
            Uri = host.Fact("URI") ?? "",
            State = state.ToString().ToUpperInvariant(),
            StateNumber = (int)state,
            ClusterId = host.FactInt("CLUSTER_ID"),
            Cluster = inventory.NameOf(PoolKind.Cluster, host.FactInt("CLUSTER_ID")),
            Profile = matched,
            ProfileDifferences = differences,
            Capacity = Amount(usable),
            Allocated = Amount(allocated),
            Free = Amount(usable - allocated),
            Used = usage is null ? Resources.None : new(usage.CpuUsedPercent, ((facts?.MemoryKibibytes ?? usage.MemoryFreeKibibytes) - usage.MemoryFreeKibibytes) / 1024),
            Vms = [.. picture?.Vms ?? []],
            WildVms = [.. (picture?.Wild ?? []).Select(Wild)],
            Hypervisor = facts is null ? null : $"{facts.HypervisorKind} {facts.HypervisorVersion}",
            Acceleration = facts?.Acceleration,
            CpuModel = facts?.CpuModel,
            LastSeen = usage is null ? null : DateTimeOffset.FromUnixTimeSeconds(usage.At),
            SilenceReason = picture?.Silence,
        };
    }

    public static Image Image(Inventory inventory, ImageImports imports, PooledObject image)
    {
        var use = inventory.UseOf(image.Id);
        var state = (int)ImageRules.StateOf(image, use);
        var progress = imports.Progress(image.Id);
        return new()
        {
            Id = image.Id,
            Name = image.Name,
            State = ImageStates[state],
            StateNumber = state,
            Type = ImageTypes[image.FactInt("TYPE")],
            Format = image.Fact("FORMAT") ?? "raw",
            SizeMib = image.FactLong("SIZE"),
            Owner = inventory.NameOf(PoolKind.User, image.Owner.User.Value),
            OwnerId = image.Owner.User.Value,
            Group = inventory.NameOf(PoolKind.Group, image.Owner.Group.Value),
            GroupId = image.Owner.Group.Value,
            Datastore = image.Fact("DATASTORE") ?? "",
            DatastoreId = image.FactInt("DATASTORE_ID"),
            Persistent = image.Fact("PERSISTENT") is "1",
            Created = DateTimeOffset.FromUnixTimeSeconds(image.RegTime),
            Source = image.Fact("SOURCE"),
            UsedBy = use.Vms,
            Reason = image.Fact("ERROR"),
            Progress = progress is not null
                ? new() { Step = progress.What, Percent = progress.Percent < 0 ? null : progress.Percent, BytesDone = progress.BytesDone, BytesTotal = progress.BytesTotal }
                : state == (int)ImageState.Locked && image.Fact("UPLOAD") is not null
                    ? new() { Step = "waiting for the upload", BytesDone = imports.Uploaded(image.Id), BytesTotal = image.FactLong("UPLOAD") }
                    : null,
        };
    }

    public static VmTemplate Template(Inventory inventory, PooledObject template, bool whole) => new()
    {
        Id = template.Id,
        Name = template.Name,
        Created = DateTimeOffset.FromUnixTimeSeconds(template.RegTime),
        Text = whole ? template.Template.ToText() : null,
        Owner = inventory.NameOf(PoolKind.User, template.Owner.User.Value),
        OwnerId = template.Owner.User.Value,
        Group = inventory.NameOf(PoolKind.Group, template.Owner.Group.Value),
        GroupId = template.Owner.Group.Value,
    };

    public static Network Network(Inventory inventory, PooledObject network)
    {
        var ranges = Leases.Of(inventory, network);
        return new()
        {
            Id = network.Id,
            Name = network.Name,
            State = "READY",
            StateNumber = 1,
            Owner = inventory.NameOf(PoolKind.User, network.Owner.User.Value),
            OwnerId = network.Owner.User.Value,
            Group = inventory.NameOf(PoolKind.Group, network.Owner.Group.Value),
            GroupId = network.Owner.Group.Value,
            Driver = network.Fact("VN_MAD") ?? "bridge",
            Bridge = network.Fact("BRIDGE"),
            VlanId = int.TryParse(network.Fact("VLAN_ID"), CultureInfo.InvariantCulture, out var vlan) ? vlan : null,
            Ranges = [.. ranges.Select(r => new AddressRange(r.Range.Id, r.Range.Type, r.Range.Ip(0), r.Range.Mac(0), r.Range.Size, r.Lent.Count))],
            LeasesUsed = ranges.Sum(r => r.Lent.Count),
            LeasesTotal = ranges.Sum(r => r.Range.Size),
        };
    }

    public static Datastore Datastore(Inventory inventory, PooledObject store)
    {
        var room = inventory.RoomOf(store);
        return new()
        {
            Id = store.Id,
            Name = store.Name,
            Type = store.Fact("TYPE") switch { "1" => "SYSTEM", "2" => "FILE", "3" => "BACKUP", _ => "IMAGE" },
            State = store.Fact("STATE") is "1" ? "DISABLED" : "READY",
            Path = store.Fact("BASE_PATH"),
            TotalMib = room.TotalMebibytes,
            FreeMib = room.FreeMebibytes,
            UsedMib = room.UsedMebibytes,
            Images = [.. inventory.All(PoolKind.Image).Values.Where(i => i.FactInt("DATASTORE_ID") == store.Id).Select(i => i.Id)],
        };
    }

    public static User User(Inventory inventory, PooledObject user)
    {
        var group = int.Parse((user.Fact("GIDS") ?? "1").Split(',')[0], CultureInfo.InvariantCulture);
        return new()
        {
            Id = user.Id,
            Name = user.Name,
            GroupId = group,
            Group = inventory.NameOf(PoolKind.Group, group),
            Enabled = user.Fact("ENABLED") is not "0",
            AuthDriver = user.Fact("AUTH_DRIVER") ?? "core",
        };
    }

    private static Resources Amount(Capacity capacity) => new(capacity.CpuPercent, capacity.MemoryKibibytes / 1024);

    private static WildVm Wild(DomainReading domain) => new()
    {
        Name = domain.Name,
        Uuid = domain.Uuid.ToString(),
        Vcpu = domain.Vcpu,
        MemoryMib = domain.MemoryMebibytes,
        State = domain.Power switch { DomainPower.Running => "running", DomainPower.Paused => "paused", DomainPower.Crashed => "crashed", _ => "shut off" },
    };
}
