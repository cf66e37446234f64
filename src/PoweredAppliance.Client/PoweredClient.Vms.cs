using System.Runtime.CompilerServices;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

public sealed partial class PoweredClient
{
    /// <param name="name">Only those that are called exactly so.</param>
    /// <param name="state">Only those whose state or lcmState is this word.</param>
    public Task<IReadOnlyList<Vm>> ListVms(
        string? name = null,
        string? state = null,
        int? host = null,
        bool done = false,
        int? after = null,
        int? limit = null,
        CancellationToken stop = default) =>
        Get(
            Query(
                Routes.Vms,
                ("name", name),
                ("state", state),
                ("host", host),
                ("done", done ? "true" : null),
                ("after", after),
                ("limit", limit)),
            Json.IReadOnlyListVm,
            stop);

    public Task<Vm> GetVm(int id, CancellationToken stop = default) => Get(At(Routes.Vm, id), Json.Vm, stop);

    public Task<IReadOnlyList<Vm>> CreateVms(VmCreate wish, CancellationToken stop = default) =>
        Post(Routes.Vms, Body(wish, Json.VmCreate), Json.IReadOnlyListVm, stop);

    /// <param name="action">One of <see cref="VmActions.All"/>.</param>
    public Task<Vm> Act(int id, string action, CancellationToken stop = default) =>
        Post(
            At(Routes.VmAction, id).Replace("{action}", Uri.EscapeDataString(action), StringComparison.Ordinal),
            body: null,
            Json.Vm,
            stop);

    /// <param name="operation">One of <see cref="VmActions.Recoveries"/>.</param>
    public Task<Vm> Recover(int id, string operation, CancellationToken stop = default) =>
        Post(Query(At(Routes.VmRecover, id), ("operation", operation)), body: null, Json.Vm, stop);

    /// <param name="host">Id or name.</param>
    /// <param name="way">One of <see cref="VmActions.MigrationWays"/>.</param>
    public Task<Vm> Migrate(int id, string host, string way, CancellationToken stop = default) =>
        Post(Query(At(Routes.VmMigrate, id), ("host", host), ("way", way)), body: null, Json.Vm, stop);

    /// <summary>Why it is where it is, or nowhere; places nothing.</summary>
    public Task<VmWhy> WhyVm(int id, CancellationToken stop = default) => Get(At(Routes.VmWhy, id), Json.VmWhy, stop);

    public Task<IReadOnlyList<VmEvent>> ListVmEvents(
        int id, long? after = null, int? limit = null, CancellationToken stop = default) =>
        Get(Query(At(Routes.VmEvents, id), ("after", after), ("limit", limit)), Json.IReadOnlyListVmEvent, stop);

    /// <summary>
    /// What the serial console has said, in pieces as they arrive; with <paramref name="follow"/>, until stopped.
    /// </summary>
    /// <param name="tail">Only the last so many lines of what is there; null: all.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadVmLog(
        int id, int? tail = null, bool follow = false, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var path = Query(At(Routes.VmLog, id), ("tail", tail), ("follow", follow ? "true" : null));
        using var alarm = Alarm(stop);
        using var reply = await Send(HttpMethod.Get, path, body: null, alarm, stop).ConfigureAwait(false);
        var stream = await reply.Content.ReadAsStreamAsync(alarm.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[16384];
            while (true)
            {
                // a guest may rightly say nothing for days
                alarm.CancelAfter(follow ? Timeout.InfiniteTimeSpan : _options.Deadline);
                var got = await Guard(
                    path,
                    alarm,
                    stop,
                    () => stream.ReadAsync(buffer, alarm.Token).AsTask()).ConfigureAwait(false);
                if (got == 0)
                    yield break;
                yield return buffer.AsMemory(0, got);
            }
        }
    }
}
