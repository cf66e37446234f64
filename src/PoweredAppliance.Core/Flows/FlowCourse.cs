using System.Collections.Immutable;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Flows;

/// <summary>What a service looks at to see where it stands.</summary>
/// <param name="Vm">null: there is none of this id</param>
/// <param name="Measured">an attribute of a VM's monitoring, by OpenNebula's name; null: it was not measured</param>
public sealed record FlowSight(Func<int, VirtualMachine?> Vm, Func<VirtualMachine, string, string?> Measured);

/// <summary>
/// Where a service stands by what its VMs show, and what is to be done for it. Both are read off what is, so whoever comes back after
/// any outage goes on; nothing depends on having seen each step.
/// </summary>
public static class FlowCourse
{
    /// <summary>The service as it is now. The same sight a second time changes nothing but what time changes.</summary>
    public static Flow Look(Flow flow, FlowSight sight, DateTimeOffset now)
    {
        flow = flow with { Roles = [.. flow.Roles.Select(r => Seen(flow, r, sight))] };
        return flow.State switch
        {
            FlowState.Pending => Deploying(flow.Into(FlowState.Deploying, now), now),
            FlowState.Deploying or FlowState.FailedDeploying => Deploying(flow, now),
            FlowState.Running or FlowState.Warning => Running(flow, sight, now),
            FlowState.Scaling or FlowState.FailedScaling => Scaling(flow, now),
            FlowState.Cooldown => Resting(flow, now),
            FlowState.Undeploying or FlowState.FailedUndeploying => Undeploying(flow, now),
            _ => flow,
        };
    }

    /// <summary>What is to be done; asked again for as long as it is not.</summary>
    public static IEnumerable<FlowWork> Work(Flow flow, FlowSight sight)
    {
        foreach (var role in flow.Roles)
        {
            foreach (var number in role.Making)
                yield return new FlowWork.Make(role, number);
            foreach (var node in role.Nodes)
                if (sight.Vm(node.Vm) is { } vm && WorkFor(flow, role, node, vm) is { } work)
                    yield return work;
        }

        if (flow.IsErasing && flow.Roles.All(r => r.Nodes.IsEmpty && r.Making.IsEmpty))
            yield return new FlowWork.Erase();
    }

    private static FlowWork? WorkFor(Flow flow, FlowRole role, FlowNode node, VirtualMachine vm)
    {
        if (node.IsLeaving)
        {
            if (flow.IsErasing)
                return vm.Lcm is LcmState.CleanupDelete ? null : new FlowWork.Delete(vm.Id);
            var wanted = (role.ShutdownAction ?? flow.ShutdownAction) is "terminate-hard" or "shutdown-hard" || HasFailed(vm)
                ? VmAction.TerminateHard
                : VmAction.Terminate;
            return vm.Lcm is not LcmState.Shutdown && Lifecycle.After(wanted, vm.Phase) is not null ? new FlowWork.End(vm.Id, wanted) : null;
        }

        return node.Retried == vm.Transition && HasFailed(vm) ? new FlowWork.Retry(vm.Id) : null;
    }

    /// <summary>With its nodes as their VMs show; those whose VM has ended are gone.</summary>
    private static FlowRole Seen(Flow flow, FlowRole role, FlowSight sight)
    {
        var left = role.Nodes.Select(n => (Node: n, Vm: sight.Vm(n.Vm))).Where(n => n.Vm is { State: not VmState.Done }).ToList();
        var nodes = left.Select(n => n.Node with { IsReady = IsReady(flow, n.Vm!) }).ToImmutableArray();
        var lost = role.Nodes.Count(n => !n.IsLeaving) - nodes.Count(n => !n.IsLeaving);
        var failed = lost > 0 || left.Any(n => !n.Node.IsLeaving && HasFailed(n.Vm!) && n.Node.Retried != n.Vm!.Transition);
        var isMissed = left.Any(n => n.Vm!.Lcm is LcmState.Unknown);
        role = role with { Nodes = nodes };
        return (flow.State, role.State) switch
        {
            (FlowState.Deploying or FlowState.FailedDeploying, FlowState.Deploying or FlowState.FailedDeploying or FlowState.Running) =>
                role with { State = role.IsWhole ? FlowState.Running : failed ? FlowState.FailedDeploying : role.State },
            (FlowState.Scaling or FlowState.FailedScaling, FlowState.Scaling or FlowState.FailedScaling) =>
                role with { State = !role.IsWhole && failed ? FlowState.FailedScaling : role.IsWhole ? FlowState.Scaling : role.State },
            (FlowState.Undeploying or FlowState.FailedUndeploying or FlowState.Done, _) or (_, FlowState.Pending or FlowState.Undeploying) => role,
            // Whoever ended one of its VMs by hand has made the role smaller.
            _ => role with
            {
                Cardinality = role.Cardinality - lost,
                State = role.State is FlowState.Cooldown ? role.State
                    : isMissed || left.Any(n => HasFailed(n.Vm!)) ? FlowState.Warning
                    : FlowState.Running,
            },
        };
    }

