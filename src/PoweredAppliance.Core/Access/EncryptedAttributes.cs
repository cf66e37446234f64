using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Access;

/// <summary>What of a template is stored encrypted, by kind, as OpenNebula ships its *_ENCRYPTED_ATTR.</summary>
public static class EncryptedAttributes
{
    private static readonly ImmutableArray<ListedAttribute> Vm = ListedAttribute.Read("CONTEXT: PASSWORD", "ONEAPP_ONEKS_CLUSTER_SPEC");
    private static readonly ImmutableArray<ListedAttribute> Document = ListedAttribute.Read("PROVISION_BODY");
    private static readonly ImmutableArray<ListedAttribute> User = ListedAttribute.Read("SSH_PRIVATE_KEY", "SSH_PASSPHRASE");
    private static readonly ImmutableArray<ListedAttribute> Datastore = ListedAttribute.Read("RESTIC_PASSWORD", "NETAPP_PASS", "PUREFA_API_TOKEN");

    /// <summary>Lines of a VM's CONTEXT.</summary>
    internal static ImmutableSortedSet<string> OfContext { get; } = Vm.Single(a => a.Name == "CONTEXT").Parts;

    /// <summary>Those of a kind, sorted by name.</summary>
    public static ImmutableArray<ListedAttribute> Of(PoolKind kind) => kind switch
    {
        PoolKind.Template => Vm,
        PoolKind.Document => Document,
        PoolKind.User => User,
        PoolKind.Datastore => Datastore,
        _ => [],
    };

    internal static Template With(PoolKind kind, Template template, Func<string, string> change) => Of(kind) is { IsEmpty: false } listed
        && template.Attributes.Any(a => listed.Any(l => l.Name == a.Name))
            ? Template.Of(template.Attributes.Select(a => listed.FirstOrDefault(l => l.Name == a.Name) is { } of ? Changed(a, of, change) : a))
            : template;

    private static TemplateAttribute Changed(TemplateAttribute attribute, ListedAttribute listed, Func<string, string> change) => attribute switch
    {
        SingleAttribute single when listed.Parts.IsEmpty => new SingleAttribute(single.Name, change(single.Value)),
        VectorAttribute vector => listed.Parts.Where(part => vector[part] is not null).Aggregate(vector, (v, part) => v.With(part, change(v[part]!))),
        _ => attribute,
    };
}
