using System.Globalization;
using System.Text;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// <see cref="VmStep.Receive"/>: the files of a VM that is off come from the host where it was. Images come as they do for a new VM, and a
/// persistent one goes home first. For as long as not all of the VM's own files have come and been verified, a volume lies beside them
/// (<see cref="VmFiles.Receiving"/>), and one beside the file that is coming; so a later try knows what is whole, and no guest starts from what is not.
/// </summary>
internal sealed class ReceiveStep(
    HostPools pools, ImageStore images, VmFilesOnHost files, DomainGuard guard, HostConnection work, LibvirtDriverOptions options)
{
    internal async Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (step.Peer is not { } from)
            return StepOutcome.Fail($"VM {step.Vm}: the step does not say which host its files come from", retriable: false);
        if (step.Spec.Imported)
            return StepOutcome.Fail($"VM {step.Vm} was imported: its files lie where somebody else put them, and are not moved", retriable: false);
        using var peer = new PeerHost(from, options);
        var source = await Reached(peer, stop).ConfigureAwait(false);
        var known = await work.Run($"look for VM {step.Vm}", options.StepDeadline, (connect, given) => Look(connect, source, step, peer, given), stop).ConfigureAwait(false);
        if (known is not null)
            return known;
        foreach (var disk in step.Spec.Disks)
        {
            if (disk.Kind is DiskKind.Persistent)
                await work.Run($"image of disk {disk.Id} of VM {step.Vm}", options.LongDeadline, (connect, given) => Renew(connect, source, step, disk, peer, progress, given), stop).ConfigureAwait(false);
            await images.Bring(work, options, step.Vm, disk, progress, stop).ConfigureAwait(false);
            if (disk.Kind is DiskKind.Persistent)
                await work.Run($"verify disk {disk.Id} of VM {step.Vm}", options.LongDeadline, (connect, given) => Verify(connect, disk, given), stop).ConfigureAwait(false);
        }

        // Cancelled, it is waited for: a try that still writes would spoil the next one.
        return await work.Run($"{step.Kind} of VM {step.Vm}", options.LongDeadline, (connect, given) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(given, stop);
            return Copy(connect, source, step, peer, progress, either.Token);
        }, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The host that this step is done on answers; that the other one does not is a reason, and no silence of this one.</summary>
    private static async Task<Connect> Reached(PeerHost peer, CancellationToken stop)
    {
        try
        {
            return await peer.Connection.Ensure(stop).ConfigureAwait(false);
        }
        catch (HostUnreachableException why)
        {
            throw new HostRefusedException(why.Message, why);
        }
    }

    /// <summary>How the step ends before anything is copied; null: it goes on.</summary>
    private StepOutcome? Look(Connect connect, Connect source, HostStep step, PeerHost peer, CancellationToken stop)
    {
        using var here = guard.Look(connect, step, olderGoes: true);
        if (here.Refusal is not null)
            return here.Refusal;
        if (here.Domain is not null)
            return StepOutcome.Ok(); // defined of this generation, which is done only when all is here
        using var there = peer.Guard.Leaving(source, step);
        if (there.Refusal is not null)
            return there.Refusal;
        if (there.Domain is { IsActive: true })
            return StepOutcome.Fail($"VM {step.Vm} runs on host {peer.Address.Name}; the files of a running guest are not copied");
        if (peer.SharedWith(source, connect, pools, step) is { } shared)
            return StepOutcome.Fail(shared, retriable: false);
        using var from = peer.Pools.System(source);
        Volumes.Refresh(from, options.Time, stop);
        foreach (var volume in Own(from, step))
            volume.Dispose();
        return null;
    }

    /// <summary>The VM's volumes on the other host. Throws <see cref="HostRefusedException"/> where one is missing or they are not whole there.</summary>
    private static List<StorageVol> Own(StoragePool from, HostStep step)
    {
        var found = from.ListAllVolumes().ToLookup(v => VmFiles.IsOf(step.Vm, v.Name) && !v.Name.EndsWith(VmFiles.UploadMark, StringComparison.Ordinal));
        foreach (var other in found[false])
            other.Dispose();
        var own = found[true].ToDictionary(v => v.Name);
        if (own.ContainsKey(VmFiles.Receiving(step.Vm)))
            throw new HostRefusedException($"the files of VM {step.Vm} in pool {from.Name} have themselves come only in part");
        foreach (var disk in step.Spec.Disks)
        {
            if (!VmFiles.LivesInImagePool(disk) && !own.ContainsKey(VmFiles.Disk(step.Vm, disk.Id)))
                throw new HostRefusedException($"disk {disk.Id} of VM {step.Vm} is not where the VM was: there is no {VmFiles.Disk(step.Vm, disk.Id)} in its host's system datastore");
        }

        return [.. own.Values];
    }

    /// <summary>What a persistent disk's guest wrote becomes the controller's image, and what lies here of an earlier time goes.</summary>
    private bool Renew(Connect connect, Connect source, HostStep step, DiskSpec disk, PeerHost peer, IProgress<StepProgress> progress, CancellationToken stop)
    {
        using var from = peer.Pools.Images(source);
        PersistentCopies.SendHome(from, step.Vm, disk, progress, stop);
        using var to = pools.Images(connect);
        PersistentCopies.Drop(to, step.Vm, disk);
        return true;
    }

    private bool Verify(Connect connect, DiskSpec disk, CancellationToken stop)
    {
        using var to = pools.Images(connect);
        using var volume = Volumes.Known(to, disk.ImageVolume!, options.Time, stop);
        using var home = File.OpenRead(disk.Source!);
        return VolumeCopies.Digest(volume, _ => { }, stop).AsSpan().SequenceEqual(ContentDigest.Of(home, stop))
            ? true : throw new HostRefusedException($"image {disk.ImageVolume}: what arrived has another checksum than what was sent");
    }

    private StepOutcome Copy(Connect connect, Connect source, HostStep step, PeerHost peer, IProgress<StepProgress> progress, CancellationToken stop)
    {
        using var to = pools.System(connect);
        using var from = peer.Pools.System(source);
        var own = Own(from, step);
        try
        {
            using var mark = Mark(connect, to, step, stop);
            var told = new Told(step, own.Sum(Volumes.FileBytes), progress);
            foreach (var volume in own)
                Copy(volume, to, step, told, stop);
            Volumes.Delete(mark);
        }
        finally
        {
            foreach (var volume in own)
                volume.Dispose();
        }

        Volumes.Refresh(to, options.Time, stop); // the files were made empty: the pool does not know yet what they are
        return StepOutcome.Ok();
    }

    /// <summary>The volume that lies beside files that come. Where it is of another time, or there is none, all that lies here of the VM is old and goes.</summary>
    private StorageVol Mark(Connect connect, StoragePool to, HostStep step, CancellationToken stop)
    {
        var (name, generation) = (VmFiles.Receiving(step.Vm), Encoding.ASCII.GetBytes(step.Generation.ToString(CultureInfo.InvariantCulture)));
        if (to.FindVolumeByName(name) is { } there)
        {
            if (Volumes.FileBytes(there) == generation.Length && Volumes.Read(there, 0, generation.Length).AsSpan().SequenceEqual(generation))
                return there;
            there.Dispose();
        }

        files.Remove(connect, step.Vm, stop);
        var mark = Volumes.CreateRaw(to, name, 0);
        Volumes.Write(mark, generation, stop);
        return mark;
    }

    private void Copy(StorageVol volume, StoragePool to, HostStep step, Told told, CancellationToken stop)
    {
        var (name, torn) = (volume.Name, volume.Name + VmFiles.UploadMark);
        using (var there = to.FindVolumeByName(name))
        using (var half = to.FindVolumeByName(torn))
        {
            if (there is not null && half is null)
            {
                told.Arrived(name, 2 * Volumes.FileBytes(volume));
                return;
            }
        }

        Volumes.Delete(to, name);
        using var mark = to.FindVolumeByName(torn) ?? Volumes.CreateRaw(to, torn, 0);
        using var copy = Volumes.CreateRaw(to, name, 0);
        VolumeCopies.Copy(volume, copy, Head(volume, step), bytes => told.Arrived(name, bytes), stop);
        Volumes.Delete(mark);
    }

    /// <summary>The first cluster of an overlay, whose image lies in this host's folder; empty for other files.</summary>
    private byte[] Head(StorageVol volume, HostStep step)
    {
        var overlay = step.Spec.Disks.FirstOrDefault(d => d.Kind is DiskKind.Overlay && VmFiles.Disk(step.Vm, d.Id) == volume.Name);
        if (overlay is null)
            return [];
        var head = Volumes.Read(volume, 0, Qcow2Header.ClusterBytes);
        if (!Qcow2Header.Is(head))
            throw new HostRefusedException($"disk {overlay.Id} of VM {step.Vm} is no qcow2 file on its host");
        Qcow2Header.PutBacking(head, $"{pools.ImagesPath}/{overlay.ImageVolume}");
        return head;
    }

    /// <summary>How far it is: each byte counts twice, when it is sent and when it has been read back.</summary>
    private sealed class Told(HostStep step, long total, IProgress<StepProgress> progress)
    {
        private long _done;
        private int _percent = -1;

        internal void Arrived(string file, long bytes)
        {
            _done += bytes;
            var percent = total == 0 ? 100 : (int)Math.Min(100, _done * 50 / total);
            if (percent == _percent)
                return;
            _percent = percent;
            progress.Report(new(step.Vm, $"receiving {file}", percent, _done / 2, total));
        }
    }
}
