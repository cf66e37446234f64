using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Changes;

internal sealed partial class ChangeSteps
{
    private const int MostTrayTries = 10;
    private static readonly TimeSpan BetweenTrayTries = TimeSpan.FromMilliseconds(300);

    private StepOutcome AttachNic(Connect connect, HostStep step, NicSpec nic, CancellationToken stop)
    {
        filters.Define(connect, step.Spec);
        OnDomain(connect, step, (domain, flags) =>
        {
            if (Where(domain, flags, d => NicIn(d, nic.Mac) is null) is var lacking and not 0)
                domain.AttachDevice(DomainDevices.Nic(step.Spec, domains.Place(step), nic), lacking);
        });
        TellContext(connect, step, stop);
        return StepOutcome.Ok();
    }

    private async Task<StepOutcome> DetachNic(HostStep step, NicSpec nic, CancellationToken stop) =>
        await Unplug(step, d => NicIn(d, nic.Mac), $"NIC {nic.Id}", stop).ConfigureAwait(false)
        ?? await Short(step, (connect, given) =>
        {
            filters.Remove(connect, step.Vm, nic.Id);
            TellContext(connect, step, given);
            return StepOutcome.Ok();
        }, stop).ConfigureAwait(false);

    private StepOutcome UpdateNic(Connect connect, HostStep step, NicSpec nic)
    {
        filters.Define(connect, step.Spec);
        Update(connect, step, nic, _ => true);
        return StepOutcome.Ok();
    }

    /// <summary>
    /// <see cref="VmStep.Filter"/>: libvirt puts a filter that is changed on all interfaces that refer to it; an interface is changed itself
    /// only where it gets its first filter or loses the one it had.
    /// </summary>
    internal Task<StepOutcome> Filter(HostStep step, CancellationToken stop) => Short(step, (connect, _) =>
    {
        using (var found = guard.Look(connect, step, olderGoes: false))
            if (found is not { Refusal: null, Domain.IsActive: true })
                return found.Refusal ?? StepOutcome.Fail(NotRunning(step));
        filters.Define(connect, step.Spec);
        foreach (var nic in step.Spec.Nics)
        {
            Update(connect, step, nic, there => (there.Element("filterref") is not null) != nic.Filter is not null);
            if (nic.Filter is null)
                filters.Remove(connect, step.Vm, nic.Id);
        }

        return StepOutcome.Ok();
    }, stop);

    /// <summary>The interface as its NIC is now, where the one that is there asks for it.</summary>
    private void Update(Connect connect, HostStep step, NicSpec nic, Predicate<XElement> asks) => OnDomain(connect, step, (domain, flags) =>
    {
        if (Where(domain, flags, d => NicIn(d, nic.Mac) is { } there && asks(there)) is var stale and not 0)
            domain.UpdateDevice(DomainDevices.Nic(step.Spec, domains.Place(step), nic), stale);
    });

    /// <summary>
    /// CONTEXT has the variables of the NICs: its file is made anew and the guest's CD changed, which tells a guest with OpenNebula's
    /// context packages to read it again.
    /// </summary>
    private void TellContext(Connect connect, HostStep step, CancellationToken stop)
    {
        if (step.Spec.Context is null || step.Spec.Imported)
            return;
        files.MakeContext(connect, step.Spec, stop);
        OnDomain(connect, step, (domain, flags) =>
        {
            var file = domains.Place(step).ContextOf(step.Vm);
            if (!flags.HasFlag(DomainDeviceModifyFlags.Live) || DiskIn(LiveOf(domain), file) is not { } disc || disc.Attribute("device")?.Value is not "cdrom")
                return;
            var empty = new XElement(disc);
            empty.Element("source")!.Remove();
            ChangeMedium(domain, empty, stop);
            ChangeMedium(domain, disc, stop);
        });
    }

    /// <summary>A guest that looks at its drive closes the tray that was just opened for the change, so it is opened again.</summary>
    private static void ChangeMedium(Domain domain, XElement drive, CancellationToken stop)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                domain.UpdateDevice(drive.ToString(), DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Force);
                return;
            }
            catch (LibvirtException e) when (tries < MostTrayTries && e.Message.Contains("Tray", StringComparison.Ordinal))
            {
                stop.WaitHandle.WaitOne(BetweenTrayTries);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private static XElement? NicIn(XElement domain, string mac) => domain.Element("devices")?.Elements("interface")
        .FirstOrDefault(i => string.Equals(i.Element("mac")?.Attribute("address")?.Value, mac, StringComparison.OrdinalIgnoreCase));
}
