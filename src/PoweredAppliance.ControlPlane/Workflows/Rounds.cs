using System.Runtime.CompilerServices;
using PoweredAppliance.ControlPlane.Inventory;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>What a workflow looks at in one round.</summary>
/// <param name="All">everything; not only what changed</param>
internal readonly record struct Round(bool All, IReadOnlySet<(string Kind, int Id)> Changed)
{
    public bool Has(string kind, int id) => All || Changed.Contains((kind, id));
}

/// <summary>Rounds of a workflow that brings the world to where it is to be: soon after something changed, and of everything now and then.</summary>
internal static class Rounds
{
    /// <param name="gather">changes that come together are looked at together</param>
    /// <param name="every">so often everything is looked at, since time alone may be what is waited for; and when changes were missed</param>
    public static async IAsyncEnumerable<Round> Of(
        Changes changes, TimeSpan gather, TimeSpan every, TimeProvider time, [EnumeratorCancellation] CancellationToken stop)
    {
        using var watch = changes.Subscribe();
        var (changed, all, since) = (new HashSet<(string, int)>(), true, time.GetTimestamp());
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            yield return new(all, changed);
            changed.Clear();
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stop);
            pause.CancelAfter(every);
            try
            {
                await watch.Reader.WaitToReadAsync(pause.Token).ConfigureAwait(false);
                await Task.Delay(gather, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // nothing changed
            }

            while (watch.Reader.TryRead(out var change))
                changed.Add((change.Kind, change.Id));
            all = watch.TakeMissed() || time.GetElapsedTime(since) >= every;
            since = all ? time.GetTimestamp() : since;
        }
    }
}
