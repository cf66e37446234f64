using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>Completes a NIC with what its network and its lease say.</summary>
public static class LentNic
{
    /// <summary>
    /// The NIC's own value goes before its address range's, and that before its network's: OpenNebula's INHERIT_VNET_ATTR, and what the
    /// guest's CONTEXT is made of.
    /// </summary>
    private static readonly string[] Inherited =
    [
        "VLAN_TAGGED_ID", "FILTER", "FILTER_IP_SPOOFING", "FILTER_MAC_SPOOFING", "MTU", "METRIC", "IP6_METRIC", "METHOD", "IP6_METHOD", "INBOUND_AVG_BW",
        "INBOUND_PEAK_BW", "INBOUND_PEAK_KB", "OUTBOUND_AVG_BW", "OUTBOUND_PEAK_BW", "OUTBOUND_PEAK_KB", "CONF", "BRIDGE_CONF", "OVS_BRIDGE_CONF",
        "IP_LINK_CONF", "EXTERNAL_IP", "GATEWAY", "DNS", "VXLAN_MODE", "VXLAN_TEP", "VXLAN_MC", "CVLANS", "QINQ_TYPE", "TRUST", "SPOOFCHK",
        "NETWORK_MASK", "NETWORK_ADDRESS", "GUEST_MTU", "SEARCH_DOMAIN", "GATEWAY6", "PREFIX_LENGTH", "ROUTES",
    ];

    /// <summary>Of the wire: what a range says goes before its network.</summary>
    private static readonly string[] OfTheWire = ["VN_MAD", "BRIDGE", "PHYDEV", "VLAN_ID"];

    /// <param name="lease">null: it has no address of the network (FLOATING_ONLY) and a MAC that no other NIC has</param>
    public static VectorAttribute Complete(VectorAttribute nic, int nicId, VmId vm, PooledObject network, Lease? lease)
    {
        var made = OnNetwork(nic, network, lease).With("NIC_ID", AddressRanges.Text(nicId));
        made = Given(nic["NAME"]) is null ? made.With("NAME", $"NIC{nicId}") : made;
        made = Given(nic["TARGET"]) is null ? made.With("TARGET", $"one-{vm}-{nicId}") : made;
        return lease is null ? made.Without("IP").Without("IP6").With("MAC", OwnMac(vm, nicId)) : made;
    }

    /// <summary>Of a NIC without a lease: 02:01, the VM and the NIC, outside of what ranges make by themselves.</summary>
    public static string OwnMac(VmId vm, int nicId) => Address.Mac(0x0201_0000_0000UL | (uint)vm.Value << 8 | (byte)nicId).ToString();

    /// <summary>All but what the NIC is called in its VM.</summary>
    public static VectorAttribute OnNetwork(VectorAttribute nic, PooledObject network, Lease? lease)
    {
        var (made, range) = (nic, lease?.Range.Given);
        void Set(string key, string? value)
        {
            if (value is { Length: > 0 })
                made = made.With(key, value);
        }

        Set("NETWORK_ID", AddressRanges.Text(network.Id));
        Set("NETWORK", network.Name);
        Set("CLUSTER_ID", network.Fact("CLUSTER_IDS"));
        Set("PARENT_NETWORK_ID", network.Fact(VirtualNetworks.ParentFact));
        Set("BRIDGE_TYPE", network.Fact("BRIDGE_TYPE"));
        Set("OUTER_VLAN_ID", network.Fact("OUTER_VLAN_ID"));
        Set("LIBVIRT_NETWORK", network.Template["LIBVIRT_NETWORK"]);
        foreach (var key in OfTheWire)
            Set(key, Given(range?[key]) ?? network.Fact(key));
        foreach (var key in Inherited)
            Set(key, Given(nic[key]) ?? Given(range?[key]) ?? network.Template[key]);
        Set("SECURITY_GROUPS", VirtualNetworks.Together(nic["SECURITY_GROUPS"], network.Template["SECURITY_GROUPS"] ?? "0", range?["SECURITY_GROUPS"]));
        if (lease is null)
            return made;
        var (addresses, index) = (lease.Range, lease.Index);
        Set("AR_ID", AddressRanges.Text(addresses.Id));
        Set("MAC", addresses.Mac(index));
        Set("IP", addresses.Ip(index));
        Set("IP6", addresses.Ip6(index));
        Set("IP6_LINK", addresses.Ip6Link(index));
        Set("IP6_ULA", addresses.Ip6Ula(index));
        Set("IP6_GLOBAL", addresses.Ip6Global(index));
        return made;
    }

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;
}
