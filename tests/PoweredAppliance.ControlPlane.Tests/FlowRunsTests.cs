using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class FlowRunsTests
{
    private const int Stuck = 13;

    [Fact]
    public async Task A_service_whose_VMs_are_slow_to_be_made_keeps_no_other_waiting_and_gets_each_of_them_once()
    {
        await using var site = await Site.Start();
        var (gate, asked, made) = (new TaskCompletionSource(), new TaskCompletionSource(), new ConcurrentBag<string>());
        async Task<Answer> Make(Caller owner, int template, string name, Template extra)
        {
            if (template == Stuck)
            {
                asked.TrySetResult();
                await gate.Task;
            }

            made.Add(name);
            return await site.TryCreate($"CPU=0.1 MEMORY=64\n{extra.ToText()}", name);
        }

        using var stop = new CancellationTokenSource();
        var flows = new FlowRuns(
            site.Cloud, Make, new() { Cipher = new(new byte[PoweredAppliance.Core.Access.AttributeCipher.KeyBytes]), ReadEvery = TimeSpan.FromMilliseconds(200) }, TimeProvider.System, NullLogger<FlowRuns>.Instance);
        var run = flows.Run(stop.Token);
        var slow = await Allocate(site, "slow", Stuck);
        await asked.Task.WaitAsync(Site.Patience);
        var others = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Allocate(site, $"other{i}", template: 1)));
        foreach (var other in others)
            await Site.Until(() => StateOf(site, flows, other) is FlowState.Running, () => $"service {other} is {StateOf(site, flows, other)}");
        Assert.Equal(FlowState.Deploying, StateOf(site, flows, slow));

        gate.SetResult();
        await Site.Until(() => StateOf(site, flows, slow) is FlowState.Running, () => $"service {slow} is {StateOf(site, flows, slow)}");
        Assert.Equal(18, made.Count);
        Assert.Equal(18, made.Distinct().Count());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Site.Patience));
    }

    private static FlowState? StateOf(Site site, FlowRuns flows, int id) => flows.Of(site.Inventory.Find(PoolKind.Document, id)!)?.State;

    private static async Task<int> Allocate(Site site, string name, int template)
    {
        var body = (JsonObject)JsonNode.Parse($$"""{"name":"{{name}}","roles":[{"name":"r","cardinality":2,"template_id":{{template}}}]}""")!;
        var facts = ImmutableSortedDictionary<string, string>.Empty.Add(Flow.TypeFact, $"{Flow.DocumentType}");
        var answer = await site.Cloud.Pool(new PoolProtocol.Allocate(PoolKind.Document, name, Caller.Admin, 0, Flow.Document(body), facts));
        Assert.Null(answer.Refusal);
        return answer.Id;
    }
}
