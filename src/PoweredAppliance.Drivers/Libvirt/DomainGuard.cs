using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// Finds a VM's domain and keeps the generations in order: a domain of a newer one refuses the step; one of an older one
/// is a copy that must not be, and goes before anything is made.
/// </summary>
internal sealed class DomainGuard(HostAddress address)
{
    /// <summary>What stands where the VM's domain would: nothing, the VM's own, or a reason not to go on.</summary>
    internal readonly record struct Found(Domain? Domain, StepOutcome? Refusal, bool IsForeign = false) : IDisposable
    {
        public void Dispose() => Domain?.Dispose();
    }

    /// <param name="olderGoes">false: an older domain refuses the step, which is meant for a guest that does not run here</param>
    internal Found Look(Connect connect, HostStep step, bool olderGoes)
    {
        if (Find(connect, step) is not { } domain)
            return default;
        if (Refusal(domain, step, out var generation) is { } refusal)
            return refusal;
        if (generation == step.Generation)
            return new(domain, null);
        if (!olderGoes)
            return Refuse(domain, $"host {address.Name} has only generation {generation} of VM {step.Vm}; {step.Kind} is for {step.Generation}");
        if (step.Spec.Imported)
            return Refuse(domain, $"host {address.Name} has only generation {generation} of VM {step.Vm}, whose domain was imported and is not made anew");
        using (domain)
            Remove(domain, withNvram: false);
        return default;
    }

    /// <summary>The domain of a VM that leaves this host: of an older generation than the step, and it stays as it is.</summary>
    internal Found Leaving(Connect connect, HostStep step) =>
        Find(connect, step) is { } domain ? Refusal(domain, step, out _) ?? new(domain, null) : default;

    /// <summary>Why nothing can be done to a domain that stands where the VM's would; null: it is the VM's, and no newer than the step.</summary>
    private Found? Refusal(Domain domain, HostStep step, out int generation)
    {
        var stamp = DomainMetadata.Of(DomainMetadata.Parse(domain.GetXmlDesc()));
        generation = stamp?.Generation ?? 0;
        if (stamp is null || stamp.Deployment != address.Deployment || stamp.Vm != step.Vm)
        {
            var owner = stamp is null ? "nobody's that is known here" : $"VM {stamp.Vm} of deployment {stamp.Deployment}";
            return Refuse(domain, $"host {address.Name} has a domain {domain.Name} ({domain.Uuid}) that is {owner}", foreign: true);
        }
        return generation > step.Generation
            ? Refuse(domain, $"host {address.Name} has generation {generation} of VM {step.Vm}; {step.Kind} is for {step.Generation}")
            : null;
    }

    /// <summary>What stands where the VM's domain would, whosever it is.</summary>
    internal static Domain? Find(Connect connect, HostStep step) =>
        (step.Spec.Imported ? null : connect.FindDomainByName(VmFiles.Domain(step.Vm))) ?? connect.FindDomainByUuid(step.Spec.Uuid);

    private static Found Refuse(Domain domain, string why, bool foreign = false)
    {
        domain.Dispose();
        return new(null, StepOutcome.Fail(why, retriable: false), foreign);
    }

    /// <summary>Pulls the plug; nothing happens when it is off.</summary>
    internal static void Destroy(Domain domain)
    {
        try
        {
            if (domain.IsActive)
                domain.Destroy();
        }
        catch (LibvirtException why) when (why.IsNotFound || (why.Code is ErrorNumber.OperationInvalid && !IsThere(domain, d => d.IsActive)))
        {
            // It went by itself in between.
        }
    }

    /// <summary>Destroys and undefines, with all that libvirt keeps about the domain.</summary>
    internal static void Remove(Domain domain, bool withNvram)
    {
        Destroy(domain);
        if (!IsThere(domain, d => d.IsPersistent))
            return; // a transient one went with its guest
        var flags = DomainUndefineFlags.ManagedSave | DomainUndefineFlags.SnapshotsMetadata | DomainUndefineFlags.CheckpointsMetadata;
        if (domain.Connect.Type is not "TEST") // libvirt's test driver knows no NVRAM
            flags |= withNvram ? DomainUndefineFlags.Nvram : DomainUndefineFlags.KeepNvram;
        try
        {
            domain.Undefine(flags);
        }
        catch (LibvirtException why) when (why.IsNotFound)
        {
            // Undefined by somebody else in between.
        }
    }

    private static bool IsThere(Domain domain, Func<Domain, bool> ask)
    {
        try
        {
            return ask(domain);
        }
        catch (LibvirtException why) when (why.IsNotFound)
        {
            return false;
        }
    }
}
