using CsCheck;
using PoweredAppliance.Core.Hooks;
using static PoweredAppliance.Core.Hooks.HookProtocol;

namespace PoweredAppliance.Core.Tests.Hooks;

public sealed class HookQueueTests
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static HookOutcome Ended(int code = 0) => new("/hooks/x", code, "out", "");

    private static HookQueue Told(HookQueue queue, ICommand command) => queue.Decide(command, Noon).Events.Aggregate(queue, (q, e) => q.Apply(e));

    [Fact]
    public void What_is_told_again_and_out_of_turn_is_run_once_and_in_its_order() => Gen.Select(
        Gen.Int[0, 2], Gen.Int[0, 1], Gen.Int[0, 3]).Array[0, 60].Sample(story =>
    {
        var (queue, told, run) = (HookQueue.Empty, new Dictionary<(int, string), long>(), new Dictionary<int, List<string>>());
        foreach (var (hook, source, verb) in story)
        {
            var key = (hook, $"vm-{source}");
            if (verb == 3)
            {
                if (queue.Of(hook).Waiting.IsEmpty)
                    continue;
                (run.TryGetValue(hook, out var done) ? done : run[hook] = []).Add(queue.Of(hook).Waiting[0].Arguments);
                queue = Told(queue, new Report(hook, Ended()));
                continue;
            }

            // A new happening, or one of the last two again.
            var sequence = verb == 0 ? told[key] = told.GetValueOrDefault(key) + 1 : Math.Max(0, told.GetValueOrDefault(key) - verb + 1);
            if (sequence > 0)
                queue = Told(queue, new Fire(hook, key.Item2, sequence, $"{key.Item2}:{sequence}"));
        }

        foreach (var hook in new[] { 0, 1, 2 })
        {
            var all = run.GetValueOrDefault(hook, []).Concat(queue.Of(hook).Waiting.Select(w => w.Arguments)).ToList();
            foreach (var source in new[] { "vm-0", "vm-1" })
                Assert.Equal(
                    Enumerable.Range(1, (int)told.GetValueOrDefault((hook, source))).Select(n => $"{source}:{n}"), all.Where(a => a.StartsWith(source, StringComparison.Ordinal)));
            Assert.Equal(Math.Min(HookQueue.Kept, run.GetValueOrDefault(hook, []).Count), queue.Of(hook).Log.Count);
        }
    });

    [Fact]
    public void A_call_is_another_each_time() => Assert.Equal(
        2, Told(Told(HookQueue.Empty, new Fire(0, "", 0, "a")), new Fire(0, "", 0, "a")).Of(0).Waiting.Count);

    [Fact]
    public void The_log_keeps_the_last_and_numbers_go_on()
    {
        var queue = HookQueue.Empty;
        for (var i = 0; i < 25; i++)
            queue = Told(Told(queue, new Fire(4, "", 0, $"a{i}")), new Report(4, Ended(i % 2)));
        Assert.Equal(Enumerable.Range(5, 20), queue.Of(4).Log.Select(e => e.Id));
        Assert.Equal("a24", queue.Of(4).Log[^1].Arguments);
    }

    [Fact]
    public void An_execution_is_made_again_with_its_arguments_or_there_is_none()
    {
        var queue = Told(Told(HookQueue.Empty, new Fire(4, "", 0, "first")), new Report(4, Ended(1)));
        Assert.Equal((ErrorCode.Internal, "Hook 4 has no execution 7."), queue.Decide(new Retry(4, 7), Noon).Refusal is { } why ? (why.Code, why.Text) : default);
        queue = Told(Told(queue, new Retry(4, 0)), new Report(4, Ended()));
        Assert.Equal([("first", 1, false), ("first", 0, true)], queue.Of(4).Log.Select(e => (e.Arguments, e.Outcome.Code, e.IsRetry)));
    }

    [Fact]
    public void A_hook_that_is_gone_leaves_nothing_and_a_late_report_of_it_is_void()
    {
        var queue = Told(Told(HookQueue.Empty, new Fire(4, "vm-1", 3, "a")), new Forget(4));
        Assert.Empty(queue.Lines);
        Assert.False(queue.Has(4, "vm-1", 3));
        Assert.Empty(queue.Decide(new Report(4, Ended()), Noon).Events);
        Assert.Empty(queue.Decide(new Forget(4), Noon).Events);
    }
}
