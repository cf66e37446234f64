using System.Globalization;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.backupjob.*: the records of jobs and their schedules. Nothing is backed up by this version, so backup, cancel and retry have no handler.</summary>
internal sealed class BackupJobMethods(PoolMethods shared, PoolOperations pools) : IMethods
{
    private const string PriorityFact = "PRIORITY";

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.backupjob.allocate"] = Allocate,
        ["one.backupjob.priority"] = Priority,
        ["one.backupjob.schedadd"] = c => Schedule(c, 2, null),
        ["one.backupjob.schedupdate"] = c => Schedule(c, 3, c.Int(2)),
        ["one.backupjob.scheddelete"] = c => Reply.Of(pools.Change(c.Who, new ChangeSchedule(c.Id, c.Int(2), null))),
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        var priority = BackupJobRules.DefaultPriority;
        if (template![PriorityFact] is { Length: > 0 } given)
        {
            if (!int.TryParse(given, CultureInfo.InvariantCulture, out priority) || priority is < 0 or > BackupJobRules.MostPriority)
                return Task.FromResult<Reply>(Refusal.Bad(PriorityFact, given, "Wrong priority value"));
            if (priority > BackupJobRules.DefaultPriority && !call.Who.IsAdmin)
                return Task.FromResult<Reply>(new Refusal(
                    ErrorCode.Authorization, $"User [{call.Who.User}] : A priority above {BackupJobRules.DefaultPriority} is the administrators'.", PriorityFact, given));
        }

        return Reply.Of(pools.Allocate(
            call.Who, PoolKind.BackupJob, template["NAME"] ?? "", template.Without(PriorityFact), [new(PriorityFact, Permitted.Text(priority))]));
    }

    private Task<Reply> Priority(Call call) => call.Int(2) is < 0 or > BackupJobRules.MostPriority
        ? Task.FromResult<Reply>(new Refusal(ErrorCode.Action, "Wrong priority value", "priority", Permitted.Text(call.Int(2)), call.Id))
        : Reply.Of(pools.SetFact(
            call.Who, PoolKind.BackupJob, call.Id, call.Int(2) > BackupJobRules.MostOfUsers ? Rights.Admin : Rights.Manage, PriorityFact, Permitted.Text(call.Int(2))));

    private Task<Reply> Schedule(Call call, int parameter, int? action)
    {
        if (shared.Find(call, PoolKind.BackupJob, Rights.Manage).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var (template, why) = call.Template(parameter);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        return template!.Vector(ScheduleEntry.Name) is VectorAttribute given
            ? Reply.Of(pools.Change(call.Who, new ChangeSchedule(call.Id, action, given)))
            : Task.FromResult<Reply>(new Refusal(ErrorCode.Action, "No SCHED_ACTION attribute in template", ScheduleEntry.Name, null, call.Id));
    }
}
