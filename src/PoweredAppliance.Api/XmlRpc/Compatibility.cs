using System.Collections.Frozen;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>What of OpenNebula's API the appliance does: the third state beside "has a handler" and "has none".</summary>
internal static class Compatibility
{
    /// <summary>Calls of OpenNebula's daemons to each other; a client has no use for them, and the control plane has its own ways.</summary>
    public static readonly FrozenSet<string> Internal = FrozenSet.Create(
        StringComparer.Ordinal,
        "one.zone.fedreplicate", "one.zone.replicate", "one.zone.updatedb", "one.zone.voterequest",
        "one.market.allocatedb", "one.market.updatedb", "one.marketapp.allocatedb", "one.marketapp.dropdb", "one.marketapp.updatedb");

    /// <summary>By method: what it lacks of what OpenNebula's does. A method that is not here does all of it.</summary>
    public static readonly FrozenDictionary<string, string> Partial = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["one.vm.disksaveas"] = "a snapshot of a disk is not saved by itself, nor is a CD-ROM",
        ["one.image.allocate"] = "types BACKUP and FILESYSTEM are refused; raw and qcow2 are the formats",
        ["one.image.restore"] = "no image is a backup, since none are made",
        ["one.datastore.allocate"] = "drivers that keep disks as files: DS_MAD fs, TM_MAD qcow2, ssh, local, shared; backup datastores of DS_MAD dummy only; the files of all image datastores lie in one folder, those of VMs in one of each host",
        ["one.market.allocate"] = "MARKET_MAD http only",
        ["one.market.enable"] = "the apps of a disabled marketplace stay",
        ["one.vm.schedadd"] = "backup is refused",
        ["one.vm.schedupdate"] = "backup is refused",
        ["one.vm.migrate"] = "between system datastores; a VM that is UNKNOWN stays where it may run; live, a disk with snapshots stays",
        ["one.vm.resize"] = "memory of running guests by ballooning alone; no host gives more than it has, enforced or not",
        ["one.vm.updateconf"] = "BACKUP_CONFIG is refused; GRAPHICS cannot be added while a host keeps room for the VM",
        ["one.vn.allocate"] = "bridges and VLAN devices must exist on the hosts; shared ranges and external IPAM are refused",
        ["one.vn.update"] = "NICs keep what they were made with",
        ["one.vn.update_ar"] = "NICs keep what they were made with",
        ["one.hook.allocate"] = "commands are files in the folder of hooks; REMOTE is refused; no events are published on port 2101",
        ["one.zone.addserver"] = "controllers join by their settings, a zone's record has no list of servers",
        ["one.zone.allocate"] = "one zone, no federation",
        ["one.zone.resetserver"] = "controllers join by their settings, a zone's record has no list of servers",
        ["one.user.allocate"] = "all drivers but saml",
        ["one.user.chauth"] = "all drivers but saml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>As <c>system.methodHelp</c> says it, behind the method and its parameters.</summary>
    public static string Say(RpcMethod method) => method switch
    {
        { Handler: null } when Internal.Contains(method.Name) => " is between OpenNebula's daemons and is not supported by this version of the appliance",
        { Handler: null } => " is not supported by this version of the appliance",
        _ when Partial.TryGetValue(method.Name, out var missing) => $" is supported in part: {missing}",
        _ => "",
    };
}
