using System.Globalization;
using CsCheck;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Tests.Vms;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Accounting;

public sealed class ShowbackTests
{
    private static readonly Prices Free = new(0, 0, 0);

    private static long At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    private static VirtualMachine Vm(string template, params HistoryRecord[] history) => Sample.New() with { Template = Template.Parse(template), History = [.. history] };

    private static HistoryRecord Record(int sequence, string start, string? end, string? up = null, string? down = null, string? template = null) => new(
        sequence, Sample.Alpha, At(start), end is null ? 0 : At(end), RunningStart: up is null ? 0 : At(up), RunningEnd: down is null ? 0 : At(down))
    {
        Template = template is null ? null : Template.Parse(template),
    };

    [Fact]
    public void A_month_costs_its_hours_times_what_the_VM_was_in_each_of_them()
    {
        var vm = Vm(
            "CPU=2 MEMORY=1024 CPU_COST=0.5 MEMORY_COST=0.001 DISK_COST=0.0001 DISK=[SIZE=100,DISK_SNAPSHOT_TOTAL_SIZE=20] DISK=[SIZE=80]",
            Record(0, "2026-10-31 22:00Z", "2026-11-01 04:00Z", "2026-10-31 23:00Z", "2026-11-01 02:00Z", "CPU=1 MEMORY=512 CPU_COST=0.5"),
            Record(1, "2026-11-01 04:00Z", null, "2026-11-01 05:00Z"));
        var months = Showback.Of(vm, Free, 0, At("2026-11-01 14:00Z"), TimeZoneInfo.Utc).ToList();
        Assert.Equal(
            [new MonthlyCost(2026, 10, 2, 1, 1, 0, 0), new(2026, 11, 14, 11, 12, 10.24m, 0.2m)], months);
        Assert.Equal(22.44m, months[1].Total);
    }

    [Fact]
    public void Templates_without_prices_have_the_zones()
    {
        var vm = Vm("CPU=2 MEMORY=10 MEMORY_COST=1", Record(0, "2026-11-01 00:00Z", "2026-11-01 01:00Z"));
        Assert.Equal(new MonthlyCost(2026, 11, 1, 0, 6, 10, 0), Assert.Single(Showback.Of(vm, new(3, 5, 7), 0, At("2026-12-01 00:00Z"), TimeZoneInfo.Utc)));
    }

    [Fact]
    public void Months_begin_where_the_appliance_is()
    {
        var vm = Vm("CPU=1 MEMORY=1", Record(0, "2026-10-31 22:30Z", "2026-10-31 23:30Z"));
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        Assert.Equal([(10, 0.5m), (11, 0.5m)], Showback.Of(vm, Free, 0, At("2026-12-01 00:00Z"), berlin).Select(m => (m.Month, m.Hours)));
    }

    [Fact]
    public void Nothing_is_lost_or_counted_twice_however_the_time_is_cut() => Gen.Select(Gen.Long[0, 50_000_000], Gen.Long[1, 20_000_000], Gen.Long[0, 90_000_000])
        .Sample((start, length, cut) =>
        {
            var vm = Sample.New() with { History = [new(0, Sample.Alpha, start, start + length)] };
            decimal Hours(long from, long until) => Showback.Of(vm, Free, from, until, TimeZoneInfo.Utc).Sum(m => m.Hours);
            return Math.Round(Hours(0, cut) + Hours(cut, 100_000_000), 12) == Math.Round(length / 3600m, 12);
        }, iter: 2000);

    [Fact]
    public void A_VM_that_was_never_on_a_host_costs_nothing() => Assert.Empty(Showback.Of(Vm("CPU=1 MEMORY=1 CPU_COST=9"), Free, 0, long.MaxValue, TimeZoneInfo.Utc));
}
