using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>Makes a VM for somebody, with his rights and limits, from a template.</summary>
/// <param name="Extra">put over the template</param>
public delegate Task<Answer> MakeVmFor(Caller Owner, int Template, string Name, Template Extra);

/// <summary>
/// Brings services of OneFlow to where they are to be: looks at each when something changed, stores what it sees, and does what that
/// asks for. All that it knows lies in the services' documents and in the VMs, so a new controller goes on where the last one fell.
/// Each service is attended to by itself, its changes one after another: one that has to wait for its VMs keeps no other waiting.
/// </summary>
public sealed class FlowRuns(Cloud cloud, MakeVmFor make, ControlPlaneSettings settings, TimeProvider time, ILogger<FlowRuns> log)
{
    /// <summary>Changes gather for so long before they are looked at.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    private readonly ConditionalWeakTable<PooledObject, StrongBox<Flow?>> _read = [];

    /// <summary>By service; touched by <see cref="Run"/> alone.</summary>
    private readonly Dictionary<int, Attendance> _attended = [];

    /// <summary>VMs of its owner, and those that say that they are the service's: whoever writes another's VM into the document gets no hold of it.</summary>
    public FlowSight SightOf(Flow flow) => new(
        id => cloud.Inventory.Vms.Find(new(id)) is { } vm && (vm.Owner.User == flow.Owner.User || vm.UserTemplate[Flow.FlowOfVm] == $"{flow.Id}") ? vm : null,
        Measured);

    /// <summary>The service in a document; null: it holds none.</summary>
    public Flow? Of(PooledObject document) => _read.GetValue(document, static d => new(Flow.Of(d))).Value;

