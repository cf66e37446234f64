using System.Text.Json.Nodes;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Flows;

/// <summary>What people, and the work itself, change of a service; each decided against the newest state by the one writer of documents.</summary>
public static partial class FlowChanges
{
    public abstract record FlowChange(int Id) : PoolProtocol.Change(PoolKind.Document, Id)
    {
        public sealed override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
        {
            if (Flow.Of(o) is not { } flow)
                return (null, Refusal.NotFound("service", Id));
            var (next, why) = Of(flow);
            return why is null ? (next!.Into(o), null) : (null, why);
        }

        protected abstract (Flow? Next, Refusal? Why) Of(Flow flow);

        protected Refusal WrongState(string what, Flow flow) =>
            Refusal.WrongState($"Service {Id} cannot be {what} in state: {flow.State.Word()}", Id);

        protected Refusal NoRole(string name) => new(ErrorCode.Action, $"Role '{name}' not found", "role_name", name, Id);
    }

    /// <summary>What its VMs show now; what is decided of it is stored.</summary>
    public sealed record Look(int Id, FlowSight Sight, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow) => (FlowCourse.Look(flow, Sight, Now), null);
    }

    /// <summary>A VM that was to be made is there. If nobody waits for it any more it is to leave.</summary>
    public sealed record Made(int Id, string Role, int Number, int Vm) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            if (flow.Role(Role) is not { } role)
                return (null, NoRole(Role));
            if (role.Nodes.Any(n => n.Vm == Vm))
                return (flow, null);
            var node = new FlowNode(Number, Vm, IsLeaving: !role.Making.Contains(Number));
            return (flow.With(role with { Making = role.Making.Remove(Number), Nodes = role.Nodes.Add(node) }), null);
        }
    }

    /// <summary>A VM could not be made: the role has failed, until somebody recovers it.</summary>
    public sealed record NotMade(int Id, string Role, string Why, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            if (flow.Role(Role) is not { Making.IsEmpty: false } role)
                return (flow, null);
            var failed = role.State is FlowState.Scaling or FlowState.FailedScaling ? FlowState.FailedScaling : FlowState.FailedDeploying;
            return (flow.With(role with { Making = [], State = failed })
                .Said($"Role {Role} : Instantiate failed for template {role.Template}; {Why}", Now, isError: true), null);
        }
    }

    public sealed record Scale(int Id, string RoleName, int Cardinality, bool Force, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            if (flow.State is not FlowState.Running)
                return (null, WrongState("scaled", flow));
            if (flow.Role(RoleName) is not { } role)
                return (null, NoRole(RoleName));
            if (Cardinality is < 0 or > FlowTemplate.MostOfARole)
                return (null, Bad($"cardinality must be 0 to {FlowTemplate.MostOfARole}"));
            if (!Force && Cardinality < role.Least)
                return (null, Bad($"Minimum cardinality is {role.Least}"));
            if (!Force && role.Most is { } most && Cardinality > most)
                return (null, Bad($"Maximum cardinality is {most}"));
            return Cardinality == role.Cardinality
                ? (null, Bad($"Cardinality of role {RoleName} is {Cardinality} already"))
                : (Scaled(flow, role, Cardinality, role.Cooldown, "by hand", Now), null);
        }

        private Refusal Bad(string text) => new(ErrorCode.Action, text, "cardinality", $"{Cardinality}", Id);
    }

    /// <summary>Every VM is to end, children before their parents where the service is straight.</summary>
    public sealed record Undeploy(int Id, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow) => flow.State switch
        {
            FlowState.Undeploying => (flow, null),
            FlowState.Done => (null, WrongState("undeployed", flow)),
            _ when flow.State.IsBusy() => (null, WrongState("undeployed", flow)),
            _ => (flow.Into(FlowState.Undeploying, Now), null),
        };
    }

    /// <summary>What failed is tried again, and a rest is ended.</summary>
    public sealed record Recover(int Id, FlowSight Sight, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow) => flow.State switch
        {
            FlowState.FailedDeploying => (Again(flow, FlowState.FailedDeploying, FlowState.Deploying), null),
            FlowState.FailedScaling => (Again(flow, FlowState.FailedScaling, FlowState.Scaling), null),
            FlowState.Deploying or FlowState.Scaling or FlowState.Undeploying => (Again(flow, flow.State, flow.State), null),
            FlowState.Warning => (Again(flow, FlowState.Warning, FlowState.Running), null),
            FlowState.Cooldown => (flow with { Roles = [.. flow.Roles.Select(r => r with { RestsUntil = 0 })] }, null),
            _ => (null, Refusal.WrongState($"Action recover: Wrong state {flow.State.Word()}", Id)),
        };

        private Flow Again(Flow flow, FlowState from, FlowState to) =>
            (flow with { Roles = [.. flow.Roles.Select(r => r.State == from ? Retried(r with { State = to }) : r)] }).Into(to, Now);

        private FlowRole Retried(FlowRole role) => (role with
        {
            Nodes = [.. role.Nodes.Select(n => Sight.Vm(n.Vm) is { } vm && FlowCourse.HasFailed(vm) ? n with { Retried = vm.Transition } : n)],
        }) is var tried && tried.State is FlowState.Deploying or FlowState.Scaling ? tried.Towards(role.Cardinality) : tried;
    }

    /// <summary>Everything goes at once, its VMs and then its document, whatever state they are in.</summary>
    public sealed record Erase(int Id, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            var roles = flow.Roles.Select(r => r.State is FlowState.Done ? r : r.Emptied());
            return ((flow with { IsErasing = true, Roles = [.. roles] }).Into(FlowState.Undeploying, Now), null);
        }
    }

    public sealed record AddRole(int Id, JsonObject Role, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow)
        {
            if (flow.State is not FlowState.Running)
                return (null, WrongState("given a role", flow));
            var role = FlowRole.Read(Role) with { State = FlowState.Pending, Nodes = [], Making = [], NextNumber = 0 };
            if (flow.Role(role.Name) is not null)
                return (null, new(ErrorCode.Action, $"Role {role.Name} already exists", "role", role.Name, Id));
            return ((flow with { Roles = flow.Roles.Add(role) }).Into(FlowState.Deploying, Now), null);
        }
    }

    public sealed record RemoveRole(int Id, string Role, DateTimeOffset Now) : FlowChange(Id)
    {
        protected override (Flow?, Refusal?) Of(Flow flow) => flow switch
        {
            { State: not FlowState.Running } => (null, WrongState("rid of a role", flow)),
            _ when flow.Role(Role) is { } role => (flow.With(role.Emptied()).Into(FlowState.Scaling, Now), null),
            _ => (null, new(ErrorCode.Action, $"Role {Role} does not exist", "role", Role, Id)),
        };
    }

    internal static Flow Scaled(Flow flow, FlowRole role, int cardinality, int rest, string why, DateTimeOffset now) => flow
        .With((role with { State = FlowState.Scaling, Rest = rest }).Towards(cardinality))
        .Said($"Role {role.Name} scaling {(cardinality > role.Cardinality ? "up" : "down")} from {role.Cardinality} to {cardinality} nodes ({why})", now)
        .Into(FlowState.Scaling, now);
}
