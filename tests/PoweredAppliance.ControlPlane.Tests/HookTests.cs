using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>No state of a VM that a hook waits for is lost, in whatever moment the control plane went down.</summary>
public sealed class HookTests
{
    private static async Task<int> Hook(Site site, string template)
    {
        var answer = await site.Cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.Hook, $"h{site.Inventory.All(PoolKind.Hook).Count}", Caller.Admin, 0, Template.Parse(template),
            ImmutableSortedDictionary<string, string>.Empty.Add(HookTemplate.SinceFact, $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}")));
        Assert.Null(answer.Refusal);
        return answer.Id;
    }

    private static string Xml(HookCommand command) => Encoding.UTF8.GetString(Convert.FromBase64String(command.Arguments[^1]));

    [Fact]
    public async Task What_waited_when_the_control_plane_went_down_is_run_after_it_came_back_in_its_order()
    {
        await using var site = await Site.Start();
        var seen = new ConcurrentQueue<string>();
        using var hang = new SemaphoreSlim(0);
        site.Hooks = async (command, stop) =>
        {
            await hang.WaitAsync(stop); // the first never ends in this life
            return new(command.Path, 0, "", "");
        };
        var hook = await Hook(site, "TYPE=state RESOURCE=VM ON=CUSTOM STATE=ACTIVE LCM_STATE=RUNNING COMMAND=running ARGUMENTS=\"up $TEMPLATE\"");
        var vms = new List<VmId>();
        for (var i = 0; i < 3; i++)
        {
            vms.Add(await site.Create("CPU=1 MEMORY=64"));
            await site.Reach(vms[i], LcmState.Running);
        }

        await Site.Until(() => site.Inventory.Hooks.Of(hook).Waiting.Count == 3, "the queue has not taken all three");
        await site.Down();
        site.Hooks = (command, _) =>
        {
            seen.Enqueue(Xml(command));
            return Task.FromResult(new HookOutcome(command.Path, 0, "said", ""));
        };
        await site.Up();
        await Site.Until(() => site.Inventory.Hooks.Of(hook).Log.Count == 3, "the three were not run");
        Assert.Equal(vms.Select(vm => $"<VM><ID>{vm}</ID><LCM_STATE>3</LCM_STATE></VM>"), seen);
        Assert.All(site.Inventory.Hooks.Of(hook).Log, e => Assert.Equal(("said", 0), (e.Outcome.Stdout, e.Outcome.Code)));

        // Nothing is run again by a start that finds all told.
        await site.Down();
        await site.Up();
        Assert.Equal(3, seen.Count);
        Assert.Empty(site.Inventory.Hooks.Of(hook).Waiting);
    }

    [Fact]
    public async Task A_hook_that_fails_or_hangs_keeps_no_other_waiting()
    {
        await using var site = await Site.Start();
        site.Hooks = (command, stop) => command.Path switch
        {
            "hangs" => Task.Delay(Timeout.Infinite, stop).ContinueWith(_ => new HookOutcome("", 0, "", ""), TaskScheduler.Default),
            "breaks" => Task.FromException<HookOutcome>(new InvalidOperationException("broken")),
            _ => Task.FromResult(new HookOutcome(command.Path, 0, "", "")),
        };
        var hooks = new List<int>();
        foreach (var command in new[] { "hangs", "breaks", "works" })
            hooks.Add(await Hook(site, $"TYPE=state RESOURCE=VM ON=RUNNING COMMAND={command}"));
        for (var i = 0; i < 2; i++)
            await site.Reach(await site.Create("CPU=1 MEMORY=64"), LcmState.Running);
        await Site.Until(() => site.Inventory.Hooks.Of(hooks[2]).Log.Count == 2, "the hook that works was kept waiting");
        await Site.Until(() => site.Inventory.Hooks.Of(hooks[1]).Log.Count == 2, "the hook that breaks was not gone on with");
        Assert.All(site.Inventory.Hooks.Of(hooks[1]).Log, e => Assert.Equal((HookOutcome.NotRun, "broken"), (e.Outcome.Code, e.Outcome.Stderr)));
        Assert.Equal(2, site.Inventory.Hooks.Of(hooks[0]).Waiting.Count);
    }

    [Fact]
    public async Task A_hook_hears_of_a_host_and_not_of_what_was_before_it()
    {
        await using var site = await Site.Start();
        var vm = await site.Create("CPU=1 MEMORY=64");
        await site.Reach(vm, LcmState.Running);
        var late = await Hook(site, "TYPE=state RESOURCE=VM ON=RUNNING COMMAND=late");
        var silent = await Hook(site, "TYPE=state RESOURCE=HOST STATE=DISABLED COMMAND=disabled");
        await site.Down();
        await site.Up();
        await Site.Until(() => site.Inventory.Host(new(0)) is { State: Core.Hosts.HostState.Monitored }, "the host is not monitored again");
        await site.Cloud.ChangeHost(new PoolProtocol.SetFacts(PoolKind.Host, 0, ImmutableSortedDictionary<string, string>.Empty.Add("STATUS", "1")), 0);
        await Site.Until(() => site.Inventory.Hooks.Of(silent).Log.Count == 1, "the host's hook was not run");
        Assert.Equal(HookLine.Empty, site.Inventory.Hooks.Of(late));
    }
}
