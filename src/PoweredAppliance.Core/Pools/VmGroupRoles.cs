using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>
/// The roles of a VM group, ROLE vectors of its template with an ID each, and the rules between them: the template's AFFINED and
/// ANTI_AFFINED name roles with commas between. Which VMs are in a role is what the VMs say.
/// </summary>
public static class VmGroupRoles
{
    public const string Role = "ROLE", Affined = "AFFINED", AntiAffined = "ANTI_AFFINED";

    /// <summary>As many as OpenNebula's rules can name.</summary>
    public const int Most = 32;

    public static IEnumerable<(int Id, string Name, VectorAttribute Role)> Of(Template group) => group.Vectors(Role)
        .Select(r => (int.Parse(r["ID"]!, CultureInfo.InvariantCulture), r["NAME"]!, r));

    /// <summary>The roles of each rule of that kind (<see cref="Affined"/>, <see cref="AntiAffined"/>).</summary>
    public static IEnumerable<ImmutableSortedSet<string>> Rules(Template group, string kind) => RulesOf(group, kind).Select(r => r.Names);

    private static IEnumerable<(string Text, ImmutableSortedSet<string> Names)> RulesOf(Template group, string kind) =>
        group.Attributes.OfType<SingleAttribute>().Where(a => a.Name == kind).Select(a => (a.Value, NamesIn(a.Value)));

    /// <summary>Numbers the roles of a new group from 0.</summary>
    public static (Template? Made, Refusal? Why) ForNew(Template given)
    {
        var made = given.Without(Role);
        foreach (var role in given.Vectors(Role))
            if (Add(made, role) is ({ } next, null))
                made = next;
            else
                return Add(made, role);
        return Checked(made);
    }

    /// <summary>An update of a group's template leaves its roles.</summary>
    public static (Template? Made, Refusal? Why) Updated(Template now, Template next) => Checked(next.WithVectors(Role, now.Vectors(Role)));

    /// <summary>Adds a role (<paramref name="id"/> null), changes one, or takes one away (<paramref name="given"/> null).</summary>
    public static (Template? Made, Refusal? Why) Change(Template now, int groupId, int? id, VectorAttribute? given)
    {
        if (id is not { } number)
            return Add(now, given!) is ({ } more, null) ? Checked(more) : Add(now, given!);
        var roles = Of(now).ToList();
        var at = roles.FindIndex(r => r.Id == number);
        if (at < 0)
            return (null, No(given is null
                ? $"Unable to delete role {number}, the role doesn't exists"
                : $"VMGroup {groupId} doesn't have role {number}", groupId));
        if (given is null)
            return Checked(now.WithVectors(Role, roles.Where(r => r.Id != number).Select(r => r.Role)));
        var changed = given.Pairs.Where(p => p.Key is not ("ID" or "VMS") && (p.Key is not "NAME" || p.Value.Length > 0))
            .Aggregate(roles[at].Role, (role, pair) => role.With(pair.Key, pair.Value));
        if (roles.Exists(r => r.Id != number && r.Name == changed["NAME"]))
            return (null, No($"VMGroup {groupId} Role {number} can not update name, role with name {changed["NAME"]} already exists", groupId));
        return Checked(now.WithVectors(Role, roles.Select((r, i) => i == at ? changed : r.Role)));
    }

    private static (Template? Made, Refusal? Why) Add(Template now, VectorAttribute given)
    {
        var roles = Of(now).ToList();
        if (given["NAME"] is not { Length: > 0 } name)
            return (null, new(ErrorCode.Action, "Missing NAME in VM group role", "ROLE/NAME"));
        if (roles.Exists(r => r.Name == name))
            return (null, new(ErrorCode.Action, "Role already exists", "ROLE/NAME", name));
        if (roles.Count == Most)
            return (null, new(ErrorCode.Action, "Maximum number of roles in a VM Group reached", Role));
        var next = roles.Count == 0 ? 0 : roles[^1].Id + 1;
        return (now.Add(given.Without("VMS").With("ID", next.ToString(CultureInfo.InvariantCulture))), null);
    }

    /// <summary>Policies are words that there are; rules name roles that there are, no rule twice, and none against another.</summary>
    private static (Template? Made, Refusal? Why) Checked(Template group)
    {
        var roles = Of(group).ToDictionary(r => r.Name, r => r.Role, StringComparer.Ordinal);
        foreach (var (name, role) in roles)
            if (role["POLICY"] is { Length: > 0 } policy && policy.ToUpperInvariant() is not ("NONE" or Affined or AntiAffined))
                return (null, new(ErrorCode.Action, $"POLICY of role {name} must be NONE, {Affined} or {AntiAffined}, it is '{policy}'", "ROLE/POLICY", policy));
        var all = new Dictionary<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);
        foreach (var rule in (string[])[Affined, AntiAffined])
        {
            var sets = RulesOf(group, rule).ToList();
            foreach (var (text, names) in sets)
                if (names.Any(n => !roles.ContainsKey(n)))
                    return (null, new(ErrorCode.Action, $"Some roles used in {rule} attribute ({text}) are not defined", rule, text));
            if (sets.GroupBy(s => string.Join(',', s.Names)).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
                return (null, new(ErrorCode.Action, $"Duplicated {rule} rule ({twice.Last().Text}) detected.", rule, twice.Last().Text));
            all[rule] = [.. sets.SelectMany(s => s.Names)];
        }

        if (all[Affined].FirstOrDefault(n => Is(roles[n]["POLICY"], AntiAffined)) is { } torn)
            return (null, new(ErrorCode.Action, $"Role {torn} is in an AFFINED rule but the role policy is ANTI_AFFINED", Affined, torn));
        var both = all[Affined].Intersect(all[AntiAffined]);
        return both.IsEmpty
            ? (group, null)
            : (null, new(ErrorCode.Action, $"Roles defined in AFFINED and ANTI_AFFINED rules: {string.Join(' ', both)}", Affined, string.Join(',', both)));
    }

    private static ImmutableSortedSet<string> NamesIn(string rule) =>
        rule.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedSet(StringComparer.Ordinal);

    private static bool Is(string? policy, string word) => string.Equals(policy, word, StringComparison.OrdinalIgnoreCase);

    private static Refusal No(string text, int id) => new(ErrorCode.Action, text, ObjectId: id);
}
