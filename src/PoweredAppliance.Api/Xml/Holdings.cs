using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>What the living VMs hold of images and networks, gathered in one walk over them when it is first asked for.</summary>
internal sealed class Holdings(Inventory inventory)
{
    private Dictionary<int, List<int>>? _images;
    private Dictionary<(int Network, int Range), SortedDictionary<int, int>>? _leases;

    /// <summary>Ascending, each VM once.</summary>
    public IReadOnlyList<int> VmsOfImage(int image)
    {
        _images ??= Images();
        return _images.GetValueOrDefault(image, []);
    }

    /// <summary>Index in the range, and the VM that holds it.</summary>
    public IReadOnlyDictionary<int, int> Leases(int network, int range)
    {
        _leases ??= Leases();
        return _leases.TryGetValue((network, range), out var held) ? held : new SortedDictionary<int, int>();
    }

    private Dictionary<int, List<int>> Images()
    {
        var images = new Dictionary<int, List<int>>();
        foreach (var vm in inventory.Vms.Ascending())
            if (vm.State is not VmState.Done)
                foreach (var disk in vm.Template.Vectors("DISK"))
                    if (int.TryParse(disk["IMAGE_ID"], out var image))
                    {
                        if (!images.TryGetValue(image, out var vms))
                            images[image] = vms = [];
                        if (vms is not [.., var last] || last != vm.Id.Value)
                            vms.Add(vm.Id.Value);
                    }

        return images;
    }

    private Dictionary<(int Network, int Range), SortedDictionary<int, int>> Leases()
    {
        var leases = new Dictionary<(int Network, int Range), SortedDictionary<int, int>>();
        foreach (var vm in inventory.Vms.Ascending())
            if (vm.State is not VmState.Done)
                foreach (var (network, range, index) in LeaseActor.Held(inventory, vm))
                {
                    if (!leases.TryGetValue((network, range), out var held))
                        leases[(network, range)] = held = [];
                    held[index] = vm.Id.Value;
                }

        return leases;
    }
}
