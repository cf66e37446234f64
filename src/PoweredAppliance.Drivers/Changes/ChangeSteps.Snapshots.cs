using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Changes;

/// <summary>Snapshots of the whole machine: libvirt keeps memory and disks together inside the qcow2 files.</summary>
internal sealed partial class ChangeSteps
{
    private StepOutcome CreateSnapshot(Connect connect, HostStep step, int id)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        if (found.Domain is not { IsActive: true } domain)
            return StepOutcome.Fail(NotRunning(step));
        using var there = Find(domain, SnapshotName(id));
        if (there is null)
            domain.CreateSnapshot(new XElement("domainsnapshot", new XElement("name", SnapshotName(id))).ToString()).Dispose();
        return StepOutcome.Ok();
    }

    private StepOutcome RevertSnapshot(Connect connect, HostStep step, int id)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        using var snapshot = found.Domain is { } domain ? Find(domain, SnapshotName(id)) : null;
        if (snapshot is null)
            return StepOutcome.Fail($"the host has no snapshot {SnapshotName(id)} of VM {step.Vm}");
        // The domain becomes the one of then: of another generation it would be a copy that must not run.
        var then = DomainMetadata.Parse(snapshot.GetXmlDesc()).Element("domain");
        if (then is null || DomainMetadata.Of(then)?.Generation != step.Generation)
            return StepOutcome.Fail($"snapshot {SnapshotName(id)} was taken before VM {step.Vm} was placed here the last time");
        snapshot.Revert(DomainSnapshotRevertFlags.Running);
        return StepOutcome.Ok();
    }

    private StepOutcome DeleteSnapshot(Connect connect, HostStep step, int id)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        using var snapshot = found.Domain is { } domain ? Find(domain, SnapshotName(id)) : null;
        snapshot?.Delete();
        return StepOutcome.Ok();
    }

    private static DomainSnapshot? Find(Domain domain, string name)
    {
        try
        {
            return domain.LookupSnapshotByName(name);
        }
        catch (LibvirtException why) when (why.IsNotFound || why.Code is ErrorNumber.NoDomainSnapshot)
        {
            return null;
        }
    }

    /// <summary>As the VM's SNAPSHOT calls it in HYPERVISOR_ID.</summary>
    private static string SnapshotName(int id) => $"snap-{id}";
}
