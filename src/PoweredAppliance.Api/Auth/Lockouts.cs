using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Prometheus;

namespace PoweredAppliance.Api.Auth;

/// <param name="FreeAttempts">wrong credentials for one name from one address before the next has to wait</param>
/// <param name="Longest">the wait doubles from a second up to this</param>
public sealed record LockoutSettings(int FreeAttempts, TimeSpan Longest)
{
    public static readonly LockoutSettings Default = new(5, TimeSpan.FromMinutes(5));
}

/// <summary>
/// Makes guessing slow. Wrong credentials count for the name together with the address, and for the address alone (with four times the
/// patience, since many people may sit behind one; not for the loopback, behind which servers on this machine bring everybody). Neither counts for the name alone, so nobody can lock out a user who comes from
/// elsewhere; a name that many addresses guess at gives each new address one attempt instead of several. What was counted is forgiven
/// by and by.
/// </summary>
public sealed class Lockouts
{
    private const int MostKept = 50_000;
    private const int PatienceWithAddresses = 4;

    /// <summary>So many wrong attempts from all over within the time that forgives them: somebody guesses at that name.</summary>
    private const int Siege = 50;

    private static readonly TimeSpan ForgivesOneEvery = TimeSpan.FromMinutes(1);

    private readonly LockoutSettings _settings;
    private readonly TimeProvider _time;
    private readonly Counter _refused;
    private readonly ConcurrentDictionary<(string? Address, string? Name), Record> _records = new();

    /// <param name="Attempts">wrong ones that are not forgiven yet, as of <paramref name="Since"/></param>
    private sealed record Record(double Attempts, long Since, long LockedUntil);

    public Lockouts(LockoutSettings settings, CollectorRegistry registry, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        var metrics = Prometheus.Metrics.WithCustomRegistry(registry);
        _refused = metrics.CreateCounter(
            "powered_authentication_refused_total", "Sessions that were not authenticated: wrong credentials, or too many wrong ones before.", "why");
        var locked = metrics.CreateGauge("powered_authentication_locked", "Addresses, and names from an address, that have to wait before they try again.");
        registry.AddBeforeCollectCallback(() => locked.Set(_records.Values.Count(r => r.LockedUntil > Now)));
    }

    private long Now => _time.GetUtcNow().Ticks;

    /// <summary>How long to wait before credentials of this name from this address are looked at; null: not at all.</summary>
    public TimeSpan? Wait(IPAddress? from, string name)
    {
        var (address, now) = (Network(from), Now);
        var until = Math.Max(LockedUntil((address, name)), LockedUntil((address, null)));
        if (until <= now)
            return null;
        _refused.WithLabels("locked").Inc();
        return new TimeSpan(until - now);
    }

    public void Wrong(IPAddress? from, string name)
    {
        _refused.WithLabels("wrong").Inc();
        if (_records.Count > MostKept)
            Forget();
        var address = Network(from);
        var besieged = Count((null, name), free: int.MaxValue) >= Siege;
        Count((address, name), besieged ? 1 : _settings.FreeAttempts);
        if (from is null || !IPAddress.IsLoopback(from))
            Count((address, null), _settings.FreeAttempts * PatienceWithAddresses);
    }

    /// <summary>The address knows the name's secret; what it did to others stays counted.</summary>
    public void Right(IPAddress? from, string name) => _records.TryRemove((Network(from), name), out _);

    private double Count((string?, string?) key, int free) => _records.AddOrUpdate(
        key,
        _ => After(new(0, Now, 0), free),
        (_, known) => After(known, free)).Attempts;

    private Record After(Record known, int free)
    {
        var now = Now;
        var attempts = Left(known, now) + 1;
        var over = Math.Ceiling(attempts) - free;
        return new(attempts, now, over < 0 ? 0 : now + Math.Min(_settings.Longest.Ticks, (long)(TimeSpan.TicksPerSecond * Math.Pow(2, Math.Min(over, 40)))));
    }

    private static double Left(Record known, long now) => Math.Max(0, known.Attempts - (double)(now - known.Since) / ForgivesOneEvery.Ticks);

    private long LockedUntil((string?, string?) key) => _records.TryGetValue(key, out var known) ? known.LockedUntil : 0;

    /// <summary>What is forgiven goes; if that does not help, what was counted least.</summary>
    private void Forget()
    {
        var now = Now;
        foreach (var (key, record) in _records)
            if (Left(record, now) <= 0)
                _records.TryRemove(key, out _);
        if (_records.Count <= MostKept)
            return;
        foreach (var (key, _) in _records.OrderBy(r => Left(r.Value, now)).Take(MostKept / 4).ToList())
            _records.TryRemove(key, out _);
    }

    /// <summary>Whoever has one address of IPv6 has the whole /64.</summary>
    internal static string Network(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily is AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
