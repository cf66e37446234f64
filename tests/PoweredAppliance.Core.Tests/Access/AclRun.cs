using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Core.Tests.Access;

/// <summary>Random questions about random objects under random rules, asked of <see cref="AccessControl"/> and of <see cref="NaiveAcl"/>.</summary>
internal sealed class AclRun(int seed)
{
    private static readonly ObjectKinds[] Kinds =
        [ObjectKinds.Vm, ObjectKinds.Host, ObjectKinds.Net, ObjectKinds.Datastore, ObjectKinds.User, ObjectKinds.Group, ObjectKinds.VRouter, ObjectKinds.BackupJob];

    private readonly Random _dice = new(seed);

    /// <summary>How many were allowed and how many not.</summary>
    public (int Yes, int No) Answers { get; private set; }

    /// <summary>Null: they agreed each time.</summary>
    public string? FirstDifference(int questions)
    {
        for (var question = 0; question < questions; question++)
            if (Ask() is { } difference)
                return $"seed {seed}, question {question}: {difference}";
        return null;
    }

    private string? Ask()
    {
        var (zone, admined) = (_dice.Next(2), _dice.Next(4));
        var rules = Enumerable.Range(0, _dice.Next(4)).Select(Rule).ToList();
        var admins = List(() => $"{_dice.Next(4)}");
        var vdc = DerivedRules.Facts(PoolKind.Vdc).ToDictionary(fact => fact, fact => List(() => fact == "GROUPS" ? $"{_dice.Next(4)}" : $"{_dice.Next(2)}:{(_dice.Next(6) == 0 ? -10 : _dice.Next(4))}"));
        var request = new AccessRequest(
            new(new(_dice.Next(4)), new(_dice.Next(4)), [.. Some(() => new GroupId(_dice.Next(4)))]),
            _dice.Next(4) == 0 ? (Rights)_dice.Next(1, 16) : (Rights)(1 << _dice.Next(4)),
            new(Kinds[_dice.Next(Kinds.Length)], _dice.Next(-1, 4), new(_dice.Next(4)), new(_dice.Next(4)), new(_dice.Next(4) == 0 ? _dice.Next(512) : 0), [.. Some(() => _dice.Next(4))]));
        var all = rules.Concat(DerivedRules.Of(PoolKind.Vdc, 0, vdc.GetValueOrDefault)).Concat(DerivedRules.Of(PoolKind.Group, admined, _ => admins));
        var right = NaiveAcl.Allows(request, rules, zone) || NaiveAcl.VdcAllows(request, vdc, zone) || NaiveAcl.AdminAllows(request, admined, admins);
        var said = AccessControl.Authorize(request, all, zone) is null;
        Answers = said ? (Answers.Yes + 1, Answers.No) : (Answers.Yes, Answers.No + 1);
        return said == right ? null : $"{request} is {(said ? "allowed" : "refused")} by {string.Join("; ", all)} in zone {zone}";
    }

    private AclRule Rule(int id)
    {
        var kind = Kinds[_dice.Next(Kinds.Length)] | Kinds[_dice.Next(Kinds.Length)];
        ulong Scope(params ulong[] scopes) => scopes[_dice.Next(scopes.Length)] is var scope && scope == AclRule.All ? scope : scope | (uint)_dice.Next(4);
        return new(
            id, Scope(AclRule.Individual, AclRule.OfGroup, AclRule.All), (ulong)kind | Scope(AclRule.Individual, AclRule.OfGroup, AclRule.All, AclRule.OfCluster),
            (Rights)_dice.Next(1, 16), Scope(AclRule.Individual, AclRule.All));
    }

    private string List(Func<string> element) => string.Join(',', Some(element).Distinct());

    private IEnumerable<T> Some<T>(Func<T> one) => Enumerable.Range(0, _dice.Next(3)).Select(_ => one());
}
