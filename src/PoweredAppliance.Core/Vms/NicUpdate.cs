using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>What of a NIC may be changed while its VM has it.</summary>
public static class NicUpdate
{
    /// <summary>What a NIC is known by, and what its network and its lease gave it.</summary>
    private static readonly HashSet<string> Fixed = new(StringComparer.Ordinal)
    {
        "NIC_ID", "NETWORK", "NETWORK_ID", "NETWORK_UNAME", "NETWORK_UID", "AR_ID", "MAC", "IP", "IP6", "IP6_GLOBAL", "IP6_LINK", "IP6_ULA", "BRIDGE",
        "BRIDGE_TYPE", "VN_MAD", "PHYDEV", "VLAN_ID", "OUTER_VLAN_ID", "PARENT_NETWORK_ID", "CLUSTER_ID", "TARGET", "LIBVIRT_NETWORK", "SECURITY_GROUPS", "ATTACH", "NAME",
    };

    /// <param name="append">false: what may be changed and is not given goes</param>
    public static VectorAttribute Of(VectorAttribute nic, VectorAttribute given, bool append)
    {
        var kept = append ? nic : nic with { Pairs = [.. nic.Pairs.Where(p => Fixed.Contains(p.Key))] };
        return given.Pairs.Where(p => !Fixed.Contains(p.Key)).Aggregate(kept, (made, p) => made.With(p.Key, p.Value));
    }
}
