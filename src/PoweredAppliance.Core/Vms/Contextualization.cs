using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>Completes CONTEXT with what OpenNebula's contextualisation packages read in the guest: the ETHn_* variables of every
/// NIC where NETWORK=YES, and the values of <c>$NAME</c> and <c>$NAME[KEY]</c>.</summary>
public static partial class Contextualization
{
    public static VectorAttribute Complete(
        VectorAttribute context, VmId id, string vmName, Template given, ImmutableArray<VectorAttribute> nics, ImmutableArray<VectorAttribute> disks)
    {
        var made = context;
        foreach (var (key, value) in context.Pairs)
            if (value.Contains('$', StringComparison.Ordinal))
                made = made.With(key, Substitute(value, id, vmName, given, nics));
        if (Specification.Yes(context["NETWORK"]))
            foreach (var nic in nics)
                made = With(made, nic);
        var taken = disks.Select(d => d["TARGET"]).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (made["TARGET"] is not { Length: > 0 })
            made = made.With("TARGET", Assembly.FreeTarget(Specification.Text(made["DEV_PREFIX"]) ?? "hd", taken));
        return made.With("DISK_ID", disks.Length.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>With the variables of a NIC, where NETWORK=YES; what is there already stays.</summary>
    public static VectorAttribute With(VectorAttribute context, VectorAttribute nic)
    {
        if (!Specification.Yes(context["NETWORK"]))
            return context;
        foreach (var (name, value) in Variables(nic))
            if (value is { Length: > 0 } && context[$"ETH{nic["NIC_ID"]}_{name}"] is null)
                context = context.With($"ETH{nic["NIC_ID"]}_{name}", value);
        return context;
    }

    /// <summary>Without the variables of the NIC of this id.</summary>
    public static VectorAttribute Without(VectorAttribute context, int nic) =>
        context with { Pairs = [.. context.Pairs.Where(p => !p.Key.StartsWith($"ETH{nic}_", StringComparison.Ordinal))] };

    private static IEnumerable<(string Name, string? Value)> Variables(VectorAttribute nic) =>
    [
        ("MAC", nic["MAC"]), ("IP", nic["IP"]), ("MASK", nic["NETWORK_MASK"]), ("NETWORK", nic["NETWORK_ADDRESS"]), ("GATEWAY", nic["GATEWAY"]),
        ("DNS", nic["DNS"]), ("SEARCH_DOMAIN", nic["SEARCH_DOMAIN"]), ("MTU", nic["GUEST_MTU"] ?? nic["MTU"]), ("METRIC", nic["METRIC"]), ("METHOD", nic["METHOD"]),
        ("VLAN_ID", nic["VLAN_ID"]), ("ROUTES", nic["ROUTES"]), ("IP6", nic["IP6_GLOBAL"] ?? nic["IP6"]), ("IP6_ULA", nic["IP6_ULA"]),
        ("IP6_GATEWAY", nic["GATEWAY6"]), ("IP6_METRIC", nic["IP6_METRIC"]), ("IP6_METHOD", nic["IP6_METHOD"]), ("IP6_PREFIX_LENGTH", nic["PREFIX_LENGTH"]),
        ("VROUTER_IP", nic["VROUTER_IP"]), ("VROUTER_IP6", nic["VROUTER_IP6_GLOBAL"] ?? nic["VROUTER_IP6"]),
        ("VROUTER_MANAGEMENT", nic["VROUTER_MANAGEMENT"]), ("EXTERNAL", nic["EXTERNAL"]),
    ];

    private static string Substitute(string value, VmId id, string vmName, Template given, ImmutableArray<VectorAttribute> nics) =>
        Reference().Replace(value, match =>
        {
            var (name, key) = (match.Groups["name"].Value.ToUpperInvariant(), match.Groups["key"].Value.ToUpperInvariant());
            return (name, key) switch
            {
                ("VMID", "") => id.ToString(),
                ("NAME", "") => vmName,
                ("NIC", not "") => nics.Select(n => n[key]).OfType<string>().FirstOrDefault() ?? "",
                (_, "") => given[name] ?? "",
                _ => given.Vector(name)?[key] ?? "",
            };
        });

    [GeneratedRegex(@"\$(?<name>[A-Za-z_][A-Za-z0-9_]*)(\[(?<key>[A-Za-z_][A-Za-z0-9_]*)[^\]]*\])?", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
