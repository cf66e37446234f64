using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers.Changes;

/// <summary>A disk's content as a file of its own on the controller: copied on the host as it is at one moment, then fetched.</summary>
internal sealed partial class ChangeSteps
{
    private async Task<StepOutcome> SaveDisk(HostStep step, DiskSpec disk, string file, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (File.Exists(file))
            return StepOutcome.Ok(); // it gets its name when it is whole
        var copy = VmFiles.DiskCopy(step.Vm, disk.Id);
        var target = await Long(step, (connect, given) => Copy(connect, step, disk, copy, given), stop).ConfigureAwait(false);
        if (target is not null && !await Mirrored(step, disk, target, progress, stop).ConfigureAwait(false))
            return StepOutcome.Fail(NotRunning(step));
        await Long(step, (connect, given) =>
        {
            Fetch(connect, step, copy, file, progress, given);
            return true;
        }, stop).ConfigureAwait(false);
        return StepOutcome.Ok();
    }

    /// <summary>Copies the disk of a guest that is off; begins to mirror that of one that runs and returns its target.</summary>
    private string? Copy(Connect connect, HostStep step, DiskSpec disk, string copy, CancellationToken stop)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        using var system = pools.System(connect);
        var path = domains.Place(step).PathOf(step.Vm, disk);
        var target = found.Domain is { IsActive: true } running ? DiskIn(LiveOf(running), path)?.Element("target")?.Attribute("dev")?.Value : null;
        if (target is not null && found.Domain!.GetBlockJobInfo(target) is not null)
            return target; // begun by an earlier try
        Volumes.Refresh(system, options.Time, stop);
        Volumes.Delete(system, copy);
        if (target is not null)
        {
            var destination = new XElement("disk", new XAttribute("type", "file"),
                new XElement("source", new XAttribute("file", $"{pools.SystemPath}/{copy}")), new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "qcow2")));
            found.Domain!.BlockCopy(target, destination.ToString(), flags: DomainBlockCopyFlags.TransientJob);
            return target;
        }

        using var pool = VmFiles.LivesInImagePool(disk) ? pools.Images(connect) : null;
        using var volume = Volumes.Known(pool ?? system, NameOf(step, disk), options.Time, stop);
        Volumes.CopyOf(system, copy, volume).Dispose();
        return null;
    }

    /// <summary>True when the mirror was whole at one moment, at which it was let go.</summary>
    private async Task<bool> Mirrored(HostStep step, DiskSpec disk, string target, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var runs = true;
        await Until(step, options.LongDeadline, connect =>
        {
            using var found = guard.Look(connect, step, olderGoes: false);
            runs = found.Domain is { IsActive: true };
            if (!runs || found.Domain!.GetBlockJobInfo(target) is not { } job)
                return !(runs = false);
            progress.Report(new(step.Vm, $"disk {disk.Id}", job.End == 0 ? 0 : (int)(job.Cursor * 100 / job.End), (long)job.Cursor, (long)job.End));
            if (job.End == 0 || job.Cursor < job.End)
                return false;
            found.Domain.BlockJobAbort(target);
            return true;
        }, stop).ConfigureAwait(false);
        return runs;
    }

    private void Fetch(Connect connect, HostStep step, string copy, string file, IProgress<StepProgress> progress, CancellationToken stop)
    {
        using var system = pools.System(connect);
        using (var volume = Volumes.Known(system, copy, options.Time, stop))
        {
            var (total, part) = (Volumes.FileBytes(volume), file + VmChange.SaveDisk.Torn);
            using (var to = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                volume.Download(to, sparse: false, new Told(done =>
                    progress.Report(new(step.Vm, "fetching the disk", total == 0 ? 100 : (int)(done * 100 / total), done, total))), stop);
                to.Flush(flushToDisk: true);
            }

            if (new FileInfo(part).Length != total)
                throw new HostRefusedException($"{copy} has {total} bytes on the host and {new FileInfo(part).Length} came");
            File.Move(part, file, overwrite: true);
        }

        Volumes.Delete(system, copy);
    }

    private sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
