using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace PoweredAppliance.Core.Flows;

/// <summary>A VM of a role.</summary>
/// <param name="Number">counts the VMs that the role ever had, from 0</param>
/// <param name="IsReady">it runs and, where the service asks for that, has said READY=YES</param>
/// <param name="IsLeaving">it is to end</param>
/// <param name="Retried">the transition of the VM at which it had failed and is to be tried again; -1: none</param>
public sealed record FlowNode(int Number, int Vm, bool IsReady = false, bool IsLeaving = false, long Retried = -1);

/// <summary>
/// A role of a service: alike VMs that come and go together. What its author wrote stays as it was written; what happened to it
/// stands beside that, by OpenNebula's names.
/// </summary>
public sealed record FlowRole
{
    /// <summary>OneFlow's default, in seconds.</summary>
    public const int DefaultCooldown = 300;

    public required JsonObject Given { get; init; }
    public required string Name { get; init; }
    public FlowState State { get; init; }
    public int Cardinality { get; init; }
    public ImmutableArray<FlowNode> Nodes { get; init; } = [];

    /// <summary>Numbers of VMs that are to be made. Stored before they are, so that whoever resumes makes them or finds them made.</summary>
    public ImmutableArray<int> Making { get; init; } = [];
    public int NextNumber { get; init; }

    /// <summary>How long the scaling under way rests when it is done, in seconds, and until when it rests, in unix seconds.</summary>
    public int Rest { get; init; }
    public long RestsUntil { get; init; }

    /// <summary>Of each policy, elasticity ones first: when it was looked at last, in unix seconds, and how often in a row it held.</summary>
    public ImmutableArray<PolicyRecord> Policies { get; init; } = [];

    public int Template => FlowJson.Number(Given, "template_id") ?? -1;
    public int Least => FlowJson.Number(Given, "min_vms") ?? 0;
    public int? Most => FlowJson.Number(Given, "max_vms");
    public int Cooldown => FlowJson.Number(Given, "cooldown") ?? DefaultCooldown;
    public string? ShutdownAction => FlowJson.Text(Given, "shutdown_action");
    public IEnumerable<string> Parents => FlowJson.Texts(Given, "parents");

    public int Staying => Nodes.Count(n => !n.IsLeaving) + Making.Length;

    /// <summary>Its VMs are all there and none is on its way.</summary>
    public bool IsWhole => Making.IsEmpty && Nodes.Length == Cardinality && Nodes.All(n => n is { IsReady: true, IsLeaving: false });

    /// <summary>Towards so many VMs: new ones are to be made, or the oldest are to leave.</summary>
    public FlowRole Towards(int cardinality)
    {
        var (missing, surplus) = (cardinality - Staying, Staying - cardinality);
        if (missing > 0)
            return this with
            {
                Cardinality = cardinality,
                Making = Making.AddRange(Enumerable.Range(NextNumber, missing)),
                NextNumber = NextNumber + missing,
            };
        var notMade = Math.Min(Math.Max(surplus, 0), Making.Length);
        var leaving = Nodes.Where(n => !n.IsLeaving).Take(Math.Max(surplus, 0) - notMade).Select(n => n.Number).ToHashSet();
        return this with
        {
            Cardinality = cardinality,
            Making = Making[..^notMade],
            Nodes = [.. Nodes.Select(n => leaving.Contains(n.Number) ? n with { IsLeaving = true } : n)],
        };
    }

    /// <summary>Every VM of it is to end.</summary>
    public FlowRole Emptied() => this with { State = FlowState.Undeploying, Making = [], Nodes = [.. Nodes.Select(n => n with { IsLeaving = true })] };

    /// <summary>As its author writes it now. A policy that was not looked at yet holds from now on, not for times that have passed.</summary>
    internal FlowRole Rewritten(JsonObject given, DateTimeOffset now) => this with
    {
        Given = given,
        Policies = [.. PolicyRecord.Of(given).Select(p => p.LookedAt == 0 ? p with { LookedAt = now.ToUnixTimeSeconds() } : p)],
    };

    internal JsonObject Write()
    {
        var made = (JsonObject)Given.DeepClone();
        made["state"] = (int)State;
        made["cardinality"] = Cardinality;
        made["last_vmname"] = NextNumber;
        made["nodes"] = new JsonArray([.. Nodes.Select(Write)]);
        Put("making", Making.IsEmpty ? null : new JsonArray([.. Making.Select(n => (JsonNode)n)]));
        Put("cooldown_duration", Rest == 0 ? null : Rest);
        Put("cooldown_end", RestsUntil == 0 ? null : RestsUntil);
        var at = 0;
        foreach (var list in ScalingPolicy.Lists)
            foreach (var policy in made[list] as JsonArray ?? [])
                if (at < Policies.Length && policy is JsonObject written)
                    Policies[at++].Write(written);
        return made;

        void Put(string name, JsonNode? value)
        {
            if (value is null)
                made.Remove(name);
            else
                made[name] = value;
        }
    }

    internal static FlowRole Read(JsonObject given) => new()
    {
        Given = given,
        Name = FlowJson.Text(given, "name") ?? "",
        State = (FlowState)(FlowJson.Number(given, "state") ?? 0),
        Cardinality = FlowJson.Number(given, "cardinality") ?? 0,
        NextNumber = FlowJson.Number(given, "last_vmname") ?? 0,
        Nodes = [.. FlowJson.Objects(given, "nodes").Select(ReadNode)],
        Making = [.. FlowJson.Numbers(given, "making")],
        Rest = FlowJson.Number(given, "cooldown_duration") ?? 0,
        RestsUntil = FlowJson.Long(given, "cooldown_end") ?? 0,
        Policies = PolicyRecord.Of(given),
    };

    private static JsonObject Write(FlowNode node)
    {
        var made = new JsonObject { ["deploy_id"] = node.Vm, ["number"] = node.Number, ["running"] = node.IsReady };
        if (node.IsLeaving)
            made["disposed"] = true;
        if (node.Retried >= 0)
            made["retried"] = node.Retried;
        return made;
    }

    private static FlowNode ReadNode(JsonObject node) => new(
        FlowJson.Number(node, "number") ?? 0, FlowJson.Number(node, "deploy_id") ?? -1, FlowJson.Flag(node, "running"),
        FlowJson.Flag(node, "disposed"), FlowJson.Long(node, "retried") ?? -1);
}
