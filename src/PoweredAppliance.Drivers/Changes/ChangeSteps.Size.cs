using System.Globalization;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Changes;

internal sealed partial class ChangeSteps
{
    /// <summary>cpus are plugged (or asked back from the guest), memory is let out of the balloon or taken into it. What can fail comes first.</summary>
    private StepOutcome Resize(Connect connect, HostStep step)
    {
        var (spec, place) = (step.Spec, domains.Place(step));
        OnDomain(connect, step, (domain, flags) =>
        {
            if (!flags.HasFlag(DomainDeviceModifyFlags.Live))
                return; // defined anew at its next start
            var config = flags.HasFlag(DomainDeviceModifyFlags.Config);
            if (domain.GetVcpus(DomainVcpuFlags.Live) != spec.Vcpu)
                domain.SetVcpus((uint)spec.Vcpu, DomainVcpuFlags.Live | (config ? DomainVcpuFlags.Config : 0));
            domain.SetMemory((ulong)spec.MemoryMebibytes * 1024, DomainMemoryModFlags.Live | (config ? DomainMemoryModFlags.Config : 0));
            if (place.CpuShares && LiveOf(domain).Element("cputune")?.Element("shares") is { } shares
                && shares.Value != DomainXml.Shares(spec).ToString(CultureInfo.InvariantCulture))
                domain.SetSchedulerParameters(
                    new TypedParameters().Add(DomainSchedulerKeys.CpuShares, (ulong)DomainXml.Shares(spec)),
                    DomainModificationImpact.Live | (config ? DomainModificationImpact.Config : 0));
        });
        return StepOutcome.Ok();
    }
}
