using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.ControlPlane.Hosts;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Pools;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.ControlPlane.Vms;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane;

/// <param name="Port">of Akka remoting, 0: any free one</param>
/// <param name="Seeds">addresses host:port of controllers to join; empty: this one alone begins</param>
public sealed record ControllerAddress(string Hostname, int Port, IReadOnlyList<string> Seeds);

public static class ControlPlaneHosting
{
    public const string SystemName = "powered";

    /// <summary>Adds the whole control plane: the cluster, one shard region with all entities, the journal. Needs <see cref="Inventory.Inventory"/>,
    /// <see cref="Meters"/>, <see cref="TimeProvider"/> and <see cref="HostDriverFactory"/> among the services; <see cref="Cloud"/> is how to use it.</summary>
    public static IServiceCollection AddControlPlane(
        this IServiceCollection services, ControllerAddress address, Journal journal, ControlPlaneSettings settings) => services
            .AddSingleton(settings)
            .AddSingleton<Inventory.Inventory>()
            .AddSingleton<Cloud>()
            .AddAkka(SystemName, (akka, provider) => akka.AddControlPlane(provider, address, journal, settings));

    private static void AddControlPlane(
        this AkkaConfigurationBuilder akka, IServiceProvider provider, ControllerAddress address, Journal journal, ControlPlaneSettings settings)
    {
        journal.AddTo(akka);
        akka.AddHocon(Tuning.Cluster, HoconAddMode.Prepend);
        akka.AddHocon(SerializerBindings(), HoconAddMode.Prepend);
        akka.ConfigureLoggers(logging =>
        {
            logging.ClearLoggers();
            logging.AddLoggerFactory();
        });
        akka.WithRemoting(new RemoteOptions { HostName = address.Hostname, PublicHostName = address.Hostname, Port = address.Port });
        akka.WithClustering(new ClusterOptions
        {
            SeedNodes = [.. address.Seeds.Select(s => $"akka.tcp://{SystemName}@{s}")],
            Roles = ["controller"],
        });
        var inventory = provider.GetRequiredService<Inventory.Inventory>();
        var meters = provider.GetRequiredService<Meters>();
        var time = provider.GetRequiredService<TimeProvider>();
        var drivers = provider.GetRequiredService<HostDriverFactory>();
        akka.WithShardRegion<Cloud>(
            "entities",
            (system, registry, _) =>
            {
                // The region is not there before its first entity is asked for, so it is looked up when that is made.
                IActorRef Region() => ClusterSharding.Get(system).ShardRegion("entities");
                return entity => Of(entity, Region(), inventory, drivers, settings, meters, time);
            },
            new Entities.Extractor(settings.Partitions),
            new ShardOptions { Role = "controller", StateStoreMode = StateStoreMode.DData, RememberEntities = false, PassivateIdleEntityAfter = TimeSpan.Zero });
        akka.AddStartup((system, _) =>
        {
            if (address.Seeds.Count == 0)
                Akka.Cluster.Cluster.Get(system).Join(Akka.Cluster.Cluster.Get(system).SelfAddress);
        });
    }

    private static Props Of(
        string entity, IActorRef region, Inventory.Inventory inventory, HostDriverFactory drivers, ControlPlaneSettings settings, Meters meters, TimeProvider time)
    {
        var dash = entity.IndexOf('-', StringComparison.Ordinal);
        var (kind, rest) = dash < 0 ? (entity, "") : (entity[..dash], entity[(dash + 1)..]);
        return (kind, entity) switch
        {
            (_, Entities.Scheduler) => Props.Create(() => new SchedulerActor(region, inventory, meters, time)),
            (_, Entities.Ids) => Props.Create(() => new VmIds(inventory)),
            (_, Entities.Leases) => Props.Create(() => new LeaseActor(inventory, time)),
            ("vms", _) => Props.Create(() => new VmPartition(Number(rest), region, inventory, settings, meters, time)),
            ("host", _) => Props.Create(() => new HostActor(new HostId(Number(rest)), region, inventory, drivers, settings, meters, time)),
            ("pool", _) => Props.Create(() => new PoolActor(Enum.Parse<PoolKind>(rest, true), inventory, time)),
            ("zone", _) => Props.Create(() => new ZoneActor(Number(rest), inventory, time)),
            _ => throw new ArgumentException($"no entity is called '{entity}'", nameof(entity)),
        };
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string SerializerBindings()
    {
        const string core = "PoweredAppliance.Core";
        var name = typeof(EventSerializer).AssemblyQualifiedName;
        return $$"""
            akka.actor {
              serializers.powered = "{{name}}"
              serialization-bindings {
                "{{core}}.Vms.VmProtocol+IEvent, {{core}}" = powered
                "{{core}}.Hosts.HostProtocol+IEvent, {{core}}" = powered
                "{{core}}.Pools.PoolProtocol+IEvent, {{core}}" = powered
                "{{typeof(ZoneProtocol.IEvent).AssemblyQualifiedName}}" = powered
              }
            }
            """;
    }
}
