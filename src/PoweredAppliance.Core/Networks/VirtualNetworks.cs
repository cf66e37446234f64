using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Networks;

/// <summary>
/// What a virtual network must be when it is made or updated, decided where all networks are known: its driver's attributes, VLAN ids
/// and MACs that are no other's. Reservations (a fact PARENT_NETWORK_ID) take these from their parent.
/// </summary>
public static class VirtualNetworks
{
    public const string ParentFact = "PARENT_NETWORK_ID";

    /// <summary>Facts that a reservation shares with its parent.</summary>
    public static readonly ImmutableArray<string> OfTheWire = ["VN_MAD", "BRIDGE", "BRIDGE_TYPE", "PHYDEV", "VLAN_ID", "OUTER_VLAN_ID"];

    internal static (PooledObject? Made, Refusal? Why) Made(PooledObject network, ObjectPool pool)
    {
        var made = network;
        if (network.Fact(ParentFact) is null)
        {
            var (wired, why) = Wired(network, pool);
            if (why is not null)
                return (null, why);
            made = wired!;
        }

        var ranges = ImmutableArray<VectorAttribute>.Empty;
        foreach (var ar in network.Template.Vectors("AR"))
        {
            var (range, why) = AddressRanges.Prepare(ar, ranges.Length, pool, ranges, network.Fact(ParentFact) is null ? null : ar["PARENT_NETWORK_AR_ID"]);
            if (why is not null)
                return (null, why);
            ranges = ranges.Add(range!);
        }

        return (made with { Template = made.Template.WithVectors("AR", ranges) }, null);
    }

    /// <summary>The address ranges stay, and what the appliance gave by itself.</summary>
    internal static (PooledObject? Made, Refusal? Why) Updated(PooledObject before, PooledObject next)
    {
        var template = next.Template.WithVectors("AR", before.Template.Vectors("AR")).Without("AUTOMATIC_VLAN_ID").Without("AUTOMATIC_OUTER_VLAN_ID");
        var mad = Given(template["VN_MAD"]) ?? before.Fact("VN_MAD") ?? "bridge";
        var (driver, why) = NetworkDriver.Of(mad);
        if (why is not null)
            return (null, why);
        var wanted = template["BRIDGE_TYPE"];
        var (type, wrong) = driver!.BridgeType(mad != before.Fact("VN_MAD") && wanted == before.Fact("BRIDGE_TYPE") ? null : wanted);
        if (wrong is not null)
            return (null, wrong);
        var made = Fact(Fact(next, "VN_MAD", driver.Name), "BRIDGE_TYPE", type);
        made = Fact(Fact(made, "BRIDGE", Given(template["BRIDGE"]) ?? before.Fact("BRIDGE")), "PHYDEV", template["PHYDEV"]);
        foreach (var tag in new[] { "VLAN_ID", "OUTER_VLAN_ID" })
            if (before.FactInt($"{tag}_AUTOMATIC") == 1)
                template = template.Without(tag);
            else
                made = Fact(made, tag, template[tag]);
        template = template.Set("VN_MAD", driver.Name).Set("BRIDGE_TYPE", type!);
        if (made.Fact("BRIDGE") is { } bridge)
            template = template.Set("BRIDGE", bridge);
        return (made with { Template = template }, null);
    }

    private static (PooledObject? Made, Refusal? Why) Wired(PooledObject network, ObjectPool pool)
    {
        var given = network.Template;
        var (vlanIsAutomatic, outerIsAutomatic) = (Automatic(given, "VLAN_ID"), Automatic(given, "OUTER_VLAN_ID"));
        var (driver, unknown) = NetworkDriver.Of(Given(given["VN_MAD"]) ?? (Given(given["LIBVIRT_NETWORK"]) is null ? "bridge" : "libvirt"));
        if ((unknown ?? driver!.Missing(given, vlanIsAutomatic, outerIsAutomatic)) is { } missing)
            return (null, missing);
        var (type, wrong) = driver!.BridgeType(given["BRIDGE_TYPE"]);
        if (wrong is not null)
            return (null, wrong);
        var bridge = Given(given["BRIDGE"])
            ?? (driver.Name is "libvirt" ? null : Given(given["VLAN_ID"]) is { } vlan ? $"onebr.{vlan}" : $"onebr{network.Id.ToString(CultureInfo.InvariantCulture)}");
        var made = Fact(Fact(Fact(network, "VN_MAD", driver.Name), "BRIDGE_TYPE", type), "BRIDGE", bridge);
        made = Fact(Fact(Fact(made, "PHYDEV", given["PHYDEV"]), "STATE", "1"), "PREV_STATE", "1");
        foreach (var (tag, kind, automatic) in new[] { ("VLAN_ID", driver.Vlan, vlanIsAutomatic), ("OUTER_VLAN_ID", driver.Outer, outerIsAutomatic) })
        {
            var id = Given(given[tag]);
            if (automatic && kind is not NetworkDriver.Tag.None)
            {
                if (NetworkDriver.Free(kind, network.Id, pool) is not { } free)
                    return (null, new(ErrorCode.Internal, $"Cannot automatically assign {tag} to network: all are in use.", tag));
                (id, made) = (AddressRanges.Text(free), Fact(made, $"{tag}_AUTOMATIC", "1"));
            }

            made = Fact(made, tag, id);
        }

        var template = given.Without("AUTOMATIC_VLAN_ID").Without("AUTOMATIC_OUTER_VLAN_ID").Without("TEMPLATE_ID")
            .Set("VN_MAD", driver.Name).Set("BRIDGE_TYPE", type!).Set("SECURITY_GROUPS", Together(given["SECURITY_GROUPS"], "0"));
        return (made with { Template = bridge is null ? template : template.Set("BRIDGE", bridge) }, null);
    }

    /// <summary>Ids with commas, each once, ascending; what is no id is left out.</summary>
    public static string Together(params IEnumerable<string?> lists) => string.Join(',', lists
        .SelectMany(l => (l ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Select(id => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
        .Where(id => id >= 0).Distinct().Order().Select(AddressRanges.Text));

    private static bool Automatic(Template given, string tag) => Given(given[tag]) is null && AddressRanges.Yes(given[$"AUTOMATIC_{tag}"]);

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    private static PooledObject Fact(PooledObject o, string name, string? value) =>
        value is { Length: > 0 } ? o.With(name, value) : o with { Facts = o.Facts.Remove(name) };
}
