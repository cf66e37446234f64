using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Schedules;

/// <summary>
/// One SCHED_ACTION of a VM or a backup job: what is done, when it is due first, how it comes again and until when. DONE is the unix
/// second it was done last (-1: never), MESSAGE why it could not be.
/// </summary>
public static class ScheduleEntry
{
    public const string Name = "SCHED_ACTION";

    /// <summary>REPEAT 0 weekly, 1 monthly, 2 yearly, 3 every so many hours: the least and the highest of DAYS.</summary>
    private static readonly ImmutableArray<(int Least, int Most, string Wrong)> Days =
    [
        (0, 6, "Days in a week have to be in [0,6] range"), (1, 31, "Days in a month have to be in [1,31] range"),
        (0, 365, "Days in a year have to be in [0,365] range"), (1, 168, "Hours have to be in [0,168] range"),
    ];

    private const int None = -1, Weekly = 0, Monthly = 1, Hourly = 3, Times = 1, Date = 2;

    /// <summary>The 366th day of a year comes again after eight years at most.</summary>
    private const int LongestWait = 8 * 366;

    public static int IdOf(VectorAttribute entry) => int.Parse(entry["ID"]!, CultureInfo.InvariantCulture);

    /// <summary>ACTION and TIME are needed, TIME in unix seconds; what else is not given is written as OpenNebula does.</summary>
    /// <param name="before">the entry that is changed: what is not given stays</param>
    /// <param name="origin">unix seconds that <c>TIME=+N</c> counts from; null: there is nothing to count from</param>
    public static (VectorAttribute? Made, Refusal? Why) Read(
        VectorAttribute given, int id, VectorAttribute? before, ImmutableArray<string> actions, long? origin)
    {
        var merged = before is null ? given : given.Pairs.Where(p => p.Value.Length > 0).Aggregate(before, (entry, pair) => entry.With(pair.Key, pair.Value));
        if (merged["ACTION"] is not { Length: > 0 } action)
            return No("ACTION", null, "No ACTION in template for Scheduled Action.");
        if (!actions.Contains(action))
            return No("ACTION", action, $"{action} is not supported.");
        if (Moment(merged["TIME"], origin) is not { } time)
            return No("TIME", merged["TIME"], $"Unable to parse the time value or value is empty: {merged["TIME"]}");
        var warning = merged["WARNING"] is { Length: > 0 } text ? Moment(text, origin) : 0;
        if (warning is null)
            return No("WARNING", merged["WARNING"], $"Unable to parse the warning value: {merged["WARNING"]}");
        if (!Number(merged["REPEAT"], None, None, Hourly, out var repeat))
            return No("REPEAT", merged["REPEAT"], $"Wrong REPEAT value: {merged["REPEAT"]}");
        if (!Number(merged["END_TYPE"], None, None, Date, out var endType))
            return No("END_TYPE", merged["END_TYPE"], $"Wrong END_TYPE value: {merged["END_TYPE"]}");
        if (!long.TryParse(merged["END_VALUE"] is { Length: > 0 } end ? end : "-1", CultureInfo.InvariantCulture, out var endValue)
            || (endType >= Times && endValue < 0))
            return No("END_VALUE", merged["END_VALUE"], "Error parsing END_VALUE, times has to be greater or equal to 0");
        var days = repeat == None ? "" : merged["DAYS"] ?? "";
        if (repeat != None)
        {
            var (least, most, wrong) = Days[repeat];
            var listed = Listed(days);
            if (listed.Length == 0)
                return No("DAYS", days, "Repeat set, but DAYS are empty");
            if (listed.Any(d => !Number(d, 0, least, most, out _)) || (repeat == Hourly && listed.Length > 1))
                return No("DAYS", days, wrong);
        }

        return (VectorAttribute.Of(
            Name, ("ACTION", action), ("ARGS", merged["ARGS"] ?? ""), ("DAYS", days), ("DONE", before?["DONE"] ?? "-1"), ("END_TYPE", Text(endType)),
            ("END_VALUE", Text(endType < Times ? -1 : endValue)), ("ID", Text(id)), ("MESSAGE", before?["MESSAGE"] ?? ""), ("REPEAT", Text(repeat)),
            ("TIME", Text(time)), ("WARNING", Text(warning.Value))), null);
    }

