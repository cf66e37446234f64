using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>VNET with its address ranges. Leases are what the NICs of living VMs say; a pool leaves them out, as OpenNebula does.</summary>
internal sealed class NetworkDocument(Inventory inventory, Holdings holdings, bool withLeases)
{
    private static readonly string[] Facts = ["BRIDGE", "BRIDGE_TYPE", "OUTER_VLAN_ID", "PHYDEV", "VLAN_ID", "VN_MAD"];

    private static readonly string[] OfRange = ["AR_ID", "IP", "MAC", "SIZE", "TYPE", "NEXT_INDEX", "SHARED", "USED_LEASES", "LEASES", "MAC_END", "IP_END"];

    public void Write(DocumentWriter to, PooledObject network)
    {
        var ranges = LeaseActor.Ranges(network);
        to.Open("VNET");
        to.Owned(inventory, network);
        to.Ids("CLUSTERS", network.FactIds("CLUSTER_IDS"));
        to.CData("BRIDGE", network.Fact("BRIDGE"));
        to.CData("BRIDGE_TYPE", network.Fact("BRIDGE_TYPE") ?? "linux");
        to.CData("STATE", network.FactInt("STATE", 1));
        to.CData("PREV_STATE", network.FactInt("PREV_STATE", 1));
        to.Empty("PARENT_NETWORK_ID");
        to.Empty("TEMPLATE_ID");
        to.CData("VN_MAD", network.Fact("VN_MAD"));
        OrEmpty(to, "PHYDEV", network.Fact("PHYDEV"));
        OrEmpty(to, "VLAN_ID", network.Fact("VLAN_ID"));
        OrEmpty(to, "OUTER_VLAN_ID", network.Fact("OUTER_VLAN_ID"));
        to.Number("VLAN_ID_AUTOMATIC", 0);
        to.Number("OUTER_VLAN_ID_AUTOMATIC", 0);
        to.Number("USED_LEASES", ranges.Sum(r => holdings.Leases(network.Id, r.Id).Count));
        foreach (var none in (ReadOnlySpan<string>)["VROUTERS", "UPDATED_VMS", "OUTDATED_VMS", "UPDATING_VMS", "ERROR_VMS"])
            to.Ids(none, []);
        to.Template("TEMPLATE", Shown(network));
        to.Open("AR_POOL");
        var given = network.Template.Vectors("AR").ToList();
        foreach (var range in ranges)
            Range(to, network.Id, range, given[range.Id]);
        to.Close("AR_POOL");
        to.Close("VNET");
    }

    private static Template Shown(PooledObject network)
    {
        var template = network.Template.Without("AR");
        foreach (var fact in Facts)
            if (template[fact] is null)
                template = template.Set(fact, network.Fact(fact) ?? "");
        return template["SECURITY_GROUPS"] is null ? template.Set("SECURITY_GROUPS", "0") : template;
    }

    private void Range(DocumentWriter to, int network, AddressRange range, VectorAttribute given)
    {
        var leases = holdings.Leases(network, range.Id);
        to.Open("AR");
        to.CData("AR_ID", range.Id);
        if (range.Ip(0) is { } first)
            to.CData("IP", first);
        to.CData("MAC", range.Mac(0));
        to.CData("NEXT_INDEX", leases.Count == 0 ? 0 : (leases.Keys.Max() + 1) % range.Size);
        to.CData("SHARED", "NO");
        to.CData("SIZE", range.Size);
        to.CData("TYPE", range.Type);
        foreach (var (key, value) in given.Pairs)
            if (!OfRange.Contains(key))
                to.CData(key, value);
        if (withLeases)
        {
            to.CData("MAC_END", range.Mac(range.Size - 1));
            if (range.Ip(range.Size - 1) is { } last)
                to.CData("IP_END", last);
        }

        to.Number("USED_LEASES", leases.Count);
        if (withLeases)
            Leases(to, range, leases);
        to.Close("AR");
    }

    private static void Leases(DocumentWriter to, AddressRange range, IReadOnlyDictionary<int, int> leases)
    {
        if (leases.Count == 0)
        {
            to.Empty("LEASES");
            return;
        }

        to.Open("LEASES");
        foreach (var (index, vm) in leases)
        {
            to.Open("LEASE");
            if (range.Ip(index) is { } ip)
                to.CData("IP", ip);
            to.CData("MAC", range.Mac(index));
            to.CData("VM", vm);
            to.Close("LEASE");
        }

        to.Close("LEASES");
    }

    private static void OrEmpty(DocumentWriter to, string name, string? value)
    {
        if (value is { Length: > 0 })
            to.CData(name, value);
        else
            to.Empty(name);
    }
}
