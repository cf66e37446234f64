using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.ControlPlane.Hooks;
using PoweredAppliance.ControlPlane.Hosts;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Pools;
using PoweredAppliance.ControlPlane.Quotas;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.ControlPlane.Vms;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.ControlPlane;

/// <param name="Port">of Akka remoting, 0: any free one</param>
/// <param name="Seeds">addresses host:port of controllers to join; empty: this one alone begins</param>
public sealed record ControllerAddress(string Hostname, int Port, IReadOnlyList<string> Seeds);

public static class ControlPlaneHosting
{
    public const string SystemName = "powered";

    /// <summary>Adds the whole control plane: the cluster, one shard region with all entities, the journal. Needs <see cref="Inventory.Inventory"/>,
    /// <see cref="Meters"/>, <see cref="TimeProvider"/>, <see cref="HostDriverFactory"/>, <see cref="HookDocuments"/> and <see cref="RunHook"/> among the services; <see cref="Cloud"/> is how to use it.</summary>
    public static IServiceCollection AddControlPlane(
        this IServiceCollection services, ControllerAddress address, Journal journal, ControlPlaneSettings settings) => services
            .AddSingleton(settings)
            .AddSingleton<Inventory.Inventory>()
            .AddSingleton<Cloud>()
            .AddHostedService<ScheduleRunner>()
            .AddHostedService<LeavingRunner>()
            .AddAkka(SystemName, (akka, provider) => akka.AddControlPlane(provider, address, journal, settings));

    private static void AddControlPlane(
        this AkkaConfigurationBuilder akka, IServiceProvider provider, ControllerAddress address, Journal journal, ControlPlaneSettings settings)
    {
        journal.AddTo(akka);
        akka.AddHocon(Tuning.Cluster, HoconAddMode.Prepend);
        akka.AddHocon(SerializerBindings(), HoconAddMode.Prepend);
        akka.AddHocon(EntityMailbox.Hocon, HoconAddMode.Prepend);
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
        akka.AddSetup(new EntityMailbox.Metering(meters));
        var time = provider.GetRequiredService<TimeProvider>();
        var drivers = provider.GetRequiredService<HostDriverFactory>();
        var documents = provider.GetRequiredService<HookDocuments>();
        var run = provider.GetRequiredService<RunHook>();
        akka.WithShardRegion<Cloud>(
            "entities",
            (system, registry, _) =>
            {
                // The region is not there before its first entity is asked for, so it is looked up when that is made.
                IActorRef Region() => ClusterSharding.Get(system).ShardRegion("entities");
                return entity => Entities.Read(entity).Kind is EntityKind.Hooks
                    ? Making.Props(() => new HookActor(inventory, documents, run, settings, meters, time))
                    : Of(entity, Region(), inventory, documents, drivers, settings, meters, time);
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
        string entity, IActorRef region, Inventory.Inventory inventory, HookDocuments documents, HostDriverFactory drivers, ControlPlaneSettings settings,
        Meters meters, TimeProvider time)
    {
        var (kind, which) = Entities.Read(entity);
        return kind switch
        {
            EntityKind.Scheduler => Making.Props(() => new SchedulerActor(region, inventory, settings.Placement, meters, time)),
            EntityKind.VmIds => Making.Props(() => new VmIds(inventory, meters)),
            EntityKind.Leases => Making.Props(() => new LeaseActor(inventory, meters, time)),
            EntityKind.Quotas => Making.Props(() => new QuotaActor(region, inventory, meters, time)),
            EntityKind.Loans => Making.Props(() => new LoanActor(inventory, meters, time)),
            EntityKind.VmPartition => Making.Props(() => new VmPartition(Number(which), region, inventory, documents, settings, meters, time)),
            EntityKind.Host => Making.Props(() => new HostActor(new HostId(Number(which)), region, inventory, drivers, settings, meters, time)),
            EntityKind.Pool => Making.Props(() => new PoolActor(Enum.Parse<PoolKind>(which, true), inventory, meters, time)),
            EntityKind.Zone => Making.Props(() => new ZoneActor(Number(which), inventory, meters, time)),
            _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, "a kind of entity without an actor"),
        };
    }

    /// <summary>Calls a constructor. Akka's own way compiles an expression for each actor, and hosts are thousands.</summary>
    private sealed class Making(Func<ActorBase> make, Type type) : IIndirectActorProducer
    {
        public Type ActorType => type;

        public static Props Props<TActor>(Func<TActor> make)
            where TActor : ActorBase => Akka.Actor.Props.CreateBy(new Making(make, typeof(TActor))).WithMailbox(EntityMailbox.Id);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
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
                "{{core}}.Hooks.HookProtocol+IEvent, {{core}}" = powered
                "{{typeof(ZoneProtocol.IEvent).AssemblyQualifiedName}}" = powered
              }
            }
            """;
    }
}
