using System.Collections.Immutable;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Access;

/// <summary>
/// Which right on a VM an operation takes. The templates of the user and of his group may say otherwise than OpenNebula ships it, in
/// VM_ADMIN_OPERATIONS, VM_MANAGE_OPERATIONS and VM_USE_OPERATIONS: words with commas, the highest level that names an operation counts.
/// </summary>
public static class VmOperationLevels
{
    public static readonly ImmutableArray<(string Attribute, Rights Rights, string Shipped)> Levels =
    [
        ("VM_ADMIN_OPERATIONS", Rights.Admin, "migrate, delete, recover, retry, deploy, resched, backup, restore"),
        ("VM_MANAGE_OPERATIONS", Rights.Manage, "undeploy, hold, release, stop, suspend, resume, reboot, poweroff, disk-attach, nic-attach, disk-snapshot, "
            + "terminate, disk-resize, snapshot, updateconf, rename, resize, update, disk-saveas, sched-action, sg-attach, pci-attach, exec, vmgroup"),
        ("VM_USE_OPERATIONS", Rights.Use, ""),
    ];

    private static readonly ImmutableDictionary<string, Rights> Shipped = Levels
        .SelectMany(l => Words(l.Shipped).Select(w => KeyValuePair.Create(w, l.Rights))).ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    /// <param name="operation">a word of the lists above</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Rights Of(string operation, Template? user, Template? group) => Own(operation, user) ?? Own(operation, group)
        ?? (Shipped.TryGetValue(operation, out var rights) ? rights : throw new ArgumentException($"no operation is called '{operation}'", nameof(operation)));

    /// <summary>Null: the template names operations that there are; else which is none.</summary>
    public static Refusal? Wrong(Template template) => Levels
        .SelectMany(l => Words(template[l.Attribute] ?? "").Where(w => !Shipped.ContainsKey(w)).Select(w =>
            Refusal.Bad(l.Attribute, template[l.Attribute], $"Unknown vm operation: {w.ToLowerInvariant()}")))
        .FirstOrDefault();

    private static Rights? Own(string operation, Template? template)
    {
        foreach (var (attribute, rights, _) in Levels)
            if (template?[attribute] is { Length: > 0 } text && Words(text).Contains(operation, StringComparer.OrdinalIgnoreCase))
                return rights;
        return null;
    }

    private static IEnumerable<string> Words(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