    public async Task Run(CancellationToken stop)
    {
        try
        {
            await foreach (var round in Rounds.Of(cloud.Inventory.Changes, Gather, settings.ReadEvery, time, stop).ConfigureAwait(false))
            {
                foreach (var document in cloud.Inventory.All(PoolKind.Document).Values.Where(Flow.IsOne))
                    if (Concerns(round, document))
                        Ask(document.Id, stop);
                foreach (var (id, attendance) in _attended.ToList())
                    if (round.All && attendance.Done.IsCompleted && cloud.Inventory.Find(PoolKind.Document, id) is null)
                        _attended.Remove(id);
            }
        }
        finally
        {
            await Task.WhenAll(_attended.Values.Select(a => a.Done)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool Concerns(Round round, PooledObject document) => round.Has("document", document.Id)
        || (Of(document) is { } flow && flow.Roles.Any(r => r.Nodes.Any(n => round.Has("vm", n.Vm))));

    /// <summary>The service is looked at, after the look that is under way where there is one.</summary>
    private void Ask(int id, CancellationToken stop)
    {
        if (!_attended.TryGetValue(id, out var attendance))
            _attended[id] = attendance = new();
        if (attendance.Ask())
            attendance.Done = Attend(id, attendance, stop);
    }

    private async Task Attend(int id, Attendance attendance, CancellationToken stop)
    {
        int asked;
        do
        {
            asked = attendance.Asked;
            try
            {
                if (Now(id) is { } flow && (flow.State is not FlowState.Done || flow.IsErasing))
                    await Attend(flow, attendance, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                attendance.IsSearched = false; // what was asked for may still be done
                log.LogError(e, "service {Service} could not be attended to; it is looked at again", id);
            }
        }
        while (!attendance.Rests(asked));
    }

    private async Task Attend(Flow flow, Attendance attendance, CancellationToken stop)
    {
        if (!attendance.IsSearched)
        {
            await Find(flow).ConfigureAwait(false);
            attendance.IsSearched = true;
        }

        var (sight, at) = (SightOf(flow), time.GetUtcNow());
        if (Now(flow.Id) is { } now && now.Body() != FlowCourse.Look(now, sight, at).Body())
            await Store(new FlowChanges.Look(flow.Id, sight, at)).ConfigureAwait(false);
        if (Now(flow.Id) is not { } stored)
            return;
        foreach (var work in FlowCourse.Work(stored, sight).ToList())
        {
            stop.ThrowIfCancellationRequested();
            await Do(stored, work).ConfigureAwait(false);
        }
    }

    private async Task Do(Flow flow, FlowWork work)
    {
        var answer = work switch
        {
            FlowWork.Make asked => await Make(flow, asked).ConfigureAwait(false),
            FlowWork.End end => await cloud.Vm(new VmProtocol.Act(end.Vm, end.Action, flow.Owner)).ConfigureAwait(false),
            FlowWork.Delete delete => await cloud.Vm(new VmProtocol.Recover(delete.Vm, RecoverOperation.Delete, flow.Owner)).ConfigureAwait(false),
            FlowWork.Retry retry => await cloud.Vm(new VmProtocol.Recover(retry.Vm, RecoverOperation.Retry, flow.Owner)).ConfigureAwait(false),
            FlowWork.Erase => await cloud.Pool(new PoolProtocol.Delete(PoolKind.Document, flow.Id)).ConfigureAwait(false),
            _ => throw new ArgumentOutOfRangeException(nameof(work), work, "work that this version has never heard of"),
        };
        if (answer.Refusal is { } why)
            log.LogInformation("service {Service}: {Work} was refused: {Why}", flow.Id, work, why.Text);
    }

    private async Task<Answer> Make(Flow flow, FlowWork.Make asked)
    {
        var (extra, why) = FlowVms.Extra(flow, asked.Role, asked.Number, cloud.Inventory.Find(PoolKind.Template, asked.Role.Template)?.Template);
        var made = why is null
            ? await make(flow.Owner, asked.Role.Template, FlowVms.Name(flow, asked.Role, asked.Number), extra!).ConfigureAwait(false)
            : why;
        PoolProtocol.Change told = made.Refusal is { } refused
            ? new FlowChanges.NotMade(flow.Id, asked.Role.Name, refused.Text, time.GetUtcNow())
            : new FlowChanges.Made(flow.Id, asked.Role.Name, asked.Number, made.Id);
        await Store(told).ConfigureAwait(false);
        return made;
    }

    /// <summary>VMs that were made for the service by a controller that died before it could write them down.</summary>
    private async Task Find(Flow flow)
    {
        foreach (var vm in cloud.Inventory.Vms.Living())
            if (vm.UserTemplate[Flow.FlowOfVm] == $"{flow.Id}" && vm.Owner.User == flow.Owner.User && vm.Start >= flow.Start && !flow.Has(vm.Id.Value)
                && flow.Role(vm.UserTemplate[Flow.RoleOfVm] ?? "") is { } role
                && int.TryParse(vm.UserTemplate[Flow.NumberOfVm], out var number) && number < role.NextNumber)
                await Store(new FlowChanges.Made(flow.Id, role.Name, number, vm.Id.Value)).ConfigureAwait(false);
    }

    private Flow? Now(int id) => cloud.Inventory.Find(PoolKind.Document, id) is { } document ? Of(document) : null;

    private async Task<bool> Store(PoolProtocol.Change change) => (await cloud.Pool(change).ConfigureAwait(false)).Refusal is null;

    private string? Measured(VirtualMachine vm, string name)
    {
        if (cloud.Inventory.Reading(vm.Id) is not { } reading)
            return null;
        var domain = reading.Domain;
        return FormattableString.Invariant($"{name switch
        {
            "CPU" => reading.CpuPercent,
            "MEMORY" => domain.MemoryRssKibibytes,
            "NETRX" => (decimal?)domain.NetReceivedBytes,
            "NETTX" => (decimal?)domain.NetSentBytes,
            "DISKRDBYTES" => (decimal?)domain.DiskReadBytes,
            "DISKWRBYTES" => (decimal?)domain.DiskWrittenBytes,
            "DISKRDIOPS" => (decimal?)domain.DiskReads,
            "DISKWRIOPS" => (decimal?)domain.DiskWrites,
            _ => null,
        }}") is { Length: > 0 } text ? text : null;
    }

    /// <summary>One service's turn: whoever asks while it is looked at makes it be looked at once more.</summary>
    private sealed class Attendance
    {
        private int _asked;

        /// <summary>Its VMs are all known to be among its nodes: no earlier controller made one that it could not write down.</summary>
        public bool IsSearched { get; set; }

        /// <summary>The look that is under way or was the last.</summary>
        public Task Done { get; set; } = Task.CompletedTask;

        /// <summary>How often somebody has asked since it came to rest.</summary>
        public int Asked => Volatile.Read(ref _asked);

        /// <summary>True: nobody is looking, and who asked has to.</summary>
        public bool Ask() => Interlocked.Increment(ref _asked) == 1;

        /// <param name="asked"><see cref="Asked"/> before the look</param>
        /// <returns>false: somebody asked during it</returns>
        public bool Rests(int asked) => Interlocked.CompareExchange(ref _asked, 0, asked) == asked;
    }
}
