using System.Globalization;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Networks;

public enum HolderKind { Vm, Network, Router }

/// <summary>Who has an address. A hold is VM -1's, as OpenNebula writes it.</summary>
public readonly record struct Holder(HolderKind Kind, int Id)
{
    public static readonly Holder Hold = new(HolderKind.Vm, -1);
}

/// <summary>The addresses of a virtual network, and who has them: read off the living VMs' NICs, the networks and the routers there are.</summary>
public static class Leases
{
    /// <summary>The VM's NICs on networks.</summary>
    public static IEnumerable<(int Network, VectorAttribute Nic)> Nics(VirtualMachine vm)
    {
        foreach (var name in (string[])["NIC", "NIC_ALIAS"])
            foreach (var nic in vm.Template.Vectors(name))
                if (int.TryParse(nic["NETWORK_ID"], CultureInfo.InvariantCulture, out var network))
                    yield return (network, nic);
    }

    /// <summary>Networks that are reservations of this one.</summary>
    public static IEnumerable<PooledObject> Reservations(Inventory.Inventory inventory, int network) => inventory.All(PoolKind.VirtualNetwork).Values
        .Where(n => n.FactInt(VirtualNetworks.ParentFact, -1) == network);

    /// <summary>Each range of the network with what is taken of it: index in the range, ascending, and who has it.</summary>
    public static IReadOnlyList<(AddressRange Range, IReadOnlyDictionary<int, Holder> Lent)> Of(Inventory.Inventory inventory, PooledObject network)
    {
        var ranges = AddressRanges.Of(network).Select(r => (Range: r, Lent: new SortedDictionary<int, Holder>())).ToList();
        foreach (var (range, lent) in ranges)
            foreach (var index in range.Held)
                lent[index] = Holder.Hold;
        foreach (var user in inventory.VmsOfNetwork(network.Id))
            if (inventory.Vms.Find(new(user)) is { } vm)
                foreach (var (_, nic) in Nics(vm).Where(n => n.Network == network.Id))
                    foreach (var (range, lent) in ranges)
                        if (nic["AR_ID"] == range.Id.ToString(CultureInfo.InvariantCulture) && IndexOf(range, Address.Of(nic)) is >= 0 and var index)
                            lent[index] = new(HolderKind.Vm, user);
        foreach (var reservation in Reservations(inventory, network.Id))
            foreach (var part in AddressRanges.Of(reservation))
                foreach (var (range, lent) in ranges.Where(r => r.Range.Id == part.Parent))
                    if (range.IndexOf(Address.Mac(part.FirstMac)) is >= 0 and var first)
                        for (var i = 0; i < part.Size; i++)
                            lent[first + i] = new(HolderKind.Network, reservation.Id);
        foreach (var router in inventory.All(PoolKind.VirtualRouter).Values)
            foreach (var floating in VirtualRouters.Addresses(router).Where(a => a.Network == network.Id && a.Address.Kind is AddressKind.Mac))
                foreach (var (range, lent) in ranges)
                    if (range.IndexOf(floating.Address) is >= 0 and var index)
                        lent[index] = new(HolderKind.Router, router.Id);
        return [.. ranges.Select(r => (r.Range, (IReadOnlyDictionary<int, Holder>)r.Lent))];
    }

    private static int IndexOf(AddressRange range, IEnumerable<Address> addresses) =>
        addresses.Select(range.IndexOf).FirstOrDefault(i => i >= 0, -1);
}
