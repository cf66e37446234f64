using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Quotas;

/// <summary>Sets limits of a user or group by a quota template; on number 0, who has none of his own, the defaults of all.</summary>
/// <param name="Generic">attributes of VMs that are counted</param>
/// <param name="Clusters">those that there are</param>
public sealed record Limit(PoolKind Kind, int Id, Template Given, ImmutableArray<string> Generic, ImmutableArray<int> Clusters)
    : PoolProtocol.Change(Kind, Id)
{
    public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
    {
        var (limits, why) = QuotaLimits.Of(o.Fact(QuotaLimits.Fact)).Set(Given, asDefaults: o.Id == 0, Generic, Clusters.Contains);
        return why is null ? (o.WithOrWithout(QuotaLimits.Fact, limits!.ToText()), null) : (null, why);
    }
}
