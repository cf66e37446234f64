using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace PoweredAppliance.Core.Flows;

/// <summary>What is remembered of a policy.</summary>
/// <param name="LookedAt">unix seconds, 0: never</param>
/// <param name="Held">how often in a row its expression was true</param>
public sealed record PolicyRecord(long LookedAt, int Held)
{
    /// <summary>Of all policies of a role, in the order of <see cref="ScalingPolicy.Lists"/>.</summary>
    internal static ImmutableArray<PolicyRecord> Of(JsonObject role) =>
        [.. ScalingPolicy.Lists.SelectMany(list => FlowJson.Objects(role, list)).Select(Read)];

    private static PolicyRecord Read(JsonObject policy) =>
        new(FlowJson.Long(policy, "last_eval") ?? 0, FlowJson.Number(policy, "true_evals") ?? 0);

    internal void Write(JsonObject policy)
    {
        if (this != new PolicyRecord(0, 0))
            (policy["last_eval"], policy["true_evals"]) = (LookedAt, Held);
    }
}

/// <summary>
/// When and how far a role scales by itself: <c>elasticity_policies</c> by what its running VMs measure and say, and
/// <c>scheduled_policies</c> by the clock (UTC), as OneFlow's documents describe them.
/// </summary>
public static class ScalingPolicy
{
    public const string ByMeasure = "elasticity_policies", ByClock = "scheduled_policies";

    /// <summary>In the order in which <see cref="FlowRole.Policies"/> remembers them.</summary>
    internal static readonly string[] Lists = [ByMeasure, ByClock];

    /// <param name="Rest">seconds that the role rests after it</param>
    public sealed record Wish(int Cardinality, int Rest, string Why);

    /// <summary>The role with what it remembers of its policies, and how many VMs the first of those that hold wants; null: it stays.</summary>
    /// <param name="since">unix seconds since which the service is</param>
    public static (FlowRole Role, Wish? Wish) Look(FlowRole role, FlowSight sight, long since, DateTimeOffset now)
    {
        if (role.Cardinality < role.Least)
            return (role, new(role.Least, 0, $"fewer than min_vms {role.Least}"));
        var policies = Lists.SelectMany(list => FlowJson.Objects(role.Given, list).Select(given => (given, byClock: list == ByClock))).ToList();
        var records = Enumerable.Range(0, policies.Count)
            .Select(i => i < role.Policies.Length ? role.Policies[i] : new PolicyRecord(0, 0)).ToArray();
        Wish? wish = null;
        for (var i = policies.Count - 1; i >= 0; i--) // the clock goes before measures
        {
            var (given, byClock) = policies[i];
            var (holds, record, why) = byClock ? Due(given, records[i], since, now) : Holds(given, records[i], role, sight, now);
            records[i] = record;
            if (holds && Target(given, role) is var to && to != role.Cardinality && (wish is null || byClock))
                wish = new(to, FlowJson.Number(given, "cooldown") ?? role.Cooldown, why);
        }

        return (records.SequenceEqual(role.Policies) || records.All(r => r == new PolicyRecord(0, 0)) ? role : role with { Policies = [.. records] }, wish);
    }

    private static (bool Holds, PolicyRecord Record, string Why) Holds(
        JsonObject policy, PolicyRecord record, FlowRole role, FlowSight sight, DateTimeOffset now)
    {
        var (period, times) = (FlowJson.Number(policy, "period") ?? 0, Math.Max(1, FlowJson.Number(policy, "period_number") ?? 0));
        if (now.ToUnixTimeSeconds() < record.LookedAt + period)
            return (false, record, "");
        var expression = FlowJson.Text(policy, "expression") ?? "";
        if (!ScalingExpression.Parse(expression).Holds(name => Average(role, sight, name)))
            return (false, record.Held == 0 ? record : new(now.ToUnixTimeSeconds(), 0), "");
        var held = record.Held + 1;
        return held < times ? (false, new(now.ToUnixTimeSeconds(), held), "") : (true, new(now.ToUnixTimeSeconds(), 0), expression);
    }

    /// <summary>A time that has passed since it was looked at last, or since the service began.</summary>
    private static (bool Holds, PolicyRecord Record, string Why) Due(JsonObject policy, PolicyRecord record, long since, DateTimeOffset now)
    {
        var after = Math.Max(Math.Min(record.LookedAt, now.ToUnixTimeSeconds()), since);
        var at = FlowJson.Text(policy, "recurrence") is { Length: > 0 } recurrence
            ? Recurrence.Parse(recurrence).Next(DateTimeOffset.FromUnixTimeSeconds(after), now)?.ToUnixTimeSeconds()
            : StartTime(policy["start_time"]?.ToString());
        return at is { } due && due > after && due <= now.ToUnixTimeSeconds()
            ? (true, new(now.ToUnixTimeSeconds(), 0), $"scheduled for {DateTimeOffset.FromUnixTimeSeconds(due):yyyy-MM-dd HH:mm}")
            : (false, record, "");
    }

    /// <summary>Unix seconds of what is written as such or as a date with a time (UTC where it names no zone); null: it is neither.</summary>
    public static long? StartTime(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds()
        : null;

    private static int Target(JsonObject policy, FlowRole role)
    {
        var (adjust, now) = (FlowJson.Number(policy, "adjust") ?? 0, role.Cardinality);
        var to = FlowJson.Text(policy, "type") switch
        {
            "CARDINALITY" => adjust,
            "PERCENTAGE_CHANGE" => now + Step(now * (long)adjust, FlowJson.Number(policy, "min_adjust_step") ?? 1),
            _ => now + (long)adjust,
        };
        return (int)Math.Clamp(to, role.Least, Math.Max(role.Least, role.Most ?? int.MaxValue));
    }

    /// <summary>Of hundredths, away from nothing, at least so many.</summary>
    private static long Step(long hundredths, int least) =>
        hundredths == 0 ? 0 : Math.Sign(hundredths) * Math.Max(least, (Math.Abs(hundredths) + 99) / 100);

    /// <summary>Over the running VMs that have it as a number, to two places; null: none has.</summary>
    private static decimal? Average(FlowRole role, FlowSight sight, string name)
    {
        var values = role.Nodes.Select(n => sight.Vm(n.Vm)).Where(vm => vm is { State: Vms.VmState.Active, Lcm: Vms.LcmState.Running })
            .Select(vm => vm!.UserTemplate[name] ?? sight.Measured(vm, name) ?? vm.Template[name])
            .Select(text => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : (decimal?)null)
            .OfType<decimal>().ToImmutableArray();
        return values.IsEmpty ? null : Math.Round(values.Average(), 2, MidpointRounding.AwayFromZero);
    }
}