    private static bool IsReady(Flow flow, VirtualMachine vm) => vm is { State: VmState.Active, Lcm: LcmState.Running }
        && (!flow.WaitsForReady || string.Equals(vm.UserTemplate["READY"], "YES", StringComparison.OrdinalIgnoreCase));

    internal static bool HasFailed(VirtualMachine vm) => vm.State is VmState.Active && Lifecycle.RetryOf(vm.Lcm) is not null;

    private static Flow Deploying(Flow flow, DateTimeOffset now)
    {
        foreach (var role in flow.Roles.Where(r => r.State is FlowState.Pending && flow.State is FlowState.Deploying))
            if (!flow.IsStraight || role.Parents.All(p => flow.Role(p) is null or { State: FlowState.Running }))
                flow = flow.With((role with { State = role.Cardinality == 0 ? FlowState.Running : FlowState.Deploying }).Towards(role.Cardinality));
        return flow.Into(
            flow.Roles.Any(r => r.State is FlowState.FailedDeploying) ? FlowState.FailedDeploying
            : flow.Roles.All(r => r.State is FlowState.Running or FlowState.Warning) ? FlowState.Running
            : FlowState.Deploying, now);
    }

    private static Flow Running(Flow flow, FlowSight sight, DateTimeOffset now)
    {
        flow = flow.Into(flow.Roles.Any(r => r.State is FlowState.Warning) ? FlowState.Warning : FlowState.Running, now);
        if (flow.EndsWhenEmpty && flow.Roles.Any(r => r.NextNumber > 0) && flow.Roles.All(r => r.Nodes.IsEmpty && r.Making.IsEmpty))
            return (flow with { IsErasing = true }).Into(FlowState.Undeploying, now);
        foreach (var role in flow.Roles.Where(r => flow.State is FlowState.Running && r.State is FlowState.Running))
        {
            var (looked, wish) = ScalingPolicy.Look(role, sight, flow.Start, now);
            flow = flow.With(looked);
            if (wish is { } to)
                return FlowChanges.Scaled(flow, looked, to.Cardinality, to.Rest, to.Why, now);
        }

        return flow;
    }

    private static Flow Scaling(Flow flow, DateTimeOffset now)
    {
        foreach (var role in flow.Roles)
            if (role.State is FlowState.Scaling && role.IsWhole)
                flow = flow.With(role with
                {
                    State = role.Rest > 0 ? FlowState.Cooldown : FlowState.Running,
                    RestsUntil = role.Rest > 0 ? now.ToUnixTimeSeconds() + role.Rest : 0,
                    Rest = 0,
                });
        // A role that is taken out of a running service.
        flow = flow with { Roles = [.. flow.Roles.Where(r => r is not { State: FlowState.Undeploying, Nodes.IsEmpty: true })] };
        return flow.Into(
            flow.Roles.Any(r => r.State is FlowState.FailedScaling) ? FlowState.FailedScaling
            : flow.Roles.Any(r => r.State is FlowState.Scaling or FlowState.Undeploying) ? FlowState.Scaling
            : flow.Roles.Any(r => r.State is FlowState.Cooldown) ? FlowState.Cooldown
            : FlowState.Running, now);
    }

    private static Flow Resting(Flow flow, DateTimeOffset now)
    {
        foreach (var role in flow.Roles)
            if (role.State is FlowState.Cooldown && role.RestsUntil <= now.ToUnixTimeSeconds())
                flow = flow.With(role with { State = FlowState.Running, RestsUntil = 0 });
        return flow.Roles.Any(r => r.State is FlowState.Cooldown) ? flow : flow.Into(FlowState.Running, now);
    }

    private static Flow Undeploying(Flow flow, DateTimeOffset now)
    {
        foreach (var role in flow.Roles.Where(r => r.State is not FlowState.Done))
        {
            var children = flow.Roles.Where(r => r.Parents.Contains(role.Name));
            var begins = role.State is not FlowState.Undeploying && (!flow.IsStraight || children.All(c => c.State is FlowState.Done));
            var next = begins ? role.Emptied() : role;
            flow = flow.With(next is { State: FlowState.Undeploying, Nodes.IsEmpty: true } ? next with { State = FlowState.Done } : next);
        }

        return flow.Roles.All(r => r.State is FlowState.Done) ? flow.Into(FlowState.Done, now) : flow;
    }
}

/// <summary>What is to be done for a service.</summary>
public abstract record FlowWork
{
    /// <summary>The role's VM of this number is to be made, unless it is there.</summary>
    public sealed record Make(FlowRole Role, int Number) : FlowWork;
    public sealed record End(VmId Vm, VmAction Action) : FlowWork;

    /// <summary>It is to go at once, whatever state it is in.</summary>
    public sealed record Delete(VmId Vm) : FlowWork;
    public sealed record Retry(VmId Vm) : FlowWork;

    /// <summary>The service's document is to go.</summary>
    public sealed record Erase : FlowWork;
}
