using System.Collections.Immutable;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>What the VM is to do at a time, and that it did.</summary>
public sealed partial record VirtualMachine
{
    /// <summary>As <see cref="ScheduleEntry"/> writes them, by ascending ID; an ID is given once.</summary>
    public ImmutableArray<VectorAttribute> Schedule { get; init; } = [];

    public int NextSchedule { get; init; }

    private VectorAttribute? Scheduled(int id) => Schedule.FirstOrDefault(e => ScheduleEntry.IdOf(e) == id);

    private Decision<IEvent> Decide(PutSchedule put, DateTimeOffset now)
    {
        if (put.Id is { } id && Scheduled(id) is null)
            return Decision<IEvent>.No(new(ErrorCode.Internal, $"SCHED_ACTION with id = {id} doesn't exist", ObjectId: Id.Value));
        if (State is VmState.Done)
            return Decision<IEvent>.No(new(ErrorCode.Internal, $"Unable to create Scheduled Action for Virtual Machine {Id}, it's in DONE state", ObjectId: Id.Value));
        var (entry, why) = VmSchedule.Read(put.Given, put.Id ?? NextSchedule, put.Id is { } known ? Scheduled(known) : null, Start);
        return entry is null ? Decision<IEvent>.No(why! with { ObjectId = Id.Value }) : Of(new ScheduleSet(Id, now, entry));
    }

    private Decision<IEvent> Decide(DropSchedule drop, DateTimeOffset now) => Scheduled(drop.Id) is null
        ? Decision<IEvent>.No(Refusal.NotFound("scheduled action", drop.Id))
        : Of(new ScheduleDropped(Id, now, drop.Id));

    /// <summary>The entry's command is decided as anybody's would be; with it goes when the entry is due next.</summary>
    private Decision<IEvent> Decide(RunSchedule run, DateTimeOffset now)
    {
        if (State is VmState.Done || Scheduled(run.Id) is not { } entry || !ScheduleEntry.IsDue(entry, now))
            return Nothing;
        var (command, wrong) = VmSchedule.Command(this, entry);
        var decided = command is null ? null : Decide(command, now);
        return decided is { Refusal: null }
            ? Of([new ScheduleSet(Id, now, ScheduleEntry.Done(entry, now, run.Zone)), .. decided.Events])
            : Failed(entry, wrong ?? decided!.Refusal!.Text, now);
    }

    private Decision<IEvent> Decide(FailSchedule failed, DateTimeOffset now) => Scheduled(failed.Id) is { } entry ? Failed(entry, failed.Why, now) : Nothing;

    private Decision<IEvent> Failed(VectorAttribute entry, string why, DateTimeOffset now) =>
        ScheduleEntry.Failed(entry, now, why) is var said && said.Equals(entry) ? Nothing : Of(new ScheduleSet(Id, now, said));

    private VirtualMachine Apply(ScheduleSet set)
    {
        var id = ScheduleEntry.IdOf(set.Entry);
        return this with
        {
            Schedule = Scheduled(id) is null ? Schedule.Add(set.Entry) : [.. Schedule.Select(e => ScheduleEntry.IdOf(e) == id ? set.Entry : e)],
            NextSchedule = Math.Max(NextSchedule, id + 1),
        };
    }

    private VirtualMachine Apply(ScheduleDropped dropped) => this with { Schedule = [.. Schedule.Where(e => ScheduleEntry.IdOf(e) != dropped.Id)] };
}
