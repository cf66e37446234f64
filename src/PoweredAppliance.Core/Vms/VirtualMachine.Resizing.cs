using System.Globalization;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>Changes of the VM's own description: capacity, configuration, VM group.</summary>
public sealed partial record VirtualMachine
{
    private Template Resized(VmChange.Resize resize)
    {
        var template = Template;
        if (resize.Cpu is { } cpu)
            template = template.Set("CPU", cpu.ToString(CultureInfo.InvariantCulture));
        if (resize.Vcpu is { } vcpu)
            template = template.Set("VCPU", Devices.Text(vcpu));
        return resize.MemoryMebibytes is { } memory ? template.Set("MEMORY", Devices.Text(memory)) : template;
    }

    /// <summary>Where no host keeps room for the VM its capacity is a matter of its template alone.</summary>
    private Decision<IEvent> DecideAway(VmChange.Resize resize, Caller by, DateTimeOffset now)
    {
        if (State is not (VmState.Pending or VmState.Hold or VmState.Undeployed))
            return Decision<IEvent>.No(Refusal.WrongState(WrongState(resize), Id.Value));
        if (State is VmState.Pending && Pledge is { } pledge)
            return Decision<IEvent>.No(Refusal.WrongState($"VM {Id} is being placed on host {pledge.Hostname}; it can be resized when it is there.", Id.Value));
        if (CameFrom is VmState.Stopped)
            return Decision<IEvent>.No(Refusal.WrongState($"Cannot resize VM {Id}: it comes back from STOPPED, with the memory that it had.", Id.Value));
        return Resized(resize) is var next && next.Equals(Template) ? Nothing : Of(new Reconfigured(Id, now, next, HistoryAction.Resize, by));
    }

    private (VmChange? Whole, Refusal? Why) Taken(VmChange.Resize resize)
    {
        var next = Resized(resize);
        if (next.Equals(Template))
            return (null, null);
        if (State is VmState.Active && Imported)
            return No($"VM {Id} was imported: its domain's definition is not the appliance's, so it is not resized while it runs.");
        if (State is VmState.Active && Specification.Number(next["VCPU"], 1) is var vcpu && vcpu > Specification.MostVcpu(Template))
            return No($"Cannot resize running VM {Id} to {vcpu} VCPU: VCPU_MAX lets it have {Specification.MostVcpu(Template)} without a new start.");
        if (State is VmState.Active && Specification.Number(next["MEMORY"], 0) is var memory && memory > Specification.MostMemory(Template))
            return No($"Cannot resize running VM {Id} to {memory} MB: MEMORY_MAX lets it have {Specification.MostMemory(Template)} MB without a new start.");
        if (State is VmState.Active && next["MEMORY"] != Template["MEMORY"] && string.Equals(Template["MEMORY_RESIZE_MODE"], "HOTPLUG", StringComparison.OrdinalIgnoreCase))
            return No($"Cannot resize the memory of running VM {Id}: MEMORY_RESIZE_MODE is HOTPLUG, running guests are resized by BALLOONING.");
        return (new VmChange.Resize(Specification.Number(next["CPU"], 0), (int?)Whole(next["VCPU"]), Whole(next["MEMORY"])), null);

        static long? Whole(string? text) => Specification.Number(text, 0) is > 0 and var number ? (long)number : null;
    }

    private Decision<IEvent> Decide(UpdateConfiguration update, DateTimeOffset now)
    {
        var rests = State is VmState.Pending or VmState.Hold or VmState.Poweroff or VmState.Undeployed || Lifecycle.RetryOf(Lcm) is not null;
        if (!rests && Lcm is not LcmState.Running)
            return Decision<IEvent>.No(new(ErrorCode.Internal, $"configuration cannot be updated in state {Phase}", ObjectId: Id.Value));
        var (next, why) = Configuration.Of(this, update.Given, update.Append);
        if (next is null)
            return Decision<IEvent>.No(why!);
        if (next.Equals(Template))
            return Nothing;
        // A guest that is off gets its context at its next start.
        return rests || Equals(next.Vector("CONTEXT"), Template.Vector("CONTEXT"))
            ? Of(new Reconfigured(Id, now, next, HistoryAction.UpdateConf, update.By))
            : Of(new ChangeBegun(Id, now, new VmChange.Reconfigure(next), update.By));
    }

    private Decision<IEvent> Decide(SetGroup set, DateTimeOffset now)
    {
        // What is under way may end with a template that was written when it began.
        if (State is VmState.Done || Changing is not null)
            return Decision<IEvent>.No(Refusal.WrongState($"The VM group of VM {Id} cannot be changed in state {Phase}", Id.Value));
        var next = set.Group is { } group
            ? Template.WithVectors("VMGROUP", [VectorAttribute.Of("VMGROUP", ("VMGROUP_ID", Devices.Text(group)), ("ROLE", set.Role))])
            : Template.Without("VMGROUP");
        return next.Equals(Template)
            ? Nothing
            : Of(new Reconfigured(Id, now, next, set.Group is null ? HistoryAction.VmGroupDel : HistoryAction.VmGroupAdd, set.By));
    }
}
