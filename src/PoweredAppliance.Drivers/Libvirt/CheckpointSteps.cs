using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>A guest's memory to its checkpoint file and back.</summary>
internal sealed class CheckpointSteps(HostAddress address, HostPools pools, VmFilesOnHost files, DomainGuard guard, DomainSteps domains)
{
    private string PathOf(HostStep step) => $"{pools.SystemPath}/{VmFiles.Checkpoint(step.Vm)}";

    internal StepOutcome Save(Connect connect, HostStep step, CancellationToken stop)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        if (found.Refusal is { } refusal)
            return refusal;
        if (found.Domain is not { IsActive: true } domain)
        {
            return Checkpoint(connect, step) is null
                ? StepOutcome.Fail($"VM {step.Vm} does not run on host {address.Name} and has no checkpoint there")
                : StepOutcome.Ok();
        }
        // A checkpoint that lies there is of before the guest last ran, so it may be written over.
        using (pools.System(connect))
            domain.Save(PathOf(step), flags: DomainSaveRestoreFlags.Running);
        files.Look(connect, stop);
        return StepOutcome.Ok();
    }

    internal StepOutcome Restore(Connect connect, HostStep step, CancellationToken stop)
    {
        using (var found = guard.Look(connect, step, olderGoes: true))
        {
            if (found.Refusal is { } refusal)
                return refusal;
            if (found.Domain is { IsActive: true } running)
            {
                var outcome = DomainSteps.Continue(running);
                if (outcome.Done)
                    files.RemoveCheckpoint(connect, step.Vm, stop);
                return outcome;
            }
        }
        using (pools.System(connect))
        {
            if (Checkpoint(connect, step) is not { } saved)
                return StepOutcome.Fail($"VM {step.Vm} has no whole checkpoint on host {address.Name}", retriable: false);
            if (DomainMetadata.Of(saved) is not { } stamp || stamp.Vm != step.Vm || stamp.Deployment != address.Deployment)
                return StepOutcome.Fail($"{PathOf(step)} is the checkpoint of another guest", retriable: false);
            if (stamp.Generation > step.Generation)
                return StepOutcome.Fail($"the checkpoint is of generation {stamp.Generation}, this step of {step.Generation}", retriable: false);
            if (!step.Spec.Imported)
                domains.Define(connect, step).Dispose();
            // The guest may have been saved on another host, whose folders are others, and for another claim.
            Domain.Restore(connect, PathOf(step), DomainMove.To(domains.Place(step), step.Spec, saved).ToString(), DomainSaveRestoreFlags.Running);
        }
        files.RemoveCheckpoint(connect, step.Vm, stop);
        return StepOutcome.Ok(VmFiles.Domain(step.Vm));
    }

    /// <summary>The domain in the checkpoint; null when there is none or it was torn while it was written.</summary>
    private XElement? Checkpoint(Connect connect, HostStep step)
    {
        try
        {
            return DomainMetadata.Parse(connect.GetSaveImageXml(PathOf(step), DomainSaveImageXmlFlags.Secure));
        }
        catch (LibvirtException) when (connect.IsAlive)
        {
            return null;
        }
    }
}
