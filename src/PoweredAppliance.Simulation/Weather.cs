using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>How bad things are on a machine. The default is a fine day.</summary>
/// <param name="SlowDisk">steps that move data take this many times as long</param>
/// <param name="FailureProbability">of a step to fail half-way, 0 to 1</param>
/// <param name="DeafGuests">chance of a guest to ignore the power button and reboot requests, 0 to 1</param>
public sealed record Weather(double SlowDisk = 1, double FailureProbability = 0, double DeafGuests = 0)
{
    public static readonly Weather Fine = new();
}

/// <summary>One change of the weather or of a guest's mind, at a time from the start of the forecast.</summary>
public sealed record Gust(TimeSpan At, string Machine, GustKind Kind, int Which)
{
    public override string ToString() => $"{At.TotalSeconds:0.0} s {Machine} {Kind}";
}

public enum GustKind
{
    PowerCut, PowerBack, Silence, Thaw, ConnectionLost, SlowDisk, FastDisk,
    GuestOff, GuestCrash, GuestPause, GuestKilled, WildDomain,
}

/// <summary>
/// A storm from a seed: the same seed, machines and span give the same gusts. All that is cut or silenced comes back
/// by the end.
/// </summary>
public static class Storm
{
    public static IReadOnlyList<Gust> Forecast(int seed, IReadOnlyList<string> machines, TimeSpan span, int gusts)
    {
        var dice = new Dice(seed);
        var forecast = new List<Gust>();
        for (var i = 0; i < gusts; i++)
        {
            var machine = machines[(int)(dice.Throw("machine", i) * machines.Count)];
            var at = span * dice.Throw("at", i);
            var back = at + (span - at) * dice.Throw("back", i);
            var which = (int)(dice.Throw("which", i) * 1000);
            var kind = (GustKind)(int)(dice.Throw("kind", i) * Enum.GetValues<GustKind>().Length);
            (GustKind First, GustKind? Then) pair = kind switch
            {
                GustKind.PowerCut or GustKind.PowerBack => (GustKind.PowerCut, GustKind.PowerBack),
                GustKind.Silence or GustKind.Thaw => (GustKind.Silence, GustKind.Thaw),
                GustKind.SlowDisk or GustKind.FastDisk => (GustKind.SlowDisk, GustKind.FastDisk),
                _ => (kind, null),
            };
            forecast.Add(new(at, machine, pair.First, which));
            if (pair.Then is { } then)
                forecast.Add(new(back, machine, then, which));
        }

        return [.. forecast.OrderBy(g => g.At).ThenBy(g => g.Machine, StringComparer.Ordinal).ThenBy(g => g.Kind)];
    }

    /// <summary>Lets the forecast happen, in the world's time.</summary>
    public static async Task Blow(this SimulatedWorld world, IEnumerable<Gust> forecast, Action<Gust> told, CancellationToken stop)
    {
        var start = world.Time.GetUtcNow();
        foreach (var gust in forecast)
        {
            var wait = start + gust.At - world.Time.GetUtcNow();
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, world.Time, stop).ConfigureAwait(false);
            told(gust);
            world.Machine(gust.Machine).Strike(gust);
        }
    }

    private static void Strike(this SimulatedMachine machine, Gust gust)
    {
        switch (gust.Kind)
        {
            case GustKind.PowerCut: machine.Crash(); break;
            case GustKind.PowerBack: machine.PowerOn(); break;
            case GustKind.Silence: machine.Silence(); break;
            case GustKind.Thaw: machine.Thaw(); break;
            case GustKind.ConnectionLost: machine.LoseConnection(); break;
            case GustKind.SlowDisk: machine.Weather = machine.Weather with { SlowDisk = 10 }; break;
            case GustKind.FastDisk: machine.Weather = machine.Weather with { SlowDisk = 1 }; break;
            case GustKind.WildDomain: machine.WildDomain($"wild-{gust.Which}", vcpu: 1, memoryMebibytes: 256); break;
            default:
                var running = machine.See(m => m.Domains.Where(d => d.Power is DomainPower.Running).Select(d => d.Name)
                    .Order(StringComparer.Ordinal).ToArray());
                if (running.Length > 0)
                    machine.Guest(running[gust.Which % running.Length], gust.Kind);
                break;
        }
    }

    private static void Guest(this SimulatedMachine machine, string domain, GustKind kind) => _ = kind switch
    {
        GustKind.GuestOff => machine.PowersOff(domain),
        GustKind.GuestCrash => machine.Crashes(domain),
        GustKind.GuestPause => machine.Pauses(domain, "I/O error"),
        GustKind.GuestKilled => machine.IsKilled(domain),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not what a guest does"),
    };
}
