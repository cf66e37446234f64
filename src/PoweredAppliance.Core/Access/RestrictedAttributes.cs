using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Access;

/// <summary>
/// What of a template only administrators may give or change, by kind, as OpenNebula ships its *_RESTRICTED_ATTR: a whole attribute, or
/// parts of every vector of a name. VMs have the list of their templates.
/// </summary>
public static class RestrictedAttributes
{
    private const string Limits = "TOTAL_BYTES_SEC TOTAL_BYTES_SEC_MAX_LENGTH TOTAL_BYTES_SEC_MAX READ_BYTES_SEC READ_BYTES_SEC_MAX_LENGTH READ_BYTES_SEC_MAX "
        + "WRITE_BYTES_SEC WRITE_BYTES_SEC_MAX_LENGTH WRITE_BYTES_SEC_MAX TOTAL_IOPS_SEC TOTAL_IOPS_SEC_MAX_LENGTH TOTAL_IOPS_SEC_MAX READ_IOPS_SEC "
        + "READ_IOPS_SEC_MAX_LENGTH READ_IOPS_SEC_MAX WRITE_IOPS_SEC WRITE_IOPS_SEC_MAX_LENGTH WRITE_IOPS_SEC_MAX SIZE_IOPS_SEC";

    private const string Traffic = "INBOUND_AVG_BW INBOUND_PEAK_BW INBOUND_PEAK_KB OUTBOUND_AVG_BW OUTBOUND_PEAK_BW OUTBOUND_PEAK_KB";
    private const string Filters = "FILTER FILTER_IP_SPOOFING FILTER_MAC_SPOOFING";

    private static readonly ImmutableArray<ListedAttribute> Vm = ListedAttribute.Read(
        "CONTEXT: FILES", $"NIC: MAC VLAN_ID BRIDGE {Filters} {Traffic} OPENNEBULA_MANAGED EXTERNAL VLAN_TAGGED_ID",
        $"NIC_ALIAS: MAC VLAN_ID BRIDGE {Traffic} OPENNEBULA_MANAGED", "NIC_DEFAULT: MAC VLAN_ID BRIDGE FILTER EXTERNAL",
        $"DISK: {Limits} OPENNEBULA_MANAGED ORIGINAL_SIZE SIZE_PREV", "DEPLOY_ID", "CPU_COST", "MEMORY_COST", "DISK_COST", "PCI", "EMULATOR", "RAW: DATA",
        "USER_PRIORITY", "USER_INPUTS: CPU MEMORY VCPU", "TOPOLOGY: PIN_POLICY HUGEPAGE_SIZE");

    private static readonly ImmutableArray<ListedAttribute> Image = ListedAttribute.Read("SOURCE");

    private static readonly ImmutableArray<ListedAttribute> Network = ListedAttribute.Read(
        "VN_MAD", "PHYDEV", "QINQ_TYPE", "BRIDGE", "CONF", "BRIDGE_CONF", "OVS_BRIDGE_CONF", "IP_LINK_CONF", "FILTER", "FILTER_IP_SPOOFING", "FILTER_MAC_SPOOFING",
        $"AR: VN_MAD PHYDEV BRIDGE {Filters}", "CLUSTER_IDS", "EXTERNAL");

    private static readonly ImmutableArray<ListedAttribute> People = ListedAttribute.Read([.. VmOperationLevels.Levels.Select(l => l.Attribute)]);

    /// <summary>Those of a kind, sorted by name.</summary>
    public static ImmutableArray<ListedAttribute> Of(PoolKind kind) => kind switch
    {
        PoolKind.Template => Vm,
        PoolKind.Image => Image,
        PoolKind.VirtualNetwork or PoolKind.VnTemplate => Network,
        PoolKind.User or PoolKind.Group => People,
        _ => [],
    };

    /// <summary>The first attribute that would become another by what is given; null when all stay as they are.</summary>
    /// <param name="append">what is not given stays; else parts of vectors go with their vectors. A whole attribute that is not given stays
    /// in any case, see <see cref="Kept"/></param>
    public static ListedAttribute? Changed(PoolKind kind, Template before, Template given, bool append) => Of(kind).FirstOrDefault(r =>
        (Has(given, r) || (!append && !r.Parts.IsEmpty)) && !Values(given, r).SequenceEqual(Values(before, r), StringComparer.Ordinal));

    /// <summary>What replaces a template keeps those whole attributes of it that it does not give.</summary>
    public static Template Kept(PoolKind kind, Template before, Template given) => Template.Of(given.Attributes.Concat(
        Of(kind).Where(r => r.Parts.IsEmpty && !Has(given, r)).SelectMany(r => before.Attributes.Where(a => a.Name == r.Name))));

    private static bool Has(Template template, ListedAttribute r) => template.Attributes.Any(a => a.Name == r.Name);

    /// <summary>An empty value is none: documents show facts that are not set as empty ones.</summary>
    private static IEnumerable<string> Values(Template template, ListedAttribute r) => (r.Parts.IsEmpty
        ? template.Attributes.Where(a => a.Name == r.Name && a is not SingleAttribute { Value: "" }).Select(a => a.ToString()!)
        : template.Vectors(r.Name).SelectMany(v => r.Parts.Where(part => v[part] is not null).Select(part => $"{part}={v[part]}"))).Order(StringComparer.Ordinal);
}
