using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Operations;

/// <summary>Virtual networks on bridges and libvirt networks that exist on the hosts.</summary>
public sealed class NetworkOperations(Cloud cloud, PoolOperations pools)
{
    /// <summary>Needs NAME and BRIDGE or LIBVIRT_NETWORK; each AR is checked and numbered.</summary>
    public async Task<Answer> Allocate(Subject who, Template given, int cluster)
    {
        var id = cluster < 0 ? 0 : cluster;
        if (cloud.Inventory.Find(PoolKind.Cluster, id) is null)
            return Refusal.NotFound("cluster", id);
        var libvirt = given["LIBVIRT_NETWORK"];
        var driver = given["VN_MAD"] is { Length: > 0 } mad ? mad : libvirt is null ? "bridge" : "libvirt";
        if (given["BRIDGE"] is not { Length: > 0 } && libvirt is not { Length: > 0 })
            return Refusal.Bad("BRIDGE", given["BRIDGE"], "A virtual network needs BRIDGE, a bridge of the hosts, or LIBVIRT_NETWORK, a network of their libvirt.");
        var ranges = new List<VectorAttribute>();
        foreach (var ar in given.Vectors("AR"))
        {
            if (AddressRange.Read(ar, ranges.Count) is (_, { } why))
                return why;
            ranges.Add(ar.With("AR_ID", ranges.Count.ToString(CultureInfo.InvariantCulture)));
        }

        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["VN_MAD"] = driver,
            ["BRIDGE_TYPE"] = "linux",
            ["STATE"] = "1",
            ["PREV_STATE"] = "1",
            ["CLUSTER_IDS"] = Permitted.Text(id),
        };
        if (given["BRIDGE"] is { Length: > 0 } bridge)
            facts["BRIDGE"] = bridge;
        var template = given.Set("VN_MAD", driver).Set("SECURITY_GROUPS", given["SECURITY_GROUPS"] ?? "0").WithVectors("AR", ranges);
        return await pools.Allocate(who, PoolKind.VirtualNetwork, given["NAME"] ?? "", template, facts).ConfigureAwait(false);
    }

    /// <summary>Only a network that lends nothing goes.</summary>
    public async Task<Answer> Delete(Subject who, int id)
    {
        if (pools.May(who, PoolKind.VirtualNetwork, id, Rights.Manage) is { } no)
            return no;
        var user = cloud.Inventory.Vms.Ascending().FirstOrDefault(vm =>
            vm.State is not VmState.Done && LeaseActor.Held(cloud.Inventory, vm).Any(l => l.Network == id));
        return user is null
            ? await pools.Delete(who, PoolKind.VirtualNetwork, id).ConfigureAwait(false)
            : new Refusal(ErrorCode.Action, $"Can not remove virtual network {id}, VM {user.Id} ({user.Name}) has an address of it.", ObjectId: id);
    }
}
