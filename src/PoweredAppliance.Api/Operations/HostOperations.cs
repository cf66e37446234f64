using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <param name="DatastorePath">where on a host its datastores' pools lie, unless the host says otherwise</param>
public sealed record HostDefaults(string DatastorePath);

/// <summary>Enrolling and setting aside hosts.</summary>
public sealed class HostOperations(Cloud cloud, Authority authority, HostDefaults defaults, HostProfiles profiles)
{
    /// <summary>
    /// OpenNebula's tools know a host by its name alone: a name that is no URI is reached over ssh as they would, except this machine;
    /// its dummy drivers are a simulated host.
    /// </summary>
    public static string UriOf(string name) => name is "localhost" or "127.0.0.1"
        ? "qemu:///system"
        : name.StartsWith("sim:", StringComparison.Ordinal) ? name : $"qemu+ssh://root@{name}/system";

    public async Task<Answer> Add(
        Subject who, string name, string? uri, int cluster, string? profile, string? datastorePath, string imMad = "kvm", string vmMad = "kvm")
    {
        if (authority.MayCreate(who, PoolKind.Host) is { } why)
            return why;
        if (profile is { Length: > 0 } && profiles.Find(profile) is null)
            return Refusal.Bad("profile", profile, $"There is no hardware profile '{profile}'; there are {string.Join(", ", profiles.Names)}.");
        if (name.Length is < 2 or > 63)
            return Refusal.Bad("NAME", name, $"Invalid HOSTNAME, it must have 2 to 63 characters, '{name}' has {name.Length}.");
        var id = cluster < 0 ? 0 : cluster;
        if (cloud.Inventory.Find(PoolKind.Cluster, id) is null)
            return Refusal.NotFound("cluster", id);
        return await cloud.AddHost(
            name, uri is { Length: > 0 } ? uri : vmMad is "dummy" ? "sim:generic" : UriOf(name), datastorePath is { Length: > 0 } ? datastorePath : defaults.DatastorePath, id, profile, who.Caller(),
            Template.Empty.Set("IM_MAD", imMad).Set("VM_MAD", vmMad).Set("RESERVED_CPU", "").Set("RESERVED_MEM", ""),
            [new("IM_MAD", imMad), new("VM_MAD", vmMad)]).ConfigureAwait(false);
    }

    public Task<Answer> SetStatus(Subject who, int id, HostStatus status)
    {
        if (cloud.Inventory.Find(PoolKind.Host, id) is not { } host)
            return Task.FromResult<Answer>(Refusal.NotFound("host", id));
        if (authority.May(who, Rights.Admin, host) is { } why)
            return Task.FromResult<Answer>(why);
        var facts = ImmutableSortedDictionary<string, string>.Empty.Add("STATUS", Permitted.Text((int)status));
        return cloud.ChangeHost(new PoolProtocol.SetFacts(PoolKind.Host, id, facts), id);
    }
}
