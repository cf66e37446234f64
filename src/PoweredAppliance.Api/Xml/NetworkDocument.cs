using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// VNET with its address ranges. Leases are what the NICs of living VMs say, beside holds, reservations and routers; a pool leaves them
/// out, as OpenNebula does. Its VMs count as updated: a NIC keeps what it was made with.
/// </summary>
/// <param name="shows">of whom the leases are written; null: a pool's, without any</param>
internal sealed class NetworkDocument(Inventory inventory, Predicate<Holder>? shows)
{
    private static readonly ImmutableArray<string> Facts = ["BRIDGE", "BRIDGE_TYPE", "OUTER_VLAN_ID", "PHYDEV", "VLAN_ID", "VN_MAD"];

    public void Write(DocumentWriter to, PooledObject network)
    {
        var ranges = Leases.Of(inventory, network);
        to.Open("VNET");
        to.Owned(inventory, network);
        to.Ids("CLUSTERS", network.FactIds("CLUSTER_IDS"));
        to.CData("BRIDGE", network.Fact("BRIDGE"));
        to.CData("BRIDGE_TYPE", network.Fact("BRIDGE_TYPE") ?? "linux");
        to.CData("STATE", network.FactInt("STATE", 1));
        to.CData("PREV_STATE", network.FactInt("PREV_STATE", 1));
        NumberOrEmpty(to, "PARENT_NETWORK_ID", network.Fact(VirtualNetworks.ParentFact));
        NumberOrEmpty(to, "TEMPLATE_ID", network.Fact("TEMPLATE_ID"));
        foreach (var fact in (ReadOnlySpan<string>)["VN_MAD", "PHYDEV", "VLAN_ID", "OUTER_VLAN_ID"])
            OrEmpty(to, fact, network.Fact(fact));
        to.Number("VLAN_ID_AUTOMATIC", network.FactInt("VLAN_ID_AUTOMATIC"));
        to.Number("OUTER_VLAN_ID_AUTOMATIC", network.FactInt("OUTER_VLAN_ID_AUTOMATIC"));
        to.Number("USED_LEASES", ranges.Sum(r => r.Lent.Count));
        to.Ids("VROUTERS", inventory.All(PoolKind.VirtualRouter).Values.Where(r => VirtualRouters.Networks(r).Contains(network.Id)).Select(r => r.Id));
        to.Ids("UPDATED_VMS", inventory.VmsOfNetwork(network.Id));
        foreach (var none in (ReadOnlySpan<string>)["OUTDATED_VMS", "UPDATING_VMS", "ERROR_VMS"])
            to.Ids(none, []);
        to.Template("TEMPLATE", Shown(network));
        to.Open("AR_POOL");
        foreach (var (range, lent) in ranges)
            Range(to, range, lent);
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

    private void Range(DocumentWriter to, AddressRange range, IReadOnlyDictionary<int, Holder> leases)
    {
        var next = leases.Count == 0 ? 0 : (leases.Keys.Max() + 1) % range.Size;
        var shown = range.Given.Without("HELD").With("AR_ID", $"{range.Id}").With("MAC", range.Mac(0)).With("NEXT_INDEX", $"{next}").With("SHARED", "NO")
            .With("SIZE", $"{range.Size}").With("TYPE", range.Type);
        to.Open("AR");
        foreach (var (key, value) in shown.Pairs)
            to.CData(key, value);
        if (shows is not null)
        {
            Ends(to, range);
            to.Number("USED_LEASES", leases.Count);
            Lent(to, range, [.. leases.Where(l => shows(l.Value))]);
        }

        to.Close("AR");
    }

    private static void Ends(DocumentWriter to, AddressRange range)
    {
        var last = range.Size - 1;
        to.CData("MAC_END", range.Mac(last));
        foreach (var (name, value) in new[]
        {
            ("IP_END", range.Ip(last)), ("IP6_ULA", range.Ip6Ula(0)), ("IP6_ULA_END", range.Ip6Ula(last)), ("IP6_GLOBAL", range.Ip6Global(0)),
            ("IP6_GLOBAL_END", range.Ip6Global(last)), ("IP6_END", range.Ip6(last)),
        })
            if (value is not null)
                to.CData(name, value);
    }

    private static void Lent(DocumentWriter to, AddressRange range, IReadOnlyList<KeyValuePair<int, Holder>> leases)
    {
        if (leases.Count == 0)
        {
            to.Empty("LEASES");
            return;
        }

        to.Open("LEASES");
        foreach (var (index, holder) in leases)
        {
            to.Open("LEASE");
            foreach (var (name, value) in new[]
            {
                ("IP", range.Ip(index)), ("IP6", range.Ip6(index)), ("IP6_GLOBAL", range.Ip6Global(index)), ("IP6_LINK", range.Ip6Link(index)),
                ("IP6_ULA", range.Ip6Ula(index)), ("MAC", range.Mac(index)),
            })
                if (value is not null)
                    to.CData(name, value);
            to.CData(holder.Kind switch { HolderKind.Vm => "VM", HolderKind.Network => "VNET", _ => "VROUTER" }, holder.Id);
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

    private static void NumberOrEmpty(DocumentWriter to, string name, string? value)
    {
        if (value is { Length: > 0 })
            to.Text(name, value);
        else
            to.Empty(name);
    }
}
