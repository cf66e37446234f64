using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// <see cref="VmStep.Migrate"/>: a running guest goes to another host with its local disks. What the step does next is seen from the two hosts
/// alone, so it can be asked again whatever became of an earlier try, of the controller or of a host's libvirtd.
/// <code>
///   runs here ---> its place is made there ---> migration ---> runs there ---> what is left here goes ---> done
///       ^                                           |
///       |              that of an earlier try is waited for
///       |                                           |
///       +---- what is left there goes, it runs on <-+---> it does not run here and the other host is silent: HostUnreachableException
/// </code>
/// </summary>
internal sealed class MigrateStep(HostAddress address, HostPools pools, NicFilters filters, HostConnection quick, HostConnection work, LibvirtDriverOptions options)
{
    private readonly DomainGuard _guard = new(address);

    /// <summary>What the host shows that the guest leaves.</summary>
    private enum Here
    {
        Gone,
        /// <summary>Off, or paused for a reason of its own.</summary>
        Stands,
        Runs,
        /// <summary>A migration is under way.</summary>
        Leaving,
        /// <summary>Paused at the end of a migration that nobody has ended.</summary>
        Stranded,
    }

    private sealed record Seen(Here Here, string Said = "", StepOutcome? Refusal = null);

    internal async Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        if (step.Peer is not { } to)
            return StepOutcome.Fail($"VM {step.Vm}: the step does not say which host it goes to", retriable: false);
        if (step.Spec.Imported)
            return StepOutcome.Fail($"VM {step.Vm} was imported: its disks lie where somebody else put them, and are not moved", retriable: false);
        using var peer = new PeerHost(to, options);
        var target = new MigrationTarget(peer, step, options);
        var watch = new JobWatch(quick, options, step, $"moving to host {to.Name}", progress);
        var began = options.Time.GetTimestamp();
        bool Abort() => step.GivenUp || stop.IsCancellationRequested || options.Time.GetElapsedTime(began) > options.LongDeadline;

