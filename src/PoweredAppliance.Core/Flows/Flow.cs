using System.Collections.Immutable;
using System.Text.Json.Nodes;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Flows;

/// <param name="At">unix seconds</param>
public sealed record FlowLogLine(long At, bool IsError, string Text);

/// <summary>
/// A service of OneFlow as a value: roles of VMs that are deployed, scaled and ended together. It is kept as OpenNebula keeps it, as
/// the JSON in BODY of a document of type 100; <see cref="FlowCourse"/> and <see cref="FlowChanges"/> say how it changes.
/// <code>
/// PENDING ─► DEPLOYING ─► RUNNING ◄─► WARNING          a FAILED_ state is left by what heals it, or by recover
///               │          │   ▲
///               ▼          ▼   │
///     FAILED_DEPLOYING  SCALING ─► COOLDOWN ─► RUNNING          UNDEPLOYING ─► DONE
///                          └─► FAILED_SCALING
/// </code>
/// </summary>
public sealed record Flow
{
    /// <summary>TYPE of the documents that hold services, and templates of services.</summary>
    public const int DocumentType = 100, TemplateType = 101;

    public const string BodyAttribute = "BODY", TypeFact = "TYPE";

    /// <summary>Attributes of a VM that say which service and role it is of, and which of the role's VMs it is.</summary>
    public const string FlowOfVm = "SERVICE_ID", RoleOfVm = "ROLE_NAME", NumberOfVm = "SERVICE_NODE";

    internal const string Erasing = "deleting";

    private const int LogLines = 50;

    /// <summary>The end of the year 9999, in unix seconds.</summary>
    private const long LatestStart = 253_402_300_799;

    public required int Id { get; init; }
    public required Caller Owner { get; init; }
    public required string Name { get; init; }
    public required JsonObject Given { get; init; }
    public FlowState State { get; init; }
    public ImmutableArray<FlowRole> Roles { get; init; } = [];
    public long Start { get; init; }
    public ImmutableArray<FlowLogLine> Log { get; init; } = [];

    /// <summary>Its document goes when its last VM has gone.</summary>
    public bool IsErasing { get; init; }

    /// <summary>Roles wait for their parents; else they are deployed and ended all at once.</summary>
    public bool IsStraight => FlowJson.Text(Given, "deployment") is "straight";

    /// <summary>A VM counts as running only when its guest has said READY=YES.</summary>
    public bool WaitsForReady => FlowJson.Flag(Given, "ready_status_gate");
    public bool EndsWhenEmpty => FlowJson.Flag(Given, "automatic_deletion");
    public string? ShutdownAction => FlowJson.Text(Given, "shutdown_action");

    public FlowRole? Role(string name) => Roles.FirstOrDefault(r => r.Name == name);

    public bool Has(int vm) => Roles.Any(r => r.Nodes.Any(n => n.Vm == vm));

    public Flow With(FlowRole role) => this with { Roles = [.. Roles.Select(r => r.Name == role.Name ? role : r)] };

    public Flow Into(FlowState state, DateTimeOffset now) =>
        state == State ? this : (this with { State = state }).Said($"New state: {state.Word()}", now);

    public Flow Said(string text, DateTimeOffset now, bool isError = false) =>
        this with { Log = [.. Log.Add(new(now.ToUnixTimeSeconds(), isError, text)).TakeLast(LogLines)] };

    public static bool IsOne(PooledObject o) => o.Kind is PoolKind.Document && o.FactInt(TypeFact) == DocumentType;

    /// <summary>Null: it is no service, or its BODY is none that can be one; its owner may write there what he likes.</summary>
    public static Flow? Of(PooledObject document)
    {
        if (!IsOne(document) || document.Template[BodyAttribute] is not { } text || !FlowJson.TryParse(text, out var body, out _)
            || FlowTemplate.Wrong(body) is not null)
            return null;
        return new()
        {
            Id = document.Id,
            Owner = document.Owner,
            Name = document.Name,
            Given = body,
            State = (FlowState)(FlowJson.Number(body, "state") ?? 0),
            Roles = [.. FlowJson.Objects(body, "roles").Select(FlowRole.Read)],
            Start = Math.Clamp(FlowJson.Long(body, "start_time") ?? document.RegTime, 0, LatestStart),
            IsErasing = FlowJson.Flag(body, Erasing),
            Log = [.. FlowJson.Objects(body, "log").Select(l => new FlowLogLine(
                FlowJson.Long(l, "timestamp") ?? 0, FlowJson.Text(l, "severity") is "E", FlowJson.Text(l, "message") ?? ""))],
        };
    }

    /// <summary>As it is stored.</summary>
    public string Body()
    {
        var made = (JsonObject)Given.DeepClone();
        made["state"] = (int)State;
        made["start_time"] = Start;
        made["roles"] = new JsonArray([.. Roles.Select(r => r.Write())]);
        made["log"] = new JsonArray([.. Log.Select(line => new JsonObject
        {
            ["timestamp"] = line.At,
            ["severity"] = line.IsError ? "E" : "I",
            ["message"] = line.Text,
        })]);
        if (IsErasing)
            made[Erasing] = true;
        return made.ToJsonString();
    }

    public PooledObject Into(PooledObject document) => document with { Template = document.Template.Set(BodyAttribute, Body()) };

    /// <summary>What a document of this body is made of.</summary>
    public static Template Document(JsonObject body) => Template.Empty.Set(BodyAttribute, body.ToJsonString());
}
