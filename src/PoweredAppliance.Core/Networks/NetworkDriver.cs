using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>What a VN_MAD asks of a network (the table of OpenNebula's virtual network definitions), and the VLAN ids it gives by itself.</summary>
internal sealed record NetworkDriver(
    string Name, ImmutableArray<string> BridgeTypes, bool NeedsBridge = false, bool NeedsPhysical = false, bool NeedsVlan = false, bool NeedsOuter = false,
    NetworkDriver.Tag Vlan = NetworkDriver.Tag.None, NetworkDriver.Tag Outer = NetworkDriver.Tag.None)
{
    /// <summary>12 bits that must differ between networks, or 24 bits counted from the network's id.</summary>
    internal enum Tag { None, Vlan, Vxlan }

    /// <summary>As OpenNebula ships VLAN_IDS and VXLAN_IDS: 0, 1 and 4095 are nobody's.</summary>
    private const int FirstTag = 2, LastVlan = 4094, LastVxlan = 0xff_ffff;

    private static readonly ImmutableArray<NetworkDriver> All =
    [
        new("dummy", ["linux"], NeedsBridge: true),
        new("bridge", ["linux"]),
        new("fw", ["linux"]),
        new("802.1Q", ["linux"], NeedsPhysical: true, NeedsVlan: true, Vlan: Tag.Vlan),
        new("vxlan", ["linux"], NeedsPhysical: true, NeedsVlan: true, Vlan: Tag.Vxlan),
        new("ovswitch", ["openvswitch", "openvswitch_dpdk"], Vlan: Tag.Vlan),
        new("ovswitch_vxlan", ["openvswitch"], NeedsOuter: true, Vlan: Tag.Vlan, Outer: Tag.Vxlan),
        new("elastic", ["linux"]),
        new("nodeport", ["linux"]),
        new("libvirt", ["linux"]),
    ];

    public static (NetworkDriver? Driver, Refusal? Why) Of(string name) => All.FirstOrDefault(d => d.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } driver
        ? (driver, null)
        : (null, Refusal.Bad("VN_MAD", name, $"VN_MAD \"{name}\" is not known; it is one of {string.Join(", ", All.Select(d => d.Name))}."));

    /// <summary>Null: nothing is missing.</summary>
    public Refusal? Missing(Template given, bool automaticVlan, bool automaticOuter)
    {
        Refusal? Need(bool needed, string name, bool automatic = false) => needed && !automatic && given[name] is not { Length: > 0 }
            ? Refusal.Bad(name, given[name], $"{name} {(name.EndsWith("VLAN_ID", StringComparison.Ordinal) ? $"(or AUTOMATIC_{name}) " : "")}is mandatory for driver {Name}")
            : null;
        return Need(NeedsPhysical, "PHYDEV") ?? Need(NeedsBridge, "BRIDGE") ?? Need(NeedsVlan, "VLAN_ID", automaticVlan)
            ?? Need(NeedsOuter, "OUTER_VLAN_ID", automaticOuter) ?? Need(Name is "libvirt", "LIBVIRT_NETWORK")
            ?? Within(Vlan, "VLAN_ID", given) ?? Within(Outer, "OUTER_VLAN_ID", given);
    }

    public (string? Type, Refusal? Why) BridgeType(string? wanted) => wanted?.Trim() switch
    {
        null or "" => (BridgeTypes[0], null),
        var type when BridgeTypes.Contains(type) => (type, null),
        var type => (null, Refusal.Bad("BRIDGE_TYPE", type, $"Attribute BRIDGE_TYPE has wrong value \"{type}\" for VN_MAD {Name}, it is {string.Join(" or ", BridgeTypes)}.")),
    };

    /// <summary>An id for this network that no other has; null: all are in use.</summary>
    public static int? Free(Tag tag, int network, ObjectPool pool)
    {
        if (tag is Tag.Vxlan)
            return FirstTag + network;
        var taken = pool.Objects.Values
            .Where(o => o.Id != network && Of(o.Fact("VN_MAD") ?? "").Driver?.Vlan is Tag.Vlan)
            .Select(o => o.FactInt("VLAN_ID", -1)).ToHashSet();
        var count = LastVlan - FirstTag + 1;
        for (var i = 0; i < count; i++)
            if (FirstTag + (network + i) % count is var id && !taken.Contains(id))
                return id;
        return null;
    }

    private static Refusal? Within(Tag tag, string name, Template given)
    {
        if (tag is Tag.None || given[name] is not { Length: > 0 } text)
            return null;
        var most = tag is Tag.Vlan ? LastVlan + 1 : LastVxlan;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= most
            ? null
            : Refusal.Bad(name, text, $"{name} must be a number from 0 to {most}, it is '{text}'.");
    }
}