    /// <summary>Unix seconds at which it is due next.</summary>
    public static long TimeOf(VectorAttribute entry) => Value(entry, "TIME");

    /// <summary>What was missed while nobody was there is due once.</summary>
    public static bool IsDue(VectorAttribute entry, DateTimeOffset now) => IsToCome(entry, now) && TimeOf(entry) <= now.ToUnixTimeSeconds();

    /// <summary>It is due, or will be.</summary>
    public static bool IsToCome(VectorAttribute entry, DateTimeOffset now)
    {
        var (time, done) = (TimeOf(entry), Value(entry, "DONE"));
        var ended = Value(entry, "END_TYPE") switch
        {
            Times => Value(entry, "END_VALUE") <= 0,
            Date => now.ToUnixTimeSeconds() > Value(entry, "END_VALUE"),
            _ => false,
        };
        return !ended && !(done > 0 && done >= time);
    }

    /// <summary>It was done: it comes again at the same time of day, on the next of its days that is still to come.</summary>
    /// <param name="zone">in which days begin</param>
    public static VectorAttribute Done(VectorAttribute entry, DateTimeOffset now, TimeZoneInfo zone)
    {
        var done = entry.With("DONE", Text(now.ToUnixTimeSeconds())).With("MESSAGE", "");
        if (Next(entry, now, zone) is not { } next)
            return done;
        done = done.With("TIME", Text(next)).With("WARNING", "0");
        return Value(entry, "END_TYPE") is Times ? done.With("END_VALUE", Text(Value(entry, "END_VALUE") - 1)) : done;
    }

    /// <summary>It could not be done: it is tried again until it can, and says why. The same where it said so already.</summary>
    public static VectorAttribute Failed(VectorAttribute entry, DateTimeOffset now, string why) =>
        entry["MESSAGE"]?.EndsWith($" : {why}", StringComparison.Ordinal) is true
            ? entry
            : entry.With("MESSAGE", $"{now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC : {why}");

    private static long? Next(VectorAttribute entry, DateTimeOffset now, TimeZoneInfo zone)
    {
        var (repeat, time, second) = (Value(entry, "REPEAT"), TimeOf(entry), now.ToUnixTimeSeconds());
        var days = Listed(entry["DAYS"]).Select(d => int.Parse(d, CultureInfo.InvariantCulture)).ToHashSet();
        if (repeat is None || days.Count == 0)
            return null;
        if (repeat is Hourly && days.First() * 3600L is var period)
            return time + (Math.Max(1, ((second - time) / period) + 1) * period);
        var first = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(time), zone).DateTime;
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var ahead = 0; ahead <= LongestWait; ahead++)
        {
            var local = (first.Date > today ? first.Date : today).AddDays(ahead) + first.TimeOfDay;
            var at = new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUnixTimeSeconds();
            if (at > second && at > time && days.Contains(repeat switch { Weekly => (int)local.DayOfWeek, Monthly => local.Day, _ => local.DayOfYear - 1 }))
                return at;
        }

        return null;
    }

    private static long? Moment(string? text, long? origin) => text switch
    {
        ['+', .. var after] => origin is { } from && Seconds(after) is { } seconds ? from + seconds : null,
        _ => Seconds(text),
    };

    /// <summary>What a date can be made of.</summary>
    private static long? Seconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 100_000_000_000 ? seconds : null;

    private static string[] Listed(string? days) => (days ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static long Value(VectorAttribute entry, string key) => long.Parse(entry[key]!, CultureInfo.InvariantCulture);

    private static bool Number(string? text, int otherwise, int least, int most, out int number)
    {
        number = otherwise;
        return text is null or "" || (int.TryParse(text, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }

    private static (VectorAttribute? Made, Refusal? Why) No(string field, string? value, string text) =>
        (null, new(ErrorCode.Action, text, $"{Name}/{field}", value));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
