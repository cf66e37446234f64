using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Watches a save from beside: how far it is, and its abort.</summary>
internal sealed class SaveWatch(HostConnection quick, LibvirtDriverOptions options, HostStep step, IProgress<StepProgress> progress)
{
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Never fails: what is wrong with the host the save itself will say.</summary>
    internal async Task Look(bool abort)
    {
        try
        {
            var stats = await quick.Run($"watch the save of VM {step.Vm}", options.CallDeadline, (connect, _) => Ask(connect, abort), CancellationToken.None)
                .ConfigureAwait(false);
            if (stats is { DataTotal: > 0 and var total, DataProcessed: { } done })
                progress.Report(new(step.Vm, "saving memory", (int)Math.Min(100, done * 100 / total), (long)done, (long)total));
        }
        catch (Exception why) when (why is LibvirtException or HostUnreachableException)
        {
            progress.Report(new(step.Vm, $"saving memory ({why.Message})", -1));
        }
    }

    private DomainJobStats? Ask(Connect connect, bool abort)
    {
        using var domain = connect.FindDomainByName(VmFiles.Domain(step.Vm));
        if (domain is not { IsActive: true })
            return null;
        var stats = domain.GetJobStats();
        if (abort && stats.Type is not DomainJobType.None)
            domain.AbortJob();
        return stats;
    }
}
