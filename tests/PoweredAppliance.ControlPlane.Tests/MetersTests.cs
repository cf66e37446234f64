using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Actor.Setup;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using Prometheus;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class MetersTests
{
    [Fact]
    public async Task What_waits_in_the_mailboxes_of_a_kind_is_counted_to_the_message_until_its_actor_is_gone()
    {
        var registry = Metrics.NewCustomRegistry();
        var meters = new Meters(registry);
        using var system = ActorSystem.Create("mailboxes", BootstrapSetup.Create().WithConfig(EntityMailbox.Hocon).And(new EntityMailbox.Metering(meters)));
        var gates = new[] { new Gate(), new Gate() };
        var hosts = gates.Select((gate, i) => system.ActorOf(Props.Create(() => new Stuck(gate)).WithMailbox(EntityMailbox.Id), Entities.Host(i))).ToArray();
        foreach (var (host, messages) in hosts.Zip([3, 5]))
            for (var i = 0; i < messages; i++)
                host.Tell(i);
        foreach (var gate in gates)
            await gate.Entered.Task.WaitAsync(Site.Patience);
        // Each actor is inside its first message; the others wait.
        Assert.Equal(2 + 4, await Value(registry, "powered_actor_mailbox_messages{actor=\"host\"}"));
        Assert.Equal(0, await Value(registry, "powered_actor_mailbox_messages{actor=\"pool\"}"));

        system.Stop(hosts[1]);
        gates[1].Open.Set();
        await Site.Until(() => Value(registry, "powered_actor_mailbox_messages{actor=\"host\"}").Result == 2, "the mailbox of a stopped actor is still counted");
        gates[0].Open.Set();
        await Site.Until(() => Value(registry, "powered_actor_mailbox_messages{actor=\"host\"}").Result == 0, "what was taken still waits");
        await system.Terminate();
    }

    [Fact]
    public async Task Every_kind_of_actor_is_measured()
    {
        await using var site = await Site.Start();
        await AddNetwork(site);
        var vm = await site.Create("CPU=1\nMEMORY=64\nNIC=[NETWORK_ID=0]");
        await site.Reach(vm, LcmState.Running);
        foreach (var kind in (string[])["vm_partition", "host", "pool", "zone", "scheduler", "vm_ids", "leases"])
        {
            Assert.True(await Value(site.Registry, $"powered_actor_message_seconds_count{{actor=\"{kind}\"}}") > 0, kind);
            Assert.True(await Value(site.Registry, $"powered_actor_mailbox_messages{{actor=\"{kind}\"}}") >= 0, kind);
        }
    }

    [Fact]
    public async Task Events_of_the_zone_pools_and_VMs_are_counted_when_they_are_stored_and_not_when_they_are_replayed()
    {
        await using var site = await Site.Start(hosts: 0);
        Assert.Equal(1, await Value(site.Registry, "powered_journal_events_total"));
        await AddNetwork(site);
        Assert.Equal(2, await Value(site.Registry, "powered_journal_events_total"));
        await site.Create("CPU=1\nMEMORY=64", hold: true);
        Assert.Equal(3, await Value(site.Registry, "powered_journal_events_total"));
        Assert.Equal(3, await Value(site.Registry, "powered_journal_write_seconds_count"));
        await site.Down();
        await site.Up();
        Assert.Equal(0, await Value(site.Registry, "powered_journal_events_total"));
    }

    private static async Task AddNetwork(Site site)
    {
        var facts = ImmutableSortedDictionary<string, string>.Empty.Add("BRIDGE", "br0").Add("CLUSTER_IDS", "0");
        var answer = await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.VirtualNetwork, "lan", Caller.Admin, 0, Template.Parse("AR=[AR_ID=0,TYPE=IP4,IP=10.0.0.1,SIZE=4]"), facts));
        Assert.Null(answer.Refusal);
    }

    private static async Task<double> Value(CollectorRegistry registry, string series)
    {
        using var text = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(text);
        var line = Regex.Match(Encoding.UTF8.GetString(text.ToArray()), $"^{Regex.Escape(series)} (.+)$", RegexOptions.Multiline);
        Assert.True(line.Success, series);
        return double.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ManualResetEventSlim Open { get; } = new();
    }

    /// <summary>Takes its first message and is not done with it before the gate opens.</summary>
    private sealed class Stuck(Gate gate) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            gate.Entered.TrySetResult();
            if (!gate.Open.Wait(Site.Patience))
                throw new TimeoutException("the gate was not opened");
        }
    }
}
