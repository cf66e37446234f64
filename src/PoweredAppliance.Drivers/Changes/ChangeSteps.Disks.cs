using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers.Changes;

internal sealed partial class ChangeSteps
{
    private const ulong Mebibyte = 1024 * 1024;

    /// <summary>Its image and its file first, then the device. A disk that could not be attached leaves no file.</summary>
    private async Task<StepOutcome> AttachDisk(HostStep step, int id, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var disk = DiskOf(step, id);
        await images.Bring(work, options, step.Vm, disk, progress, stop).ConfigureAwait(false);
        return await Short(step, (connect, given) =>
        {
            files.Make(connect, step.Spec, disk, given);
            try
            {
                OnDomain(connect, step, (domain, flags) => Attach(domain, flags, step, disk));
            }
            catch (LibvirtException) when (connect.IsAlive)
            {
                RemoveFile(connect, step, disk);
                throw;
            }

            return StepOutcome.Ok();
        }, stop).ConfigureAwait(false);
    }

    private void Attach(Domain domain, DomainDeviceModifyFlags flags, HostStep step, DiskSpec disk)
    {
        var place = domains.Place(step);
        var file = place.PathOf(step.Vm, disk);
        var lacking = Where(domain, flags, d => DiskIn(d, file) is null);
        if (lacking == 0)
            return;
        var device = DomainMetadata.Parse(DomainDevices.Disk(step.Spec, place, disk));
        if (device.Element("target")?.Attribute("bus")?.Value is "scsi"
            && Where(domain, lacking, d => d.Element("devices")?.Elements("controller").All(c => c.Attribute("type")?.Value is not "scsi") is not false) is var without and not 0)
            domain.AttachDevice(DomainDevices.ScsiController, without);
        domain.AttachDevice(device.ToString(), lacking);
    }

    /// <summary>The guest has to let go of it; then its definition and its file go, or what it wrote to a persistent image goes home.</summary>
    private async Task<StepOutcome> DetachDisk(HostStep step, DiskSpec disk, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var file = domains.Place(step).PathOf(step.Vm, disk);
        return await Unplug(step, d => DiskIn(d, file), $"disk {disk.Id}", stop).ConfigureAwait(false)
            ?? await Long(step, (connect, given) =>
            {
                if (disk.Kind is not DiskKind.Persistent)
                {
                    RemoveFile(connect, step, disk);
                    return StepOutcome.Ok();
                }

                using var pool = pools.Images(connect);
                PersistentCopies.BringHome(pool, step.Vm, disk, progress, given);
                return StepOutcome.Ok();
            }, stop).ConfigureAwait(false);
    }

    /// <summary>Null when the device is gone from the running domain and from its definition.</summary>
    private async Task<StepOutcome?> Unplug(HostStep step, Func<XElement, XElement?> find, string what, CancellationToken stop)
    {
        await Short(step, (connect, _) =>
        {
            OnDomain(connect, step, (domain, flags) =>
            {
                if (flags.HasFlag(DomainDeviceModifyFlags.Live) && find(LiveOf(domain)) is { } device)
                    Ask(domain, device);
            });
            return true;
        }, stop).ConfigureAwait(false);
        var gone = await Until(step, options.UnplugDeadline, connect =>
        {
            var there = false;
            OnDomain(connect, step, (domain, flags) => there = flags.HasFlag(DomainDeviceModifyFlags.Live) && find(LiveOf(domain)) is not null);
            return !there;
        }, stop).ConfigureAwait(false);
        if (!gone)
            return StepOutcome.Fail($"the guest did not let go of {what} within {options.UnplugDeadline.TotalSeconds:0.###} s");
        await Short(step, (connect, _) =>
        {
            OnDomain(connect, step, (domain, flags) =>
            {
                if (flags.HasFlag(DomainDeviceModifyFlags.Config) && find(DefinitionOf(domain)) is { } device)
                    domain.DetachDevice(device.ToString(), DomainDeviceModifyFlags.Config);
            });
            return true;
        }, stop).ConfigureAwait(false);
        return null;
    }

    private static void Ask(Domain domain, XElement device)
    {
        try
        {
            domain.DetachDevice(device.ToString(), DomainDeviceModifyFlags.Live);
        }
        catch (LibvirtException why) when (why.Message.Contains("in the process of unplug", StringComparison.Ordinal))
        {
            // It was asked before and the guest has not answered yet.
        }
    }

    /// <summary>Grows it as the guest sees it; a disk that is as large already stays.</summary>
    private StepOutcome Resize(Connect connect, HostStep step, DiskSpec disk, long mebibytes, CancellationToken stop)
    {
        var bytes = (ulong)mebibytes * Mebibyte;
        using (var found = guard.Look(connect, step, olderGoes: false))
        {
            if (found.Domain is { IsActive: true } domain)
            {
                var path = domains.Place(step).PathOf(step.Vm, disk);
                var target = DiskIn(LiveOf(domain), path)?.Element("target")?.Attribute("dev")?.Value;
                if (target is null)
                    return StepOutcome.Fail($"the running guest has no disk on {path}");
                domain.BlockResize(target, bytes);
                return StepOutcome.Ok();
            }
        }

        using var pool = VmFiles.LivesInImagePool(disk) ? pools.Images(connect) : pools.System(connect);
        using var volume = Volumes.Known(pool, NameOf(step, disk), options.Time, stop);
        if ((ulong)ImageStore.GuestBytes(volume, VolumeFormat.OfFile(disk)) < bytes)
            volume.Resize(bytes);
        return StepOutcome.Ok();
    }

    private void RemoveFile(Connect connect, HostStep step, DiskSpec disk)
    {
        if (disk.Kind is DiskKind.Persistent)
        {
            using var pool = pools.Images(connect);
            PersistentCopies.Drop(pool, step.Vm, disk);
        }

        if (VmFiles.LivesInImagePool(disk))
            return;
        using var system = pools.System(connect);
        Volumes.Delete(system, VmFiles.Disk(step.Vm, disk.Id));
    }

    private static string NameOf(HostStep step, DiskSpec disk) =>
        VmFiles.LivesInImagePool(disk) ? disk.ImageVolume! : VmFiles.Disk(step.Vm, disk.Id);

    private static XElement? DiskIn(XElement domain, string file) =>
        domain.Element("devices")?.Elements("disk").FirstOrDefault(d => d.Element("source")?.Attribute("file")?.Value == file);
}
