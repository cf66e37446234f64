using LibvirtSharp;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Watches a long job of a domain, such as a save or a migration, from beside: how far it is, and its abort.</summary>
/// <param name="what">what is told to be done</param>
internal sealed class JobWatch(HostConnection quick, LibvirtDriverOptions options, HostStep step, string what, IProgress<StepProgress> progress)
{
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits for the call that does the job, and meanwhile looks at it and aborts it as soon as that is asked for.</summary>
    internal async Task<T> While<T>(Task<T> call, Func<bool> abort)
    {
        while (await Task.WhenAny(call, Task.Delay(Period, options.Time, CancellationToken.None)).ConfigureAwait(false) != call)
            await Look(abort()).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    /// <summary>Never fails: what is wrong with the host the job itself will say.</summary>
    internal async Task Look(bool abort)
    {
        try
        {
            var stats = await quick.Run($"watch {step.Kind} of VM {step.Vm}", options.CallDeadline, (connect, _) => Ask(connect, abort), CancellationToken.None)
                .ConfigureAwait(false);
            if (stats is { DataTotal: > 0 and var total, DataProcessed: { } done })
                progress.Report(new(step.Vm, what, (int)Math.Min(100, done * 100 / total), (long)done, (long)total));
        }
        catch (Exception why) when (why is LibvirtException or HostUnreachableException)
        {
            progress.Report(new(step.Vm, $"{what} ({why.Message})", -1));
        }
    }

    private DomainJobStats? Ask(Connect connect, bool abort)
    {
        using var domain = connect.FindDomainByUuid(step.Spec.Uuid);
        if (domain is not { IsActive: true })
            return null;
        var stats = domain.GetJobStats();
        if (abort && stats.Type is not DomainJobType.None)
            domain.AbortJob();
        return stats;
    }
}
