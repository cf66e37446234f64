using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Quotas;

/// <summary>What costs: a VM, an image or a network by its id, or an image or network that is being made by its owner's name for it.</summary>
/// <param name="Kind">null: a VM</param>
public readonly record struct QuotaObject(PoolKind? Kind, int Id, int Owner = -1, string? Name = null)
{
    public static QuotaObject Of(VmId vm) => new(null, vm.Value);
    public static QuotaObject Of(PooledObject o) => new(o.Kind, o.Id);

    /// <summary>Names are unique among the objects of a kind of one user.</summary>
    public static QuotaObject Made(PoolKind kind, UserId owner, string name) => new(kind, -1, owner.Value, name);
}

/// <summary>
/// What everybody uses, and what was promised. Use is the sum of the charges of what there is: no counter of its own that could drift,
/// kept up at each change of an object for that object alone. A promise covers an object's way from what it is to what it was let to
/// become, and counts only what it has not become yet; it ends when the object costs that much, or is gone. For one thread at a time.
/// </summary>
public sealed class QuotaBook
{
    private static readonly Dictionary<QuotaKey, decimal> Nothing = [];

    private readonly Dictionary<QuotaObject, Charge> _charges = [];
    private readonly Dictionary<QuotaHolder, Dictionary<QuotaKey, decimal>> _used = [];
    private readonly Dictionary<QuotaObject, QuotaObject> _named = [];
    private readonly Dictionary<long, (QuotaObject What, Charge After)> _promises = [];

    /// <summary>How many promises are not kept or dropped yet.</summary>
    public int Promises => _promises.Count;

    /// <summary>The object costs this now; null: nothing, or it is gone.</summary>
    public void Put(QuotaObject what, Charge? charge)
    {
        if (_charges.Remove(what, out var before))
            Count(before, -1);
        if (charge is not null)
        {
            _charges[what] = charge;
            Count(charge, 1);
        }

        if (_promises.Count > 0)
            foreach (var (ticket, promise) in _promises)
                if (Resolve(promise.What) == what && (charge is null || !Grows(charge, promise.After)))
                    _promises.Remove(ticket);
    }

    /// <summary><inheritdoc cref="Put(QuotaObject, Charge?)" path="/summary"/></summary>
    /// <param name="before">as it was, null: it was not there</param>
    /// <param name="after">as it is, null: it is gone</param>
    public void Put(PooledObject? before, PooledObject? after)
    {
        if (before is not null && Made(before) is var was && _named.GetValueOrDefault(was) == QuotaObject.Of(before))
            _named.Remove(was);
        if (after is not null)
            _named[Made(after)] = QuotaObject.Of(after);
        if ((after ?? before) is { } o)
            Put(QuotaObject.Of(o), after is null ? null : Charge.Of(after));

        static QuotaObject Made(PooledObject o) => QuotaObject.Made(o.Kind, o.Owner.User, o.Name);
    }

    public decimal Used(QuotaHolder holder, QuotaKey key) => UsedBy(holder).GetValueOrDefault(key);

    /// <summary>Everything that the holder uses; nothing here is 0.</summary>
    public IReadOnlyDictionary<QuotaKey, decimal> UsedBy(QuotaHolder holder) => _used.GetValueOrDefault(holder, Nothing);

    /// <summary>Promises the object what it shall cost, where the limits of its owner let it.</summary>
    /// <param name="limits">of each who pays</param>
    /// <returns>The refusal with OpenNebula's code, AUTHORIZATION, and its words; null: it is promised under the ticket.</returns>
    public Refusal? Promise(long ticket, QuotaObject what, Charge after, Func<QuotaHolder, IEnumerable<QuotaLimit>> limits)
    {
        var why = Refuses(what, after, limits);
        if (why is null)
            _promises[ticket] = (what, after);
        return why;
    }

    /// <summary>Why the object may not become what costs this; null: it may, and nothing is promised.</summary>
    public Refusal? Refuses(QuotaObject what, Charge after, Func<QuotaHolder, IEnumerable<QuotaLimit>> limits)
    {
        var before = Current(what);
        foreach (var holder in QuotaHolder.Of(after.Owner))
            foreach (var limit in limits(holder))
            {
                var asked = Amount(after, holder, limit) - Amount(before, holder, limit);
                if (asked <= 0)
                    continue;
                var used = limit.Keys.Sum(key => Used(holder, key));
                var promised = _promises.Values.Sum(p => Math.Max(0, Amount(p.After, holder, limit) - Amount(Current(p.What), holder, limit)));
                if (used + promised + asked > limit.Most)
                    return Exceeded(after.Owner, holder, limit, used + promised, asked);
            }

        return null;
    }

    /// <summary>What was promised will not come to be any more, if it has not yet.</summary>
    public void Settle(long ticket) => _promises.Remove(ticket);

    /// <summary>Whether a change from one to the other costs somebody more of anything.</summary>
    public static bool Grows(Charge? before, Charge after) => before is null || before.Owner != after.Owner || before.Cluster != after.Cluster
        || after.Amounts.Any(a => before.Amounts.FirstOrDefault(b => b.Key == a.Key).Value < a.Value);

    private static Refusal Exceeded(Caller owner, QuotaHolder holder, QuotaLimit limit, decimal used, decimal asked)
    {
        var (kind, id) = (limit.Of.Kind.Word(), limit.Of.Id);
        var text = $"User [{owner.User}] : {holder} limit of {QuotaMetrics.Text(limit.Most)} reached for {limit.Metric} quota in {kind}"
            + $"{(id.Length > 0 ? $" with ID: {id}" : "")}, {QuotaMetrics.Text(used)} used and {QuotaMetrics.Text(asked)} asked.";
        return new(ErrorCode.Authorization, text, $"{kind}/{limit.Metric}", QuotaMetrics.Text(asked));
    }

    private Charge? Current(QuotaObject what) => _charges.GetValueOrDefault(Resolve(what));

    private QuotaObject Resolve(QuotaObject what) => _named.GetValueOrDefault(what, what);

    private static decimal Amount(Charge? charge, QuotaHolder holder, QuotaLimit limit) =>
        charge is not null && holder.Pays(charge.Owner) ? charge.Counted.Where(c => limit.Counts(c.Key)).Sum(c => c.Value) : 0;

    private void Count(Charge charge, int sign)
    {
        foreach (var holder in QuotaHolder.Of(charge.Owner))
        {
            if (!_used.TryGetValue(holder, out var used))
                _used[holder] = used = [];
            foreach (var (key, amount) in charge.Counted)
                if (used.GetValueOrDefault(key) + (sign * amount) is var left and not 0)
                    used[key] = left;
                else
                    used.Remove(key);
            if (used.Count == 0)
                _used.Remove(holder);
        }
    }
}
