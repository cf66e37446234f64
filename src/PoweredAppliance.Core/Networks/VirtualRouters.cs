using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>A virtual router: VMs that share NICs, of which some carry a floating address that is the router's own.</summary>
public static class VirtualRouters
{
    /// <summary>OpenNebula's name of them in what the VMs of a router are told; the VM's own stand under the bare names.</summary>
    private const string Prefix = "VROUTER_";

    /// <summary>On a VM's NIC: which of the router's it is. A VM does not give an id twice, so the ids part when NICs come and go.</summary>
    private const string NicOfRouter = "VROUTER_NIC_ID";

    /// <summary>Keepalived tells routers on one wire apart by a number from 1 to 255.</summary>
    private const int MostKeepalived = 255;

    private static readonly string[] OfTheRouter = ["MAC", "IP", "IP6", "IP6_LINK", "IP6_ULA", "IP6_GLOBAL", "VLAN_ID"];

    /// <summary>What a VM's NIC gets from its own lease, not from the router's.</summary>
    private static readonly string[] OfTheLease = ["AR_ID", "BRIDGE", "BRIDGE_TYPE", "VN_MAD", "PHYDEV", "OUTER_VLAN_ID", "CLUSTER_ID", "PARENT_NETWORK_ID"];

    /// <summary>The networks that its NICs are on.</summary>
    public static IEnumerable<int> Networks(PooledObject router) => router.Template.Vectors("NIC")
        .Select(nic => int.TryParse(nic["NETWORK_ID"], CultureInfo.InvariantCulture, out var id) ? id : -1).Distinct();

    /// <summary>The addresses that the router itself holds: those of its floating NICs.</summary>
    public static IEnumerable<(int Network, Address Address)> Addresses(PooledObject router)
    {
        foreach (var nic in router.Template.Vectors("NIC"))
            if (AddressRanges.Yes(nic["FLOATING_IP"]) && int.TryParse(nic["NETWORK_ID"], CultureInfo.InvariantCulture, out var network))
                foreach (var address in new[] { Address.Mac(nic["VROUTER_MAC"]), Address.Ip4(nic["VROUTER_IP"]), Address.Ip6(nic["VROUTER_IP6"]) })
                    if (address is { } held)
                        yield return (network, held);
    }

    /// <summary>The address that the router itself wants for the NIC; null: only its VMs have addresses there.</summary>
    public static LeaseWish? Wish(VectorAttribute nic, PooledObject network) => AddressRanges.Yes(nic["FLOATING_IP"])
        ? new(network.Id, Given(nic["MAC"]), Given(nic["IP"]), Given(nic["IP6"]))
        : null;

    /// <summary>The NIC as the router keeps it.</summary>
    public static VectorAttribute Nic(VectorAttribute nic, PooledObject network, Lease? lease)
    {
        var made = nic.With("NETWORK_ID", AddressRanges.Text(network.Id)).With("NETWORK", network.Name);
        if (lease is null)
            return made;
        made = OfTheLease.Skip(1).Aggregate(LentNic.OnNetwork(made, network, lease), (left, key) => left.Without(key));
        foreach (var key in OfTheRouter)
            if (made[key] is { } value)
                made = made.Without(key).With(Prefix + key, value);
        return made;
    }

    /// <summary>What each VM of the router is made with beside its template.</summary>
    public static Template ForVm(PooledObject router)
    {
        var made = Template.Empty.WithVectors("NIC", router.Template.Vectors("NIC").Select(ForVm))
            .Set("VROUTER_ID", AddressRanges.Text(router.Id))
            .Set("VROUTER_KEEPALIVED_ID", Given(router.Template["KEEPALIVED_ID"]) ?? AddressRanges.Text(router.Id % MostKeepalived + 1));
        return Given(router.Template["KEEPALIVED_PASSWORD"]) is { } password ? made.Set("VROUTER_KEEPALIVED_PASSWORD", password) : made;
    }

    /// <summary>A NIC of the router as one of its VMs asks for it.</summary>
    public static VectorAttribute ForVm(VectorAttribute nic) =>
        OfTheLease.Aggregate(nic, (left, key) => left.Without(key)).With(NicOfRouter, nic["NIC_ID"] ?? "0");

    /// <summary>The VM's NIC that came of this one of its router; null: it has none of it any more.</summary>
    public static VectorAttribute? NicOf(Template vm, int nic) =>
        vm.Vectors("NIC").FirstOrDefault(n => (n[NicOfRouter] ?? n["NIC_ID"]) == AddressRanges.Text(nic));

    /// <summary>The router that a VM belongs to, if any.</summary>
    public static IEnumerable<int> Of(Template vm)
    {
        if (int.TryParse(vm["VROUTER_ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            yield return id;
    }

    internal static (PooledObject? Made, Refusal? Why) Made(PooledObject router) =>
        (router with { Template = router.Template.WithVectors("NIC", router.Template.Vectors("NIC").Select((nic, i) => nic.With("NIC_ID", AddressRanges.Text(i)))) }, null);

    /// <summary>NICs come and go one by one, not with an update.</summary>
    internal static (PooledObject? Made, Refusal? Why) Updated(PooledObject before, PooledObject next) =>
        (next with { Template = next.Template.WithVectors("NIC", before.Template.Vectors("NIC")) }, null);

    /// <param name="Given">as <see cref="Nic"/> made it</param>
    public sealed record AttachNic(int Id, VectorAttribute Given) : PoolProtocol.Change(PoolKind.VirtualRouter, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject router, ObjectPool pool)
        {
            var nics = router.Template.Vectors("NIC").ToImmutableArray();
            var next = nics.Select(n => int.Parse(n["NIC_ID"] ?? "0", CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max();
            return (router with { Template = router.Template.WithVectors("NIC", nics.Add(Given.With("NIC_ID", AddressRanges.Text(next)))) }, null);
        }
    }

    public sealed record DetachNic(int Id, int Nic) : PoolProtocol.Change(PoolKind.VirtualRouter, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject router, ObjectPool pool)
        {
            var nics = router.Template.Vectors("NIC").ToImmutableArray();
            return nics.FirstOrDefault(n => n["NIC_ID"] == AddressRanges.Text(Nic)) is { } nic
                ? (router with { Template = router.Template.WithVectors("NIC", nics.Remove(nic)) }, null)
                : (null, new(ErrorCode.Action, $"NIC with NIC_ID {Nic} does not exist.", "nic_id", AddressRanges.Text(Nic), Id));
        }
    }

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;
}
