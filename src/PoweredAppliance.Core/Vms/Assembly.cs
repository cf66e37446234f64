using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.Specification;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// Makes of what a user wrote what the VM is made of: TEMPLATE with disks and NICs completed from their images and networks, and
/// USER_TEMPLATE with the rest (the rules of OpenNebula's VM allocation). In two moves, since addresses have to be leased between.
/// </summary>
public sealed class Assembly
{
    /// <summary>Attributes that the core keeps in TEMPLATE; all others go to USER_TEMPLATE untouched.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "CPU", "VCPU", "VCPU_MAX", "MEMORY", "MEMORY_MAX", "MEMORY_SLOTS", "MEMORY_RESIZE_MODE", "DISK", "NIC", "NIC_ALIAS", "NIC_DEFAULT", "OS",
        "GRAPHICS", "FEATURES", "INPUT", "VIDEO", "CPU_MODEL", "TPM", "RAW", "HYPERV_OPTIONS", "NUMA_NODE", "TOPOLOGY", "MEMORY_ENCRYPTION",
        "PCI", "EMULATOR", "CONTEXT", "VMGROUP", "CPU_COST", "MEMORY_COST", "DISK_COST", "SUBMIT_ON_HOLD", "IMPORTED", "TEMPLATE_ID", "VROUTER_ID",
        "VROUTER_KEEPALIVED_ID", "VROUTER_KEEPALIVED_PASSWORD",
        "CLONING_TEMPLATE_ID", "SPICE_OPTIONS", "BACKUP_CONFIG", "SCHED_ACTION", "SNAPSHOT",
    };

    /// <summary>MEMORY and SIZE in MB; CPU and VCPU. More is a slip of the pen, and would not fit the numbers it is counted in.</summary>
    internal const long MaxMebibytes = 1_000_000_000;
    internal const decimal MaxCpu = 1_000_000;

    private readonly Template _given;
    private readonly ImmutableArray<VectorAttribute> _disks;

    private Assembly(Template given, ImmutableArray<VectorAttribute> disks, ImmutableArray<NicRequest> nics) =>
        (_given, _disks, Nics) = (given, disks, nics);

    /// <summary>A NIC on a network.</summary>
    public sealed record NicRequest(int NicId, PooledObject Network, VectorAttribute Given)
    {
        /// <summary>Null: it only carries the floating address of its virtual router.</summary>
        public LeaseWish? Wish => Yes(Given["FLOATING_IP"]) && Yes(Given["FLOATING_ONLY"])
            ? null
            : new(Network.Id, Text(Given["MAC"]), Text(Given["IP"]), Text(Given["IP6"]));
    }

    public ImmutableArray<NicRequest> Nics { get; }

    /// <summary>The images that the disks use.</summary>
    public IEnumerable<int> Images => _disks.Select(d => d["IMAGE_ID"]).OfType<string>().Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    /// <summary>What it takes of a host.</summary>
    public Hosts.Capacity Room => Specification.Room(_given.WithVectors("DISK", _disks));

    /// <summary>Who may be found and used. Null: there is none, or the caller may not use it (the text says which).</summary>
    public delegate (PooledObject? Found, Refusal? Why) Find(PoolKind kind, string? id, string? name, string? ownerName);

    public static (Assembly? Made, Refusal? Why) Plan(Template given, Find find)
    {
        if ((Positive(given, "CPU", whole: false) ?? Positive(given, "MEMORY", whole: true) ?? PositiveIfGiven(given, "VCPU")) is { } bad)
            return (null, bad);

        foreach (var (entry, id) in given.Vectors(ScheduleEntry.Name).Select((e, i) => (e, i)))
            if (VmSchedule.Read(entry, id, before: null, start: 0).Why is { } wrong)
                return (null, wrong);

        var disks = ImmutableArray.CreateBuilder<VectorAttribute>();
        var targets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (disk, id) in given.Vectors("DISK").Select((d, i) => (d, i)))
            if (Text(disk["TARGET"]) is { } target && !targets.Add(target))
                return (null, Refusal.Bad($"DISK/{id}/TARGET", target, $"DISK {id}: TARGET {target} is another disk's already."));
        foreach (var (disk, id) in given.Vectors("DISK").Select((d, i) => (d, i)))
        {
            var (made, why) = Disk(disk, id, targets, find);
            if (why is not null)
                return (null, why);
            disks.Add(made!);
        }

        var nics = ImmutableArray.CreateBuilder<NicRequest>();
        foreach (var (nic, id) in given.Vectors("NIC").Select((n, i) => (n, i)))
        {
            if (nic["NETWORK_ID"] is null && nic["NETWORK"] is null)
                return (null, Refusal.Bad($"NIC/{id}", null, $"NIC {id} names no network: give NETWORK_ID or NETWORK."));
            var (network, why) = find(PoolKind.VirtualNetwork, nic["NETWORK_ID"], nic["NETWORK"], nic["NETWORK_UNAME"]);
            if ((why ?? Forbidden(nic, find)) is { } forbidden)
                return (null, forbidden);
            nics.Add(new(id, network!, nic));
        }

        return Grouped(given, find) is ({ } whole, null)
            ? (new(whole, disks.ToImmutable(), nics.ToImmutable()), null)
            : (null, Grouped(given, find).Why);
    }

    /// <summary>Why a NIC may not be in the security groups that it asks for; one that is not there lets nobody through and is nobody's to refuse.</summary>
    public static Refusal? Forbidden(VectorAttribute nic, Find find) => SecurityRules.Groups(nic)
        .Select(group => find(PoolKind.SecurityGroup, group.ToString(CultureInfo.InvariantCulture), null, null).Why)
        .FirstOrDefault(why => why is { Code: not ErrorCode.NoExists });

    /// <summary>VMGROUP with the id of a group that is there, and a role that it has.</summary>
    private static (Template? Made, Refusal? Why) Grouped(Template given, Find find)
    {
        if (given.Vector("VMGROUP") is not { } asked)
            return (given, null);
        var (group, why) = find(PoolKind.VmGroup, asked["VMGROUP_ID"], asked["VMGROUP_NAME"], null);
        if (why is not null)
            return (null, why);
        var (id, roles) = (group!.Id.ToString(CultureInfo.InvariantCulture), VmGroupRoles.Of(group.Template).Select(r => r.Name).ToList());
        return asked["ROLE"] is { } role && roles.Contains(role)
            ? (given.WithVectors("VMGROUP", [asked.With("VMGROUP_ID", id)]), null)
            : (null, Refusal.Bad("VMGROUP/ROLE", asked["ROLE"], $"VM group {id} has no role '{asked["ROLE"]}'; it has {string.Join(", ", roles)}."));
    }

    /// <inheritdoc cref="ClusterRequirements.Of"/>
    public (string? Requirements, Refusal? Why) Requirements(ClusterRequirements.ClustersOf clusters) =>
        ClusterRequirements.Of(_disks, Nics.Select(n => n.Network.Id), clusters);

    /// <param name="leases">one for each of <see cref="Nics"/> that has a wish, in their order</param>
    /// <param name="requirements">AUTOMATIC_REQUIREMENTS</param>
    public (Template Template, Template UserTemplate) Finish(VmId id, string name, Guid uuid, IReadOnlyList<Lease> leases, string requirements)
    {
        var next = 0;
        var nics = Nics.Select(n => LentNic.Complete(n.Given, n.NicId, id, n.Network, n.Wish is null ? null : leases[next++])).ToImmutableArray();
        var template = Template.Of(_given.Attributes.Where(a => Known.Contains(a.Name)))
            .WithVectors("DISK", _disks)
            .WithVectors("NIC", nics)
            .Set("VMID", id.ToString())
            .Set("AUTOMATIC_REQUIREMENTS", requirements);
        var os = _given.Vector("OS") ?? new VectorAttribute("OS", []);
        template = template.WithVectors("OS", [os["UUID"] is { Length: > 0 } ? os : os.With("UUID", uuid.ToString())]);
        if (_given.Vector("CONTEXT") is { } context)
            template = template.WithVectors("CONTEXT", [Contextualization.Complete(context, id, name, _given, nics, _disks)]);
        var user = Template.Of(_given.Attributes.Where(a => !Known.Contains(a.Name) && a.Name is not ("NAME" or "VMID")
            && !a.Name.StartsWith("AUTOMATIC_", StringComparison.Ordinal)));
        return (template, user);
    }

    private static (VectorAttribute? Made, Refusal? Why) Disk(VectorAttribute given, int id, HashSet<string> targets, Find find)
    {
        var (disk, why) = Disk(given, id, find);
        return (disk is null ? null : Placed(disk, id, targets), why);
    }

    /// <summary>A DISK completed from its image, without DISK_ID and TARGET: it may become one of a VM that is there.</summary>
    /// <param name="id">its number in refusals</param>
    public static (VectorAttribute? Made, Refusal? Why) Disk(VectorAttribute given, int id, Find find)
    {
        var disk = given;
        if (Text(given["SIZE"]) is { } size && !IsPositive(size, whole: true, MaxMebibytes))
            return (null, Refusal.Bad($"DISK/{id}/SIZE", size, $"DISK {id}: SIZE must be a positive number of MB, it is '{size}'."));
        if (given["IMAGE_ID"] is null && given["IMAGE"] is null)
        {
            if (Number(given["SIZE"], 0) <= 0)
                return (null, Refusal.Bad($"DISK/{id}/SIZE", given["SIZE"], $"DISK {id} has neither an image (IMAGE_ID, IMAGE) nor a SIZE in MB."));
            disk = disk.With("TYPE", given["TYPE"] is { } t && string.Equals(t, "swap", StringComparison.OrdinalIgnoreCase) ? "SWAP" : "FS");
            if (given["FORMAT"] is not { Length: > 0 })
                disk = disk.With("FORMAT", "qcow2");
            return (disk.With("DEV_PREFIX", Text(given["DEV_PREFIX"]) ?? "vd"), null);
        }

        var (image, why) = find(PoolKind.Image, given["IMAGE_ID"], given["IMAGE"], given["IMAGE_UNAME"]);
        if (why is not null)
            return (null, why);
        if ((ImageState)image!.FactInt("STATE") is not (ImageState.Ready or ImageState.Locked))
            return (null, new(ErrorCode.Internal, $"Image {image.Id} ({image.Name}) is not ready to be used (state {image.Fact("STATE")}).", "IMAGE_ID", image.Id.ToString(CultureInfo.InvariantCulture), image.Id));
        var (wanted, original) = (Number(given["SIZE"], 0), image.FactLong("SIZE"));
        return wanted != 0 && wanted < original
            ? (null, Refusal.Bad($"DISK/{id}/SIZE", given["SIZE"], $"DISK {id}: SIZE {wanted} MB is less than the image's {original} MB."))
            : (ImageDisk.Complete(given, image), null);
    }

    /// <summary>With its id, and the first free target of its prefix where it asks for none.</summary>
    internal static VectorAttribute Placed(VectorAttribute disk, int id, HashSet<string> targets)
    {
        disk = disk.With("DISK_ID", id.ToString(CultureInfo.InvariantCulture));
        return disk["TARGET"] is { Length: > 0 } ? disk : disk.With("TARGET", FreeTarget(disk["DEV_PREFIX"]!, targets));
    }

    internal static string FreeTarget(string prefix, HashSet<string> taken)
    {
        for (var n = 0; ; n++)
        {
            var letters = n < 26 ? $"{(char)('a' + n)}" : $"{(char)('a' + (n / 26) - 1)}{(char)('a' + (n % 26))}";
            if (taken.Add(prefix + letters))
                return prefix + letters;
        }
    }

    private static Refusal? Positive(Template given, string name, bool whole) => given[name] is { } text
        && IsPositive(text, whole, name is "MEMORY" ? MaxMebibytes : MaxCpu)
            ? null
            : Refusal.Bad(name, given[name], $"{name} attribute must be a positive {(whole ? "integer" : "float or integer")} value.");

    internal static bool IsPositive(string text, bool whole, decimal most) =>
        Number(text, -1) is > 0 and var value && value <= most && (!whole || value == decimal.Truncate(value));

    private static Refusal? PositiveIfGiven(Template given, string name) => given[name] is null or "" ? null : Positive(given, name, whole: true);
}
