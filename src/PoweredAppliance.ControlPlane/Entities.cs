using Akka.Cluster.Sharding;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>The kinds of entities, as metrics tell them apart.</summary>
public enum EntityKind { VmPartition, Host, Pool, Zone, Scheduler, VmIds, Leases, Quotas, Hooks, Loans }

/// <summary>Names of the entities in the one shard region, and which message goes to which.</summary>
public static class Entities
{
    public const string Scheduler = "scheduler";
    public const string Zone = "zone-0";
    public const string Ids = "vm-ids";
    public const string Leases = "leases";
    public const string Quotas = "quotas";
    public const string Hooks = "hooks";
    public const string Loans = "loans";

    public static string Pool(PoolKind kind) => $"pool-{kind.ToString().ToLowerInvariant()}";
    public static string Host(int id) => $"host-{id}";
    public static string Vms(int partition) => $"vms-{partition}";

    /// <summary>Whose name it is, and which of its kind.</summary>
    /// <exception cref="ArgumentException">no entity has such a name</exception>
    public static (EntityKind Kind, string Which) Read(string entity) => (entity, entity.Split('-', 2)) switch
    {
        (Scheduler, _) => (EntityKind.Scheduler, ""),
        (Ids, _) => (EntityKind.VmIds, ""),
        (Leases, _) => (EntityKind.Leases, ""),
        (Quotas, _) => (EntityKind.Quotas, ""),
        (Hooks, _) => (EntityKind.Hooks, ""),
        (Loans, _) => (EntityKind.Loans, ""),
        (_, ["vms", var number]) => (EntityKind.VmPartition, number),
        (_, ["host", var number]) => (EntityKind.Host, number),
        (_, ["pool", var kind]) => (EntityKind.Pool, kind),
        (_, ["zone", var number]) => (EntityKind.Zone, number),
        _ => throw new ArgumentException($"no entity is called '{entity}'", nameof(entity)),
    };

    /// <summary>A dozen shards: enough to spread over controllers, few enough to start at once.</summary>
    internal sealed class Extractor(int partitions) : HashCodeMessageExtractor(maxNumberOfShards: 12)
    {
        private readonly string[] _partitions = [.. Enumerable.Range(0, partitions).Select(Vms)];

        public override string? EntityId(object message) => message switch
        {
            VmProtocol.ICommand vm => Partition(vm),
            Core.Quotas.Weighed weighed => Partition(weighed.Command),
            HostProtocol.ICommand host => Host(host.Host.Value),
            Hosts.IHostQuery query => Host(query.Host.Value),
            PoolProtocol.ICommand pool => Pool(pool.Kind),
            SchedulerProtocol.Demand or SchedulerProtocol.HostReport or SchedulerProtocol.HostGone or SchedulerProtocol.NotOffered
                or SchedulerProtocol.Leave or SchedulerProtocol.Stays or SchedulerProtocol.Look => Scheduler,
            Zones.ZoneProtocol.ICommand => Zone,
            PoweredAppliance.ControlPlane.Vms.VmIds.Next or PoweredAppliance.ControlPlane.Vms.VmIds.Unused => Ids,
            Networks.LeaseProtocol.ICommand => Leases,
            PoweredAppliance.ControlPlane.Quotas.QuotaProtocol.ICommand => Quotas,
            HookProtocol.ICommand => Hooks,
            Images.LoanProtocol.ICommand => Loans,
            Wake wake => wake.Entity,
            _ => null,
        };

        private string Partition(VmProtocol.ICommand command) => _partitions[command.Vm.Value % _partitions.Length];
    }
}
