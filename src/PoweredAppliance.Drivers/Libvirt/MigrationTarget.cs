using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>What a migration finds, makes and leaves on the host that a guest goes to.</summary>
internal sealed class MigrationTarget(PeerHost peer, HostStep step, LibvirtDriverOptions options)
{
    internal enum There
    {
        Nothing,
        /// <summary>Paused, and not yet a guest.</summary>
        Arriving,
        Arrived,
    }

    internal DomainPlace Place { get; } = new(peer.Address.Deployment, step.Generation, peer.Pools.SystemPath, peer.Pools.ImagesPath, options.UseKvm);

    /// <summary>Where the other host's qemu is to be reached; null: its libvirtd says that.</summary>
    internal string? Uri => options.MigrationUriOf(peer.Address);

    /// <summary>
    /// Makes the files that the guest fills: of its size, empty, so that nothing of an earlier try shines through. Its images are there
    /// already. Returns why it cannot be, or null.
    /// </summary>
    internal Task<StepOutcome?> Prepare(Connect home, HostPools from, IReadOnlyList<MovingDisk> disks, CancellationToken stop) => Run((connect, given) =>
    {
        using (var found = peer.Guard.Look(connect, step, olderGoes: true))
        {
            if (found.Refusal is { } refusal)
                return refusal;
            if (found.Domain is { } left && !IsArriving(left))
                return StepOutcome.Fail($"host {peer.Address.Name} has a domain of VM {step.Vm} already, of the generation that is to come", retriable: false);
            if (found.Domain is not null)
                DomainGuard.Remove(found.Domain, withNvram: false);
        }

        if (peer.SharedWith(connect, home, from, step) is { } shared)
            return StepOutcome.Fail(shared, retriable: false);
        using var system = peer.Pools.System(connect);
        using var images = peer.Pools.Images(connect);
        var files = new VmFilesOnHost(peer.Pools, options.OneGate, options.Time);
        files.Remove(connect, step.Vm, given);
        foreach (var moving in disks)
            Make(system, images, moving);
        files.Make(connect, step.Spec, given);
        new NicFilters(peer.Address).Define(connect, step.Spec);
        return null;
    }, stop);

    private void Make(StoragePool system, StoragePool images, MovingDisk moving)
    {
        var (disk, bytes) = moving;
        if (disk.Kind is DiskKind.Persistent)
        {
            PersistentCopies.Expect(images, step.Vm, disk, bytes);
            return;
        }

        var name = VmFiles.Disk(step.Vm, disk.Id);
        if (disk.Kind is DiskKind.Overlay)
        {
            using var image = images.VolumeLookupByName(disk.ImageVolume!);
            Volumes.CreateOverlay(system, name, bytes, image.Path, VolumeFormat.OfImage(disk)).Dispose();
        }
        else
        {
            Volumes.Create(system, name, bytes, VolumeFormat.OfFile(disk)).Dispose();
        }
    }

    internal Task<There> Look() => Run((connect, _) =>
    {
        using var found = peer.Guard.Look(connect, step, olderGoes: true);
        return found.Domain is not { } domain ? There.Nothing : IsArriving(domain) ? There.Arriving : There.Arrived;
    }, CancellationToken.None);

    /// <summary>The guest is there: what it filled is whole.</summary>
    internal Task Take() => Run((connect, _) =>
    {
        using var images = peer.Pools.Images(connect);
        foreach (var disk in PersistentCopies.Of(step.Spec))
            PersistentCopies.Filled(images, disk);
        return true;
    }, CancellationToken.None);

    /// <summary>Removes a domain that was to become the guest and did not.</summary>
    internal Task Clear() => Run((connect, _) =>
    {
        using var found = peer.Guard.Look(connect, step, olderGoes: true);
        if (found.Domain is { } domain && IsArriving(domain))
            DomainGuard.Remove(domain, withNvram: false);
        return true;
    }, CancellationToken.None);

    /// <summary>A host that cannot be reached has ended by itself what was arriving: its libvirtd does when it loses the other side.</summary>
    internal async Task ClearIfReached()
    {
        try
        {
            await Clear().ConfigureAwait(false);
        }
        catch (HostUnreachableException)
        {
            // Looked at again when the step is asked again, and before anything is made there.
        }
    }

    private static bool IsArriving(Domain domain)
    {
        var (state, reason) = domain.GetState();
        return DomainStates.IsArriving(state, reason);
    }

    private Task<T> Run<T>(Func<Connect, CancellationToken, T> act, CancellationToken stop) =>
        peer.Connection.Run($"{step.Kind} of VM {step.Vm}", options.StepDeadline, act, stop);
}
