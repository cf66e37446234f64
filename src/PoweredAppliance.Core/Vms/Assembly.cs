using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.Specification;

namespace PoweredAppliance.Core.Vms;

/// <summary>An address that a network lent to a NIC.</summary>
public sealed record Lease(int AddressRange, string Mac, string? Ip);

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
        "CLONING_TEMPLATE_ID", "SPICE_OPTIONS", "BACKUP_CONFIG", "SCHED_ACTION", "SNAPSHOT",
    };

    /// <summary>MEMORY and SIZE in MB; CPU and VCPU. More is a slip of the pen, and would not fit the numbers it is counted in.</summary>
    private const decimal MaxNumber = 1_000_000_000, MaxCpu = 1_000_000;

    private readonly Template _given;
    private readonly ImmutableArray<VectorAttribute> _disks;

    private Assembly(Template given, ImmutableArray<VectorAttribute> disks, ImmutableArray<NicRequest> nics) =>
        (_given, _disks, Nics) = (given, disks, nics);

    /// <summary>A NIC that needs an address of a network. Mac and ip: what the template asks for, null: any.</summary>
    public sealed record NicRequest(int NicId, PooledObject Network, VectorAttribute Given)
    {
        public string? WantedMac => Text(Given["MAC"]);
        public string? WantedIp => Text(Given["IP"]);
    }

    public ImmutableArray<NicRequest> Nics { get; }

    /// <summary>The images that the disks use.</summary>
    public IEnumerable<int> Images => _disks.Select(d => d["IMAGE_ID"]).OfType<string>().Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    /// <summary>Who may be found and used. Null: there is none, or the caller may not use it (the text says which).</summary>
    public delegate (PooledObject? Found, Refusal? Why) Find(PoolKind kind, string? id, string? name, string? ownerName);

    public static (Assembly? Made, Refusal? Why) Plan(Template given, Find find)
    {
        if ((Positive(given, "CPU", whole: false) ?? Positive(given, "MEMORY", whole: true) ?? PositiveIfGiven(given, "VCPU")) is { } bad)
            return (null, bad);

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
            if (why is not null)
                return (null, why);
            nics.Add(new(id, network!, nic));
        }

        return (new(given, disks.ToImmutable(), nics.ToImmutable()), null);
    }

    /// <param name="leases">one for each of <see cref="Nics"/>, in their order</param>
    public (Template Template, Template UserTemplate) Finish(VmId id, string name, Guid uuid, IReadOnlyList<Lease> leases)
    {
        var nics = Nics.Select((n, i) => Nic(n, leases[i])).ToImmutableArray();
        var template = Template.Of(_given.Attributes.Where(a => Known.Contains(a.Name)))
            .WithVectors("DISK", _disks)
            .WithVectors("NIC", nics)
            .Set("VMID", id.ToString())
            .Set("AUTOMATIC_REQUIREMENTS", "!(PIN_POLICY = PINNED)");
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
        var disk = given.With("DISK_ID", id.ToString(CultureInfo.InvariantCulture));
        if (Text(given["SIZE"]) is { } size && !IsPositive(size, whole: true, MaxNumber))
            return (null, Refusal.Bad($"DISK/{id}/SIZE", size, $"DISK {id}: SIZE must be a positive number of MB, it is '{size}'."));
        if (given["IMAGE_ID"] is null && given["IMAGE"] is null)
        {
            if (Number(given["SIZE"], 0) <= 0)
                return (null, Refusal.Bad($"DISK/{id}/SIZE", given["SIZE"], $"DISK {id} has neither an image (IMAGE_ID, IMAGE) nor a SIZE in MB."));
            disk = disk.With("TYPE", given["TYPE"] is { } t && string.Equals(t, "swap", StringComparison.OrdinalIgnoreCase) ? "SWAP" : "FS");
            if (given["FORMAT"] is not { Length: > 0 })
                disk = disk.With("FORMAT", "qcow2");
            return (WithTarget(disk, given["DEV_PREFIX"], targets), null);
        }

        var (image, why) = find(PoolKind.Image, given["IMAGE_ID"], given["IMAGE"], given["IMAGE_UNAME"]);
        if (why is not null)
            return (null, why);
        if (image!.Fact("STATE") is not ("1" or "2" or "8"))
            return (null, new(ErrorCode.Internal, $"Image {image.Id} ({image.Name}) is not ready to be used (state {image.Fact("STATE")}).", "IMAGE_ID", image.Id.ToString(CultureInfo.InvariantCulture), image.Id));
        var cdrom = image.Fact("TYPE") is "1";
        var wanted = Number(given["SIZE"], 0);
        var original = image.FactLong("SIZE");
        if (wanted != 0 && wanted < original)
            return (null, Refusal.Bad($"DISK/{id}/SIZE", given["SIZE"], $"DISK {id}: SIZE {wanted} MB is less than the image's {original} MB."));
        foreach (var (key, value) in new (string, string?)[]
        {
            ("IMAGE_ID", image.Id.ToString(CultureInfo.InvariantCulture)), ("IMAGE", image.Name), ("IMAGE_STATE", image.Fact("STATE")),
            ("SOURCE", image.Fact("SOURCE")), ("VOLUME", image.Fact("VOLUME")), ("FORMAT", image.Fact("FORMAT")), ("DRIVER", image.Fact("FORMAT")),
            ("DATASTORE_ID", image.Fact("DATASTORE_ID")), ("DATASTORE", image.Fact("DATASTORE")),
            ("TYPE", cdrom ? "CDROM" : "FILE"), ("DISK_TYPE", "FILE"), ("CLONE", image.Fact("PERSISTENT") is "1" ? "NO" : "YES"), ("SAVE", image.Fact("PERSISTENT") is "1" ? "YES" : "NO"),
            ("CLONE_TARGET", "SYSTEM"), ("LN_TARGET", "NONE"), ("TM_MAD", "qcow2"),
            ("ORIGINAL_SIZE", original.ToString(CultureInfo.InvariantCulture)),
            ("SIZE", Math.Max(wanted, original).ToString(CultureInfo.InvariantCulture)), ("READONLY", cdrom ? "YES" : given["READONLY"] ?? "NO"),
        })
            if (value is not null)
                disk = disk.With(key, value);
        return (WithTarget(disk, given["DEV_PREFIX"] ?? image.Template["DEV_PREFIX"] ?? (cdrom ? "hd" : null), targets), null);
    }

    private static VectorAttribute WithTarget(VectorAttribute disk, string? prefix, HashSet<string> targets)
    {
        var start = prefix is { Length: > 0 } ? prefix : "vd";
        disk = disk.With("DEV_PREFIX", start);
        if (disk["TARGET"] is { Length: > 0 })
            return disk;
        return disk.With("TARGET", FreeTarget(start, targets));
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

    private static VectorAttribute Nic(NicRequest request, Lease lease)
    {
        var (nic, network) = (request.Given, request.Network);
        foreach (var (key, value) in new (string, string?)[]
        {
            ("NIC_ID", request.NicId.ToString(CultureInfo.InvariantCulture)), ("NAME", Text(nic["NAME"]) ?? $"NIC{request.NicId}"),
            ("NETWORK_ID", network.Id.ToString(CultureInfo.InvariantCulture)), ("NETWORK", network.Name), ("AR_ID", lease.AddressRange.ToString(CultureInfo.InvariantCulture)),
            ("MAC", lease.Mac), ("IP", lease.Ip), ("BRIDGE", network.Fact("BRIDGE")), ("BRIDGE_TYPE", network.Fact("BRIDGE_TYPE")),
            ("VN_MAD", network.Fact("VN_MAD")), ("LIBVIRT_NETWORK", network.Template["LIBVIRT_NETWORK"]),
            ("SECURITY_GROUPS", nic["SECURITY_GROUPS"] ?? network.Template["SECURITY_GROUPS"] ?? "0"),
            ("GATEWAY", nic["GATEWAY"] ?? network.Template["GATEWAY"]), ("DNS", nic["DNS"] ?? network.Template["DNS"]),
            ("NETWORK_MASK", nic["NETWORK_MASK"] ?? network.Template["NETWORK_MASK"]), ("NETWORK_ADDRESS", nic["NETWORK_ADDRESS"] ?? network.Template["NETWORK_ADDRESS"]),
            ("MTU", nic["MTU"] ?? network.Template["MTU"]), ("GUEST_MTU", nic["GUEST_MTU"] ?? network.Template["GUEST_MTU"]), ("SEARCH_DOMAIN", nic["SEARCH_DOMAIN"] ?? network.Template["SEARCH_DOMAIN"]),
        })
            if (value is { Length: > 0 })
                nic = nic.With(key, value);
        return nic;
    }

    private static Refusal? Positive(Template given, string name, bool whole) => given[name] is { } text
        && IsPositive(text, whole, name is "MEMORY" ? MaxNumber : MaxCpu)
            ? null
            : Refusal.Bad(name, given[name], $"{name} attribute must be a positive {(whole ? "integer" : "float or integer")} value.");

    private static bool IsPositive(string text, bool whole, decimal most) =>
        Number(text, -1) is > 0 and var value && value <= most && (!whole || value == decimal.Truncate(value));

    private static Refusal? PositiveIfGiven(Template given, string name) => given[name] is null or "" ? null : Positive(given, name, whole: true);
}
