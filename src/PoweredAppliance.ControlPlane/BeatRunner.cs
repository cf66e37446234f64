using Microsoft.Extensions.Hosting;

namespace PoweredAppliance.ControlPlane;

/// <summary>Looks once a second for what is due, one look after the other, as long as the controller runs.</summary>
internal abstract class BeatRunner(TimeProvider time) : BackgroundService
{
    protected static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    protected TimeProvider Time { get; } = time;

    protected sealed override async Task ExecuteAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Beat, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
                await Look().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>What goes wrong with one VM is caught and told here: the others go on.</summary>
    protected abstract Task Look();
}
