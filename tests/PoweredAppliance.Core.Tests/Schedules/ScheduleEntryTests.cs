using System.Globalization;
using CsCheck;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Schedules;

public sealed class ScheduleEntryTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static (VectorAttribute? Made, Refusal? Why) Read(string pairs, VectorAttribute? before = null, long? origin = 1000) =>
        ScheduleEntry.Read(Template.Parse($"SCHED_ACTION=[{pairs}]").Vector("SCHED_ACTION")!, 3, before, ["poweroff", "resume"], origin);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("ACTION=poweroff,TIME=10", null)]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=0,DAYS=\"0,6\"", null)]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=3,DAYS=\"168\",END_TYPE=1,END_VALUE=5", null)]
    [InlineData("TIME=10", "ACTION")]
    [InlineData("ACTION=explode,TIME=10", "ACTION")]
    [InlineData("ACTION=poweroff", "TIME")]
    [InlineData("ACTION=poweroff,TIME=soon", "TIME")]
    [InlineData("ACTION=poweroff,TIME=999999999999999", "TIME")]
    [InlineData("ACTION=poweroff,TIME=10,WARNING=soon", "WARNING")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=4,DAYS=1", "REPEAT")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=0", "DAYS")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=0,DAYS=7", "DAYS")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=1,DAYS=0", "DAYS")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=2,DAYS=366", "DAYS")]
    [InlineData("ACTION=poweroff,TIME=10,REPEAT=3,DAYS=\"1,2\"", "DAYS")]
    [InlineData("ACTION=poweroff,TIME=10,END_TYPE=3", "END_TYPE")]
    [InlineData("ACTION=poweroff,TIME=10,END_TYPE=1", "END_VALUE")]
    public void A_schedule_is_one_that_can_come(string pairs, string? field) =>
        Assert.Equal(field is null ? null : $"SCHED_ACTION/{field}", Read(pairs).Why?.Field);

    [Fact]
    public void A_time_may_count_from_the_VMs_start_where_there_is_one()
    {
        Assert.Equal("1060", Read("ACTION=poweroff,TIME=+60").Made?["TIME"]);
        Assert.Equal("SCHED_ACTION/TIME", Read("ACTION=poweroff,TIME=+60", origin: null).Why?.Field);
    }

    [Fact]
    public void What_was_done_once_is_not_done_again_whatever_is_changed_but_its_time()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(5000);
        var entry = Read("ACTION=poweroff,TIME=4000").Made!;
        Assert.True(ScheduleEntry.IsDue(entry, now));
        Assert.False(ScheduleEntry.IsDue(entry, now.AddSeconds(-1001)));
        entry = ScheduleEntry.Done(entry, now, TimeZoneInfo.Utc);
        Assert.Equal("5000", entry["DONE"]);
        Assert.False(ScheduleEntry.IsDue(Read("ARGS=x,DONE=-1", entry).Made!, now));
        Assert.True(ScheduleEntry.IsDue(Read("TIME=6000", entry).Made!, now.AddSeconds(1000)));
    }

    [Fact]
    public void A_failure_says_when_and_why_once_and_is_tried_again()
    {
        var now = At("2026-11-24 12:00Z");
        var entry = ScheduleEntry.Failed(Read("ACTION=poweroff,TIME=10").Made!, now, "wrong state");
        Assert.Equal("2026-11-24 12:00:00 UTC : wrong state", entry["MESSAGE"]);
        Assert.True(ScheduleEntry.IsDue(entry, now));
        Assert.Same(entry, ScheduleEntry.Failed(entry, now.AddSeconds(1), "wrong state"));
        Assert.Equal("", ScheduleEntry.Done(entry, now, TimeZoneInfo.Utc)["MESSAGE"]);
    }

    [Theory]
    [InlineData("0", "1,5", "2026-11-23 08:00Z", "2026-11-23 08:00:10Z", "2026-11-27 08:00Z")] // Monday to Friday
    [InlineData("0", "1", "2026-11-23 08:00Z", "2026-12-10 20:00Z", "2026-12-14 08:00Z")] // weeks were missed
    [InlineData("1", "31", "2026-01-31 08:00Z", "2026-01-31 08:00Z", "2026-03-31 08:00Z")] // February has none
    [InlineData("2", "365", "2024-12-31 08:00Z", "2024-12-31 08:00Z", "2028-12-31 08:00Z")] // leap years alone
    [InlineData("3", "6", "2026-11-23 08:00Z", "2026-11-23 21:30Z", "2026-11-24 02:00Z")]
    public void A_repeated_action_comes_at_its_time_of_day_on_the_next_of_its_days(string repeat, string days, string time, string now, string next)
    {
        var entry = Read($"ACTION=poweroff,REPEAT={repeat},DAYS=\"{days}\",TIME={At(time).ToUnixTimeSeconds()}").Made!;
        Assert.Equal(At(next), DateTimeOffset.FromUnixTimeSeconds(ScheduleEntry.TimeOf(ScheduleEntry.Done(entry, At(now), TimeZoneInfo.Utc))));
    }

    [Fact]
    public void Days_begin_where_the_appliance_is_and_summer_does_not_move_the_hour()
    {
        var entry = Read($"ACTION=poweroff,REPEAT=1,DAYS=\"1\",TIME={At("2026-02-28 23:30Z").ToUnixTimeSeconds()}").Made!; // 0:30 of March 1
        var next = ScheduleEntry.Done(entry, At("2026-02-28 23:30Z"), Berlin);
        Assert.Equal(At("2026-03-31 22:30Z"), DateTimeOffset.FromUnixTimeSeconds(ScheduleEntry.TimeOf(next))); // 0:30 of April 1, an hour earlier
    }

    [Fact]
    public void An_end_is_a_number_of_times_or_a_date()
    {
        var now = At("2026-11-23 08:00Z");
        var entry = Read($"ACTION=poweroff,REPEAT=3,DAYS=1,END_TYPE=1,END_VALUE=3,TIME={now.ToUnixTimeSeconds()}").Made!;
        var runs = 0;
        for (; ScheduleEntry.IsDue(entry, now); now = now.AddHours(1), runs++)
            entry = ScheduleEntry.Done(entry, now, TimeZoneInfo.Utc);
        Assert.Equal(3, runs);
        var dated = Read($"ACTION=poweroff,REPEAT=3,DAYS=1,END_TYPE=2,END_VALUE={now.ToUnixTimeSeconds()},TIME=10").Made!;
        Assert.True(ScheduleEntry.IsDue(dated, now));
        Assert.False(ScheduleEntry.IsDue(dated, now.AddSeconds(1)));
    }

    [Fact]
    public void Whatever_repeats_comes_later_than_now_and_than_before() => Gen.Select(
        Gen.Int[0, 3], Gen.Int[1, 6], Gen.Long[0, 4_000_000_000], Gen.Long[0, 100_000_000]).Sample((repeat, day, time, late) =>
    {
        var entry = Read($"ACTION=resume,REPEAT={repeat},DAYS=\"{day}\",TIME={time}").Made!;
        var now = DateTimeOffset.FromUnixTimeSeconds(time + late);
        var done = ScheduleEntry.Done(entry, now, Berlin);
        return ScheduleEntry.TimeOf(done) > time + late && !ScheduleEntry.IsDue(done, now);
    }, iter: 2000);
}
