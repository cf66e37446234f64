using Akka.Cluster.Sharding;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>Names of the entities in the one shard region, and which message goes to which.</summary>
public static class Entities
{
    public const string Scheduler = "scheduler";
    public const string Zone = "zone-0";
    public const string Ids = "vm-ids";
    public const string Leases = "leases";

    public static string Pool(PoolKind kind) => $"pool-{kind.ToString().ToLowerInvariant()}";
    public static string Host(int id) => $"host-{id}";
    public static string Vms(int partition) => $"vms-{partition}";

    /// <summary>A dozen shards: enough to spread over controllers, few enough to start at once.</summary>
    internal sealed class Extractor(int partitions) : HashCodeMessageExtractor(maxNumberOfShards: 12)
    {
        private readonly string[] _partitions = [.. Enumerable.Range(0, partitions).Select(Vms)];

        public override string? EntityId(object message) => message switch
        {
            VmProtocol.ICommand vm => _partitions[vm.Vm.Value % _partitions.Length],
            HostProtocol.ICommand host => Host(host.Host.Value),
            Hosts.IHostQuery query => Host(query.Host.Value),
            PoolProtocol.ICommand pool => Pool(pool.Kind),
            SchedulerProtocol.Demand or SchedulerProtocol.HostReport or SchedulerProtocol.HostGone => Scheduler,
            Zones.ZoneProtocol.Found => Zone,
            PoweredAppliance.ControlPlane.Vms.VmIds.Next => Ids,
            Networks.LeaseProtocol.ICommand => Leases,
            Wake wake => wake.Entity,
            _ => null,
        };
    }
}
