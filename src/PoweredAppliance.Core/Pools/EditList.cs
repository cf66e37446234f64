using System.Collections.Immutable;

namespace PoweredAppliance.Core.Pools;

/// <summary>Puts elements into a fact that is a list with commas, behind those that are there, and takes others out.</summary>
/// <param name="Otherwise">why it is refused where the first to be put is there already or, with none to put, the first to be taken out is not</param>
public sealed record EditList(PoolKind Kind, int Id, string Fact, ImmutableArray<string> Put, ImmutableArray<string> Drop, Refusal Otherwise)
    : PoolProtocol.Change(Kind, Id)
{
    public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool)
    {
        var list = (o.Fact(Fact) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var isSo = Put is [var first, ..] ? list.Contains(first) : Drop is [var gone, ..] && !list.Contains(gone);
        return isSo
            ? (null, Otherwise)
            : (o.WithOrWithout(Fact, string.Join(',', list.Except(Drop).Union(Put))), null);
    }
}