        var seen = await WhenStill(step, watch, Abort).ConfigureAwait(false);
        var why = step.GivenUp ? StepOutcome.Fail($"the migration of VM {step.Vm} was given up; its guest runs on host {address.Name}")
            : seen is { Here: Here.Runs, Refusal: null } ? await Move(step, peer, target, watch, progress, Abort, stop).ConfigureAwait(false) : null;
        var outcome = await Settle(step, target, why, watch, Abort).ConfigureAwait(false);
        return outcome.Done || !stop.IsCancellationRequested ? outcome : throw new OperationCanceledException($"the migration was aborted: {outcome.Error}", stop);
    }

    /// <summary>What the host shows when no migration is under way any more: one that is, somebody began before, and it may yet succeed.</summary>
    private async Task<Seen> WhenStill(HostStep step, JobWatch watch, Func<bool> abort)
    {
        while (true)
        {
            var seen = await Look(step).ConfigureAwait(false);
            if (seen.Here is not Here.Leaving)
                return seen;
            await watch.Look(abort()).ConfigureAwait(false);
            await Task.Delay(JobWatch.Period, options.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private Task<Seen> Look(HostStep step) => quick.Run($"look for VM {step.Vm}", options.CallDeadline, (connect, _) =>
    {
        try
        {
            return See(connect, step);
        }
        catch (LibvirtException why) when (why.IsNotFound)
        {
            return new Seen(Here.Gone); // since it was found
        }
    }, CancellationToken.None);

    private Seen See(Connect connect, HostStep step)
    {
        using var found = _guard.Leaving(connect, step);
        if (found.Refusal is not null)
            return new(Here.Stands, Refusal: found.Refusal);
        if (found.Domain is not { } domain)
            return new(Here.Gone);
        var (state, reason) = domain.GetState();
        var said = DomainStates.Reason(state, reason);
        if (domain.IsActive && DomainStates.MigrationOf(domain) is DomainJobOperation.MigrationOut)
            return new(Here.Leaving, said);
        return new(state switch
        {
            DomainState.Running or DomainState.Blocked => Here.Runs,
            DomainState.Paused when (DomainPausedReason)reason is DomainPausedReason.Migration => Here.Stranded,
            _ => Here.Stands,
        }, said);
    }

    /// <summary>Makes the guest's place on the other host and moves it there; returns why it did not go, or null.</summary>
    private async Task<StepOutcome?> Move(
        HostStep step, PeerHost peer, MigrationTarget target, JobWatch watch, IProgress<StepProgress> progress, Func<bool> abort, CancellationToken stop)
    {
        try
        {
            var (home, away) = (await work.Ensure(stop).ConfigureAwait(false), await peer.Connection.Ensure(stop).ConfigureAwait(false));
            var store = new ImageStore(peer.Pools, options.Time);
            foreach (var disk in step.Spec.Disks.Where(MovingDisk.NeedsImage))
                await store.Bring(peer.Connection, options, step.Vm, disk, progress, stop).ConfigureAwait(false);
            var disks = await work.Run(
                $"measure the disks of VM {step.Vm}", options.StepDeadline, (connect, _) => MovingDisk.Of(connect, pools, step, options.Time, stop), stop).ConfigureAwait(false);
            if (await target.Prepare(home, pools, disks, stop).ConfigureAwait(false) is { } refusal)
                return refusal;
            // Overdue, it ends by the watch's abort; the lane's own deadline is for a host that does not answer to that either.
            var moving = work.Run(
                $"{step.Kind} of VM {step.Vm}", options.LongDeadline + options.StepDeadline, (connect, _) => Migrate(connect, away, step, target), CancellationToken.None);
            await watch.While(moving, abort).ConfigureAwait(false);
            return null;
        }
        catch (DomainSpecException why)
        {
            return StepOutcome.Fail(why.Message, retriable: false);
        }
        catch (Exception why) when (why is LibvirtException or HostUnreachableException or HostRefusedException or OperationCanceledException)
        {
            return StepOutcome.Fail($"VM {step.Vm} did not move to host {peer.Address.Name}: {why.Message}");
        }
    }

    private bool Migrate(Connect connect, Connect away, HostStep step, MigrationTarget target)
    {
        using var found = _guard.Leaving(connect, step);
        if (found.Domain is not { } domain)
            throw new HostRefusedException($"VM {step.Vm} has gone from host {address.Name}");
        string Moved(DomainXmlFlags picture) => DomainMove.To(
            target.Place, step.Spec, DomainMetadata.Parse(domain.GetXmlDesc(picture | DomainXmlFlags.Migratable | DomainXmlFlags.Secure))).ToString();
        var settings = new TypedParameters { { MigrateKeys.DestXml, Moved(0) }, { MigrateKeys.PersistXml, Moved(DomainXmlFlags.Inactive) } };
        if (target.Uri is { } uri)
            settings.Add(MigrateKeys.Uri, uri);
        const DomainMigrateFlags flags = DomainMigrateFlags.Live | DomainMigrateFlags.PersistDest | DomainMigrateFlags.UndefineSource
            | DomainMigrateFlags.NonSharedInc | DomainMigrateFlags.AutoConverge | DomainMigrateFlags.AbortOnError;
        if (options.PeerToPeer)
            domain.MigrateToUri3(step.Peer!.Uri, settings, flags | DomainMigrateFlags.Peer2peer);
        else
            domain.Migrate3(away, settings, flags).Dispose();
        return true;
    }

    /// <summary>Brings both hosts to one picture: the guest is there and nothing of it is here, or the other way round.</summary>
    /// <param name="why">why it did not go, as far as that is known</param>
    private async Task<StepOutcome> Settle(HostStep step, MigrationTarget target, StepOutcome? why, JobWatch watch, Func<bool> abort)
    {
        var here = await WhenStill(step, watch, abort).ConfigureAwait(false);
        if (here.Refusal is { } refusal)
            return refusal;
        var stays = why ?? StepOutcome.Fail($"the migration of VM {step.Vm} ended before it was on host {step.Peer!.Name}");
        if (here.Here is Here.Runs)
        {
            await target.ClearIfReached().ConfigureAwait(false);
            return stays;
        }

        var there = await target.Look().ConfigureAwait(false);
        if (there is MigrationTarget.There.Arrived || (there is MigrationTarget.There.Arriving && here.Here is Here.Gone))
        {
            await target.Take().ConfigureAwait(false);
            await OnLeft(step, domain => DomainGuard.Remove(domain, withNvram: false)).ConfigureAwait(false);
            await quick.Run($"end the migration of VM {step.Vm}", options.CallDeadline, (connect, _) =>
            {
                filters.Remove(connect, step.Vm);
                return true;
            }, CancellationToken.None).ConfigureAwait(false);
            return StepOutcome.Ok(VmFiles.Domain(step.Vm));
        }

        await target.Clear().ConfigureAwait(false);
        if (here.Here is not Here.Stranded)
            return why ?? StepOutcome.Fail($"VM {step.Vm} does not run on host {address.Name}{(here.Here is Here.Gone ? "" : $" ({here.Said})")}, and not on host {step.Peer!.Name}");
        await OnLeft(step, domain => DomainSteps.Continue(domain)).ConfigureAwait(false);
        return stays;
    }

    /// <summary>Does it to what is left here of the VM's domain; nothing where nothing is left.</summary>
    private Task OnLeft(HostStep step, Action<Domain> act) => quick.Run($"end the migration of VM {step.Vm}", options.CallDeadline, (connect, _) =>
    {
        try
        {
            using var found = _guard.Leaving(connect, step);
            if (found.Domain is { } domain)
                act(domain);
        }
        catch (LibvirtException why) when (why.IsNotFound)
        {
            // libvirt has ended it in between.
        }

        return true;
    }, CancellationToken.None);
}
