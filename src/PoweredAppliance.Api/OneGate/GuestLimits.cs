using System.Net;
using System.Threading.RateLimiting;

namespace PoweredAppliance.Api.OneGate;

/// <summary>How much guests may ask: each VM for itself, and who shows wrong tokens by his address, so that no guest is heard at the cost of
/// others.</summary>
internal sealed class GuestLimits : IDisposable
{
    private readonly PartitionedRateLimiter<int> _vms = PartitionedRateLimiter.Create<int, int>(vm => RateLimitPartition.GetTokenBucketLimiter(vm, static _ => Bucket(10, 60)));

    private readonly PartitionedRateLimiter<IPAddress> _strangers =
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(from => RateLimitPartition.GetTokenBucketLimiter(from, static _ => Bucket(2, 20)));

    public bool Lets(int vm)
    {
        using var lease = _vms.AttemptAcquire(vm);
        return lease.IsAcquired;
    }

    /// <summary>Whether one more wrong token of this address is answered as one, and not as too many.</summary>
    public bool LetsStranger(IPAddress? from)
    {
        using var lease = _strangers.AttemptAcquire(from ?? IPAddress.None);
        return lease.IsAcquired;
    }

    public void Dispose()
    {
        _vms.Dispose();
        _strangers.Dispose();
    }

    private static TokenBucketRateLimiterOptions Bucket(int perSecond, int atOnce) => new()
    {
        TokenLimit = atOnce,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    };
}
