using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers.Changes;

/// <summary>
/// <see cref="VmStep.Change"/> on libvirt. Each change looks first at what is there, so asked again it goes on where it broke off. What
/// concerns a guest that runs is done to the running domain and to its definition; one that is off is defined anew at its next start.
/// </summary>
internal sealed partial class ChangeSteps(
    HostPools pools, ImageStore images, VmFilesOnHost files, DomainGuard guard, DomainSteps domains, NicFilters filters, LibvirtDriverOptions options,
    HostConnection work, HostConnection quick)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    internal async Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var refusal = await Short(step, (connect, _) =>
        {
            using var found = guard.Look(connect, step, olderGoes: false);
            return found.Refusal;
        }, stop).ConfigureAwait(false);
        return refusal ?? await (step.Change switch
        {
            VmChange.AttachDisk change => AttachDisk(step, Devices.Id(change.Disk, "DISK_ID"), progress, stop),
            VmChange.DetachDisk change => DetachDisk(step, DiskOf(step, change.Disk), progress, stop),
            VmChange.Resize => Short(step, (c, _) => Resize(c, step), stop),
            VmChange.Reconfigure => Short(step, (c, given) =>
            {
                TellContext(c, step, given);
                return StepOutcome.Ok();
            }, stop),
            VmChange.ResizeDisk change => Short(step, (c, given) => Resize(c, step, DiskOf(step, change.Disk), change.SizeMebibytes, given), stop),
            VmChange.AttachNic change => Short(step, (c, given) => AttachNic(c, step, NicOf(step, Devices.Id(change.Nic, "NIC_ID")), given), stop),
            VmChange.DetachNic change => DetachNic(step, NicOf(step, change.Nic), stop),
            VmChange.UpdateNic change => Short(step, (c, _) => UpdateNic(c, step, NicOf(step, Devices.Id(change.Nic, "NIC_ID"))), stop),
            VmChange.CreateSnapshot change => Long(step, (c, _) => CreateSnapshot(c, step, change.Snapshot), stop),
            VmChange.RevertSnapshot change => Long(step, (c, _) => RevertSnapshot(c, step, change.Snapshot), stop),
            VmChange.DeleteSnapshot change => Long(step, (c, _) => DeleteSnapshot(c, step, change.Snapshot), stop),
            VmChange.CreateDiskSnapshot change => Long(step, (c, _) => CreateDiskSnapshot(c, step, DiskOf(step, change.Disk), change.Snapshot), stop),
            VmChange.RevertDiskSnapshot change => Long(step, (c, _) => RevertDiskSnapshot(c, step, DiskOf(step, change.Disk), change.Snapshot), stop),
            VmChange.DeleteDiskSnapshot change => Long(step, (c, _) => DeleteDiskSnapshot(c, step, DiskOf(step, change.Disk), change.Snapshot), stop),
            VmChange.SaveDisk change => SaveDisk(step, DiskOf(step, change.Disk), change.File, progress, stop),
            VmChange.Execute change => Short(step, (c, _) => Execute(c, step, change), stop),
            VmChange.CancelExecution => CancelExecution(step, stop),
            null => Task.FromResult(StepOutcome.Fail("the step does not say what to change", retriable: false)),
            var other => throw new ArgumentOutOfRangeException(nameof(step), other, "a change this driver has never heard of"),
        }).ConfigureAwait(false);
    }

    private Task<T> Short<T>(HostStep step, Func<Connect, CancellationToken, T> act, CancellationToken stop) =>
        work.Run($"change of VM {step.Vm}", options.StepDeadline, act, stop);

    private Task<T> Long<T>(HostStep step, Func<Connect, CancellationToken, T> act, CancellationToken stop) =>
        work.Run($"change of VM {step.Vm}", options.LongDeadline, act, stop);

    /// <summary>Waits without a thread until the host shows what is waited for; false: it did not within the time.</summary>
    private async Task<bool> Until(HostStep step, TimeSpan patience, Func<Connect, bool> so, CancellationToken stop)
    {
        var since = options.Time.GetTimestamp();
        while (!await quick.Run($"look at VM {step.Vm}", options.CallDeadline, (connect, _) => so(connect), stop).ConfigureAwait(false))
        {
            if (options.Time.GetElapsedTime(since) > patience)
                return false;
            await Task.Delay(Look, options.Time, stop).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Does it to the VM's domain: the running one, its definition, or both; nothing where the host has no domain of it.</summary>
    private void OnDomain(Connect connect, HostStep step, Action<Domain, DomainDeviceModifyFlags> act)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        if (found.Domain is { } domain)
            act(domain, (domain.IsActive ? DomainDeviceModifyFlags.Live : 0) | (domain.IsPersistent ? DomainDeviceModifyFlags.Config : 0));
    }

    /// <summary>The parts of <paramref name="flags"/> whose picture of the domain has the device or has it not.</summary>
    private static DomainDeviceModifyFlags Where(Domain domain, DomainDeviceModifyFlags flags, Func<XElement, bool> so) =>
        (flags.HasFlag(DomainDeviceModifyFlags.Live) && so(LiveOf(domain)) ? DomainDeviceModifyFlags.Live : 0)
        | (flags.HasFlag(DomainDeviceModifyFlags.Config) && so(DefinitionOf(domain)) ? DomainDeviceModifyFlags.Config : 0);

    private static XElement LiveOf(Domain domain) => DomainMetadata.Parse(domain.GetXmlDesc());

    private static XElement DefinitionOf(Domain domain) => DomainMetadata.Parse(domain.GetXmlDesc(DomainXmlFlags.Inactive));

    private static DiskSpec DiskOf(HostStep step, int id) => step.Spec.Disks.FirstOrDefault(d => d.Id == id)
        ?? throw new DomainSpecException($"VM {step.Vm} has no disk {id}");

    private static NicSpec NicOf(HostStep step, int id) => step.Spec.Nics.FirstOrDefault(n => n.Id == id)
        ?? throw new DomainSpecException($"VM {step.Vm} has no NIC {id}");

    private static string NotRunning(HostStep step) => $"VM {step.Vm} does not run on its host any more";
}
