using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>
/// What a backup job's record says, with the values that OpenNebula puts where nothing, or nothing that it knows, was given. Its schedule
/// is SCHED_ACTION vectors of its template with an ID each.
/// </summary>
public static class BackupJobRules
{
    public const int MostPriority = 99, MostOfUsers = 49, DefaultPriority = 50;

    private static readonly ImmutableArray<string> Freezes = ["NONE", "AGENT", "SUSPEND"];
    private static readonly ImmutableArray<string> Modes = ["FULL", "INCREMENT"];
    private static readonly ImmutableArray<string> IncrementModes = ["CBT", "SNAPSHOT"];
    private static readonly ImmutableArray<string> Executions = ["SEQUENTIAL", "PARALLEL"];

    public static (Template? Made, Refusal? Why) ForNew(Template given)
    {
        var (made, why) = Completed(given.Without(ScheduleEntry.Name));
        foreach (var action in given.Vectors(ScheduleEntry.Name))
            if (why is null)
                (made, why) = Change(made!, null, action);
        return (made, why);
    }

    /// <summary>An update of a job's template leaves its schedule.</summary>
    public static (Template? Made, Refusal? Why) Updated(Template now, Template next) => Completed(next.WithVectors(ScheduleEntry.Name, now.Vectors(ScheduleEntry.Name)));

    /// <summary>Adds a scheduled action (<paramref name="id"/> null), changes one, or takes one away (<paramref name="given"/> null).</summary>
    public static (Template? Made, Refusal? Why) Change(Template now, int? id, VectorAttribute? given)
    {
        var actions = now.Vectors(ScheduleEntry.Name).ToList();
        if (id is not { } number)
        {
            var next = actions.Count == 0 ? 0 : ScheduleEntry.IdOf(actions[^1]) + 1;
            return Read(given!, next, null) is ({ } made, null) ? (now.Add(made), null) : (null, Read(given!, next, null).Why);
        }

        var at = actions.FindIndex(a => ScheduleEntry.IdOf(a) == number);
        if (at < 0)
            return (null, Refusal.NotFound("scheduled action", number));
        if (given is null)
            return (now.WithVectors(ScheduleEntry.Name, actions.Where((_, i) => i != at)), null);
        return Read(given, number, actions[at]) is ({ } changed, null)
            ? (now.WithVectors(ScheduleEntry.Name, actions.Select((a, i) => i == at ? changed : a)), null)
            : (null, Read(given, number, actions[at]).Why);
    }

    private static (VectorAttribute? Made, Refusal? Why) Read(VectorAttribute given, int id, VectorAttribute? before) =>
        ScheduleEntry.Read(given.With("ACTION", "backup").Without("ARGS"), id, before, ["backup"], origin: null);

    private static (Template? Made, Refusal? Why) Completed(Template given)
    {
        var vms = Ids(given["BACKUP_VMS"]);
        if (vms is null)
            return (null, Refusal.Bad("BACKUP_VMS", given["BACKUP_VMS"], "BACKUP_VMS must be ids of VMs with commas between."));
        if (given["DISK_IDS"] is { } disks && Ids(disks) is null)
            return (null, Refusal.Bad("DISK_IDS", disks, "DISK_IDS must be ids of disks with commas between."));
        var keep = int.TryParse(given["KEEP_LAST"], CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0;
        var mode = Word(given["MODE"], Modes);
        var made = given
            .Set("BACKUP_VMS", string.Join(',', vms.Distinct()))
            .Set("BACKUP_VOLATILE", string.Equals(given["BACKUP_VOLATILE"], "YES", StringComparison.OrdinalIgnoreCase) ? "YES" : "NO")
            .Set("EXECUTION", Word(given["EXECUTION"], Executions))
            .Set("FS_FREEZE", Word(given["FS_FREEZE"], Freezes))
            .Set("KEEP_LAST", keep.ToString(CultureInfo.InvariantCulture))
            .Set("MODE", mode);
        return (mode is "INCREMENT" ? made.Set("INCREMENT_MODE", Word(given["INCREMENT_MODE"], IncrementModes)) : made, null);
    }

    private static string Word(string? given, ImmutableArray<string> words) =>
        words.FirstOrDefault(w => w.Equals(given, StringComparison.OrdinalIgnoreCase)) ?? words[0];

    private static List<int>? Ids(string? text)
    {
        var ids = new List<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                ids.Add(id);
            else
                return null;
        return ids;
    }
}
