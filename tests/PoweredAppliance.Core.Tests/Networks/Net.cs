using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Networks;

/// <summary>A pool of networks that commands are tried on.</summary>
internal sealed class Net
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    public ObjectPool Pool { get; private set; } = ObjectPool.Empty(PoolKind.VirtualNetwork);

    public PooledObject this[int id] => Pool.Objects[id];

    /// <summary>Does it, or says why not.</summary>
    public Refusal? Do(PoolProtocol.ICommand command)
    {
        var decision = Pool.Decide(command, Now);
        foreach (var e in decision.Events)
            Pool = Pool.Apply(e);
        return decision.Refusal;
    }

    public Refusal? Make(string template, params (string Name, string Value)[] facts) => Do(new PoolProtocol.Allocate(
        PoolKind.VirtualNetwork, $"n{Pool.NextId}", Caller.Admin, 384, Template.Parse(template),
        facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal)));

    public PooledObject Made(string template, params (string Name, string Value)[] facts)
    {
        Assert.Null(Make(template, facts));
        return Pool.Objects.Values.Last();
    }

    public Refusal? Update(int id, string template, bool append) =>
        Do(new PoolProtocol.Update(PoolKind.VirtualNetwork, id, Template.Parse(template), append));
}
