using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>Adds a role of a VM group (no <paramref name="Role"/>), changes one, or takes one away (nothing <paramref name="Given"/>).</summary>
public sealed record ChangeRole(int Id, int? Role, VectorAttribute? Given) : PoolProtocol.Change(PoolKind.VmGroup, Id)
{
    public override (PooledObject? Next, Refusal? Why) Of(PooledObject group, ObjectPool pool) =>
        KindRules.With(group, VmGroupRoles.Change(group.Template, Id, Role, Given));
}

/// <summary>Adds a scheduled action of a backup job, changes one, or takes one away, as <see cref="ChangeRole"/> does.</summary>
public sealed record ChangeSchedule(int Id, int? Action, VectorAttribute? Given) : PoolProtocol.Change(PoolKind.BackupJob, Id)
{
    public override (PooledObject? Next, Refusal? Why) Of(PooledObject job, ObjectPool pool) =>
        KindRules.With(job, BackupJobRules.Change(job.Template, Action, Given));

    public override int Answer(PooledObject next) => Action ?? ScheduleEntry.IdOf(next.Template.Vectors(ScheduleEntry.Name).Last());
}
