using CsCheck;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Core.Tests.Vms;

namespace PoweredAppliance.Core.Tests.Quotas;

public sealed class QuotaBookTests
{
    private static readonly Caller Anna = new(new(5), new(100));

    [Fact]
    public void It_says_of_any_day_what_counting_everything_anew_says()
    {
        var answers = (Yes: 0, No: 0);
        Gen.Int.Sample(seed =>
        {
            var run = new QuotaRun(seed);
            Assert.Null(run.FirstDifference(steps: 400));
            answers = (answers.Yes + run.Answers.Yes, answers.No + run.Answers.No);
        }, iter: 50, threads: 1);
        Assert.True(answers is { Yes: > 500, No: > 500 }, $"{answers} is no test of both answers");
    }

    [Fact]
    public void Of_many_who_ask_at_once_as_many_as_there_is_room_for_are_let_through()
    {
        var book = new QuotaBook();
        var limits = Limits("VM=[VMS=3]");
        var let = Enumerable.Range(0, 64).Count(i => book.Promise(i, QuotaObject.Of(new VmId(i)), Charge(i), _ => limits) is null);
        Assert.Equal(3, let);
    }

    [Fact]
    public void A_promise_that_was_kept_counts_once()
    {
        var (book, limits) = (new QuotaBook(), Limits("VM=[VMS=2]"));
        Assert.Null(book.Promise(1, QuotaObject.Of(new VmId(1)), Charge(1), _ => limits));
        book.Put(QuotaObject.Of(new VmId(1)), Charge(1));
        Assert.Null(book.Promise(2, QuotaObject.Of(new VmId(2)), Charge(2), _ => limits));
        book.Settle(1);
        Assert.Equal(
            "User [5] : User [5] limit of 2 reached for VMS quota in VM, 2 used and 1 asked.",
            book.Promise(3, QuotaObject.Of(new VmId(3)), Charge(3), _ => limits)!.Text);
        book.Settle(2);
        Assert.Null(book.Promise(4, QuotaObject.Of(new VmId(4)), Charge(4), _ => limits));
    }

    [Fact]
    public void A_promise_that_was_kept_holds_nothing_when_the_object_is_gone_before_it_is_settled()
    {
        var (book, limits) = (new QuotaBook(), Limits("VM=[VMS=1]"));
        Assert.Null(book.Promise(1, QuotaObject.Of(new VmId(1)), Charge(1), _ => limits));
        book.Put(QuotaObject.Of(new VmId(1)), Charge(1));
        book.Put(QuotaObject.Of(new VmId(1)), null);
        Assert.Null(book.Promise(2, QuotaObject.Of(new VmId(2)), Charge(2), _ => limits));
        Assert.Equal(1, book.Promises);
    }

    [Fact]
    public void What_shrinks_is_never_refused_though_it_be_over_the_limit()
    {
        var (book, limits) = (new QuotaBook(), Limits("VM=[MEMORY=10]"));
        book.Put(QuotaObject.Of(new VmId(1)), Charge(1));
        Assert.Null(book.Promise(1, QuotaObject.Of(new VmId(1)), Charge(1, memory: 64), _ => limits));
        Assert.NotNull(book.Promise(2, QuotaObject.Of(new VmId(1)), Charge(1, memory: 129), _ => limits));
    }

    [Fact]
    public void Nobody_is_counted_for_oneadmin_and_nothing_is_left_of_what_is_gone()
    {
        var book = new QuotaBook();
        Assert.Null(Core.Quotas.Charge.Of(Sample.New(), []));
        book.Put(QuotaObject.Of(new VmId(1)), Charge(1));
        Assert.Equal(128, book.Used(QuotaHolder.User(new(5)), new(QuotaKind.Vm, QuotaKey.Everywhere, "MEMORY")));
        Assert.Equal(book.UsedBy(QuotaHolder.User(new(5))), book.UsedBy(QuotaHolder.Group(new(100))));
        book.Put(QuotaObject.Of(new VmId(1)), null);
        Assert.Empty(book.UsedBy(QuotaHolder.User(new(5))));
        Assert.Empty(book.UsedBy(QuotaHolder.Group(new(100))));
    }

    [Fact]
    public void A_disk_that_grows_counts_as_what_it_will_be()
    {
        var vm = Sample.In("RUNNING") with { Owner = Anna, Template = Core.Templates.Template.Parse("CPU=1 MEMORY=1 DISK=[DISK_ID=0,SIZE=10] DISK=[DISK_ID=1,SIZE=3]") };
        decimal Size(VmChange? change) => Core.Quotas.Charge.Of(vm with { Changing = change is null ? null : new(change, LcmState.Running) }, [])!
            .Amounts.Single(a => a.Key.Metric == "SYSTEM_DISK_SIZE").Value;
        Assert.Equal((13, 33, 23, 13), (Size(null), Size(new VmChange.ResizeDisk(0, 30)), Size(new VmChange.CreateDiskSnapshot(0, 0, "s")), Size(new VmChange.DetachDisk(0))));
    }

    [Fact]
    public void Every_state_of_the_life_cycle_runs_or_does_not()
    {
        foreach (var phase in Sample.Phases)
        {
            var vm = Sample.In(phase) with { Owner = Anna };
            var charge = Core.Quotas.Charge.Of(vm, []);
            if (phase.State is VmState.Done)
                Assert.Null(charge);
            else
                Assert.Equal(
                    (vm.Changing?.From ?? phase).State is VmState.Pending or VmState.Hold or VmState.Active, // a change leaves it as it was
                    charge!.Amounts.Any(a => a.Key.Metric == "RUNNING_VMS"));
        }
    }

    private static Charge Charge(int id, int memory = 128) => Core.Quotas.Charge.Of(
        Sample.New() with { Id = new(id), Owner = Anna, Template = Core.Templates.Template.Parse($"CPU=1\nMEMORY={memory}") }, [])!;

    private static IEnumerable<QuotaLimit> Limits(string text) =>
        QuotaLimits.None.Set(Core.Templates.Template.Parse(text), false, [], _ => true).Limits!.With(QuotaLimits.None);
}
