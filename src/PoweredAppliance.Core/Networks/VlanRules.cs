using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// VLAN_RULES of a group: which VLANs its members may write into networks, administrators apart. <c>RULE=[ID="5,100-200",
/// SCOPE=VLAN_ID|OUTER_VLAN_ID|CVLAN|VLAN_TAGGED_ID|ANY, VNTEMPLATE="3"]</c>; without VNTEMPLATE it is of any network template and of none.
/// </summary>
public static class VlanRules
{
    /// <summary>Fact of a group: its rules as OpenNebula text.</summary>
    public const string Fact = "VLAN_RULES";

    private const string Any = "ANY";

    /// <summary>The attribute of a network or a range, and the SCOPE that it takes.</summary>
    private static readonly ImmutableArray<(string Attribute, string Scope, bool IsList)> Scopes =
        [("VLAN_ID", "VLAN_ID", false), ("CVLANS", "CVLAN", true), ("VLAN_TAGGED_ID", "VLAN_TAGGED_ID", true), ("OUTER_VLAN_ID", "OUTER_VLAN_ID", false)];

    /// <summary>The rules as they are kept, or why they are none.</summary>
    public static (Template? Rules, Refusal? Why) Read(Template given)
    {
        var rules = new List<VectorAttribute>();
        foreach (var rule in given.Vectors("RULE"))
        {
            var (scope, template) = ((rule["SCOPE"] ?? "").ToUpperInvariant(), rule["VNTEMPLATE"]);
            if (Wrong(rule, "ID") is { } why)
                return (null, why);
            if (scope is not Any && Scopes.All(s => s.Scope != scope))
                return (null, No("RULE/SCOPE", rule["SCOPE"], "Wrong SCOPE in rule."));
            if (template is not (null or "" or "-1") && Wrong(rule, "VNTEMPLATE") is { } wrong)
                return (null, wrong);
            rules.Add(VectorAttribute.Of("RULE", ("ID", rule["ID"]!), ("SCOPE", scope), ("VNTEMPLATE", template is null or "" ? "-1" : template)));
        }

        return (Template.Of(rules), null);
    }

    /// <summary>Why what is written of VLANs is not for a user with these groups; null: it is.</summary>
    /// <param name="groups">the rules of each</param>
    /// <param name="networkTemplate">that the network is or was made of, -1: of none</param>
    public static string? Denies(IReadOnlyList<Template> groups, Template given, int networkTemplate)
    {
        if ((Specification.Yes(given["AUTOMATIC_VLAN_ID"]) || Specification.Yes(given["AUTOMATIC_OUTER_VLAN_ID"])) && networkTemplate >= 0
            && groups.Any(g => g.Vectors("RULE").Any(r => IsOf(r, networkTemplate))))
            return "Automatic selection of VLAN ID cannot be used with VLAN rules scoped to the VN Template";
        var asked = Scopes.Select(s => (Text: given[s.Attribute], s.Scope, s.IsList))
            .Concat(given.Vectors("AR").SelectMany(ar => Scopes.Select(s => (Text: ar[s.Attribute], s.Scope, s.IsList))));
        foreach (var (text, scope, isList) in asked.Where(a => a.Text is { Length: > 0 }))
        {
            if (Ranges(text) is not { } ranges || (!isList && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
                return $"Invalid {scope} specification.";
            if (!groups.Any(g => Allows(g, scope, ranges, networkTemplate)))
                return $"User is not authorized to use the requested {scope}";
        }

        return null;
    }

    /// <summary>Each range lies within one range of a rule.</summary>
    private static bool Allows(Template group, string scope, ImmutableArray<(int First, int Last)> asked, int networkTemplate)
    {
        var allowed = group.Vectors("RULE").Where(r => (r["SCOPE"] is Any || r["SCOPE"] == scope) && IsOf(r, networkTemplate)).SelectMany(r => Ranges(r["ID"])!.Value).ToList();
        return asked.All(a => allowed.Any(r => a.First >= r.First && a.Last <= r.Last));
    }

    private static bool IsOf(VectorAttribute rule, int networkTemplate) =>
        rule["VNTEMPLATE"] is "-1" || Ranges(rule["VNTEMPLATE"])!.Value.Any(r => networkTemplate >= r.First && networkTemplate <= r.Last);

    /// <summary><c>5,100-200</c>; which end is written first does not matter. Null: it is no such list.</summary>
    private static ImmutableArray<(int First, int Last)>? Ranges(string? text)
    {
        var ranges = ImmutableArray.CreateBuilder<(int, int)>();
        foreach (var part in (text ?? "").Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var one)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var other))
                return null;
            ranges.Add((Math.Min(one, other), Math.Max(one, other)));
        }

        return ranges.ToImmutable();
    }

    private static Refusal? Wrong(VectorAttribute rule, string key) => rule[key] is not { Length: > 0 } text
        ? No($"RULE/{key}", rule[key], $"Missing {key} in rule.")
        : Ranges(text) is null ? No($"RULE/{key}", text, $"Invalid {key} specification.") : null;

    private static Refusal No(string field, string? value, string why) => new(ErrorCode.Action, why, field, value);
}
