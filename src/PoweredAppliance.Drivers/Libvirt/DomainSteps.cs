using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>The steps that are one short piece of blocking work on a host. They throw <see cref="LibvirtException"/> when libvirt refuses.</summary>
internal sealed class DomainSteps(
    HostAddress address, HostPools pools, VmFilesOnHost files, DomainGuard guard, NicFilters filters, HostObserver observer, LibvirtDriverOptions options)
{
    /// <summary>Turns false when the host turned out to have no cpu control group.</summary>
    private volatile bool _cpuShares = true;

    internal DomainPlace Place(HostStep step) =>
        new(address.Deployment, step.Generation, pools.SystemPath, pools.ImagesPath, options.UseKvm, _cpuShares);

    internal StepOutcome Boot(Connect connect, HostStep step, CancellationToken stop)
    {
        using (var found = guard.Look(connect, step, olderGoes: true))
        {
            if (found.Refusal is { } refusal)
                return refusal;
            if (found.Domain is { IsActive: true } running)
                return Continue(running);
            if (step.Spec.Imported)
                return Start(found.Domain, step);
        }
        // It may have been changed since the prolog made it.
        if (step.Spec.Context is not null)
            files.MakeContext(connect, step.Spec, stop);
        using var domain = Define(connect, step);
        try
        {
            domain.Create(connect.Type is "TEST" ? 0 : DomainCreateFlags.StartForceBoot);
        }
        catch (LibvirtException why) when (why.Message.Contains("CPU tuning is not available", StringComparison.OrdinalIgnoreCase) && _cpuShares)
        {
            _cpuShares = false;
            using var plain = Define(connect, step);
            plain.Create(DomainCreateFlags.StartForceBoot);
        }
        // The guest goes its own way from here: memory of before no longer fits its disks.
        files.RemoveCheckpoint(connect, step.Vm, stop);
        return StepOutcome.Ok(domain.Name);
    }

    /// <summary>An adopted domain is started as it was defined.</summary>
    private StepOutcome Start(Domain? adopted, HostStep step)
    {
        if (adopted is null)
            return StepOutcome.Fail($"host {address.Name} has no domain {step.Spec.Uuid} any more, which VM {step.Vm} was imported from", retriable: false);
        adopted.Create(0);
        return StepOutcome.Ok(adopted.Name);
    }

    /// <summary>Stamps a domain of somebody else's, in its definition and, where it runs, in the live one.</summary>
    internal StepOutcome Adopt(Connect connect, HostStep step)
    {
        using var domain = connect.FindDomainByUuid(step.Spec.Uuid);
        if (domain is null)
            return StepOutcome.Fail($"host {address.Name} has no domain {step.Spec.Uuid}", retriable: false);
        if (DomainMetadata.Of(DomainMetadata.Parse(domain.GetXmlDesc())) is { } stamp
            && (stamp.Deployment != address.Deployment || stamp.Vm != step.Vm || stamp.Generation > step.Generation))
            return StepOutcome.Fail(
                $"domain {domain.Name} on host {address.Name} is VM {stamp.Vm} (generation {stamp.Generation}) of deployment {stamp.Deployment}", retriable: false);
        var where = (domain.IsActive ? DomainModificationImpact.Live : 0) | (domain.IsPersistent ? DomainModificationImpact.Config : 0);
        var ours = new DomainMetadata(step.Vm, step.Generation, address.Deployment).ToBareXml();
        domain.SetMetadata(DomainMetadataType.Element, ours.ToString(), DomainMetadata.Prefix, DomainMetadata.Namespace, where);
        observer.Adopted(domain.Uuid, step.Vm);
        return StepOutcome.Ok(domain.Name);
    }

    /// <summary>Defines the domain, or brings its definition up to date.</summary>
    internal Domain Define(Connect connect, HostStep step)
    {
        files.RefuseHalf(connect, step.Vm);
        var xml = DomainXml.Of(step.Spec, Place(step));
        try
        {
            filters.Define(connect, step.Spec);
            var domain = connect.DefineXml(xml);
            observer.Knows(domain.Uuid, step.Vm);
            return domain;
        }
        catch (LibvirtException why) when (why.Code is ErrorNumber.XmlError or ErrorNumber.XmlDetail or ErrorNumber.XmlInvalidSchema
            or ErrorNumber.ConfigUnsupported or ErrorNumber.InvalidArg)
        {
            throw new DomainSpecException($"host {address.Name} does not take the domain: {why.Message}", why);
        }
    }

    /// <summary>Lets a paused guest run on.</summary>
    internal static StepOutcome Continue(Domain domain)
    {
        var (state, reason) = domain.GetState();
        if (state is DomainState.Paused)
            domain.Resume();
        else if (state is DomainState.Pmsuspended)
            domain.PmWakeup();
        else if (state is DomainState.Crashed)
            return StepOutcome.Fail($"the guest has crashed ({DomainStates.Reason(state, reason)})");
        return StepOutcome.Ok(domain.Name);
    }

    internal StepOutcome ShutdownHard(Connect connect, HostStep step)
    {
        using var found = guard.Look(connect, step, olderGoes: true);
        if (found.Domain is { } domain)
            DomainGuard.Destroy(domain);
        return found.Refusal ?? StepOutcome.Ok();
    }

    internal StepOutcome Reboot(Connect connect, HostStep step) =>
        // Named, so that it never waits for an agent that is not there (yet).
        WhileRunning(connect, step, d => d.Reboot(connect.Type is "TEST" ? 0 : DomainRebootFlags.AcpiPowerBtn));

    internal StepOutcome Reset(Connect connect, HostStep step) => WhileRunning(connect, step, d => d.Reset());

    private StepOutcome WhileRunning(Connect connect, HostStep step, Action<Domain> act)
    {
        using var found = guard.Look(connect, step, olderGoes: false);
        if (found.Refusal is { } refusal)
            return refusal;
        if (found.Domain is not { IsActive: true } domain)
            return StepOutcome.Fail($"VM {step.Vm} does not run on host {address.Name}");
        act(domain);
        return StepOutcome.Ok(domain.Name);
    }

    internal StepOutcome Undefine(Connect connect, HostStep step)
    {
        using var found = guard.Look(connect, step, olderGoes: true);
        if (found.Domain is { } domain)
        {
            if (!domain.IsActive && connect.Type is not "TEST")
                DropSnapshots(domain);
            DomainGuard.Remove(domain, withNvram: false);
        }

        if (found.Refusal is null)
            filters.Remove(connect, step.Vm);
        return found.Refusal ?? StepOutcome.Ok();
    }

    /// <summary>Nobody could go back to them without their domain, and they take room in the disks.</summary>
    private static void DropSnapshots(Domain domain)
    {
        foreach (var snapshot in domain.ListAllSnapshots())
        {
            using (snapshot)
                snapshot.Delete();
        }
    }

    /// <summary>
    /// A domain of that name which is not ours stays; the files in our own pool are ours whatever it is. What persistent disks hold goes
    /// home when no guest writes to them any more and before anything of the VM is removed; of a VM that is elsewhere it goes as it is.
    /// </summary>
    internal StepOutcome Cleanup(Connect connect, HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        using (var found = guard.Look(connect, step, olderGoes: true))
        {
            if (found.Refusal is { } refusal && !found.IsForeign)
                return refusal;
            if (found.Domain is { } domain)
                DomainGuard.Remove(domain, withNvram: !step.Spec.Imported);
        }
        using (var images = pools.Images(connect))
            foreach (var disk in PersistentCopies.Of(step.Spec))
            {
                if (step.Superseded)
                    PersistentCopies.Drop(images, step.Vm, disk);
                else
                    PersistentCopies.BringHome(images, step.Vm, disk, progress, stop);
            }

        filters.Remove(connect, step.Vm);
        files.Remove(connect, step.Vm, stop);
        return StepOutcome.Ok();
    }
}
