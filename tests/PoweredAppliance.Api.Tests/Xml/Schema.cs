using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PoweredAppliance.Api.Tests.Xml;

/// <summary>
/// The elements of OpenNebula 7.4's documents in their order: <c>?</c> may be absent, <c>*</c> any number, <c>#</c> holds an integer. A
/// line is for an element of that name, or for one inside another. Elements without a line (templates) are not looked into.
/// </summary>
internal static class Schema
{
    private const string Owned = "ID# UID# GID# UNAME GNAME NAME LOCK? PERMISSIONS";
    private const string OwnedLockLater = "ID# UID# GID# UNAME GNAME NAME PERMISSIONS";

    private static readonly Dictionary<string, string> Lines = new(StringComparer.Ordinal)
    {
        ["PERMISSIONS"] = "OWNER_U# OWNER_M# OWNER_A# GROUP_U# GROUP_M# GROUP_A# OTHER_U# OTHER_M# OTHER_A#",
        ["VM"] = OwnedLockLater + " LAST_POLL# STATE# LCM_STATE# PREV_STATE# PREV_LCM_STATE# RESCHED# STIME# ETIME# DEPLOY_ID LOCK? MONITORING SCHED_ACTIONS"
            + " TEMPLATE USER_TEMPLATE HISTORY_RECORDS SNAPSHOTS* BACKUPS",
        ["VM/MONITORING"] = "CPU? DISKRDBYTES? DISKRDIOPS? DISKWRBYTES? DISKWRIOPS? DISK_SIZE* ID? MEMORY? NETRX? NETTX? TIMESTAMP?",
        ["HISTORY_RECORDS"] = "HISTORY*",
        ["HISTORY"] = "OID# SEQ# HOSTNAME HID# CID# STIME# ETIME# VM_MAD TM_MAD DS_ID# PLAN_ID# ACTION_ID# PSTIME# PETIME# RSTIME# RETIME# ESTIME# EETIME#"
            + " ACTION# UID# GID# REQUEST_ID",
        ["BACKUPS"] = "BACKUP_CONFIG BACKUP_IDS",
        ["HOST_POOL"] = "HOST*",
        ["HOST"] = "ID# NAME STATE# PREV_STATE# IM_MAD VM_MAD CLUSTER_ID# CLUSTER HOST_SHARE VMS TEMPLATE MONITORING",
        ["HOST_SHARE"] = "MEM_USAGE# CPU_USAGE# TOTAL_MEM# TOTAL_CPU# MAX_MEM# MAX_CPU# RUNNING_VMS# VMS_THREAD# DATASTORES PCI_DEVICES NUMA_NODES",
        ["HOST_SHARE/DATASTORES"] = "DISK_USAGE# DS* FREE_DISK# MAX_DISK# USED_DISK#",
        ["DS"] = "FREE_MB# ID# TOTAL_MB# USED_MB#",
        ["NUMA_NODES"] = "NODE*",
        ["NODE"] = "CORE* HUGEPAGE* MEMORY NODE_ID#",
        ["CORE"] = "CPUS DEDICATED FREE# ID#",
        ["NODE/MEMORY"] = "DISTANCE TOTAL# USAGE#",
        ["HOST/MONITORING"] = "TIMESTAMP? ID? CAPACITY? SYSTEM?",
        ["CAPACITY"] = "FREE_CPU# FREE_MEMORY# USED_CPU# USED_MEMORY#",
        ["SYSTEM"] = "NETRX# NETTX#",
        ["CLUSTER"] = "ID# NAME HOSTS DATASTORES VNETS TEMPLATE PLAN?",
        ["CLUSTER/HOSTS"] = "ID*",
        ["DATASTORE"] = OwnedLockLater + " DS_MAD TM_MAD BASE_PATH TYPE# DISK_TYPE# STATE# CLUSTERS TOTAL_MB# FREE_MB# USED_MB# IMAGES TEMPLATE",
        ["IMAGE"] = Owned + " TYPE# DISK_TYPE# PERSISTENT# REGTIME# MODTIME# SOURCE PATH FORMAT FS SIZE# STATE# PREV_STATE# RUNNING_VMS# CLONING_OPS#"
            + " CLONING_ID# TARGET_SNAPSHOT# DATASTORE_ID# DATASTORE VMS CLONES APP_CLONES TEMPLATE SNAPSHOTS BACKUP_INCREMENTS BACKUP_DISK_IDS?",
        ["IMAGE/SNAPSHOTS"] = "ALLOW_ORPHANS CURRENT_BASE# NEXT_SNAPSHOT SNAPSHOT*",
        ["VNET"] = Owned + " CLUSTERS BRIDGE BRIDGE_TYPE? STATE# PREV_STATE# PARENT_NETWORK_ID TEMPLATE_ID VN_MAD PHYDEV VLAN_ID? OUTER_VLAN_ID?"
            + " VLAN_ID_AUTOMATIC OUTER_VLAN_ID_AUTOMATIC USED_LEASES# VROUTERS UPDATED_VMS OUTDATED_VMS UPDATING_VMS ERROR_VMS TEMPLATE AR_POOL",
        ["AR_POOL"] = "AR*",
        ["AR"] = "AR_ID IP? MAC NEXT_INDEX# SHARED? SIZE# TYPE MAC_END? IP_END? USED_LEASES? LEASES?",
        ["LEASES"] = "LEASE*",
        ["LEASE"] = "IP? MAC? VM?",
        ["VMTEMPLATE"] = Owned + " REGTIME# TEMPLATE",
        ["SECURITY_GROUP"] = OwnedLockLater + " UPDATED_VMS OUTDATED_VMS UPDATING_VMS ERROR_VMS TEMPLATE",
        ["USER"] = UserHead + " DATASTORE_QUOTA? NETWORK_QUOTA? VM_QUOTA? IMAGE_QUOTA? DEFAULT_USER_QUOTAS",
        ["USER_POOL/USER"] = UserHead,
        ["GROUPS"] = "ID*",
        ["LOGIN_TOKEN"] = "TOKEN EXPIRATION_TIME# EGID#",
        ["QUOTAS"] = "ID# DATASTORE_QUOTA? NETWORK_QUOTA? VM_QUOTA? IMAGE_QUOTA?",
        ["GROUP"] = "ID# NAME TEMPLATE USERS ADMINS DATASTORE_QUOTA? NETWORK_QUOTA? VM_QUOTA? IMAGE_QUOTA? VLAN_RULES DEFAULT_GROUP_QUOTAS",
        ["GROUP_POOL/GROUP"] = "ID# NAME TEMPLATE USERS ADMINS",
        ["VM_QUOTA"] = "VM*",
        ["VM_QUOTA/VM"] = "CPU CPU_USED MEMORY# MEMORY_USED# PCI_DEV# PCI_DEV_USED# PCI_NIC# PCI_NIC_USED# RUNNING_CPU RUNNING_CPU_USED RUNNING_MEMORY#"
            + " RUNNING_MEMORY_USED# RUNNING_PCI_DEV# RUNNING_PCI_DEV_USED# RUNNING_PCI_NIC# RUNNING_PCI_NIC_USED# RUNNING_VMS# RUNNING_VMS_USED#"
            + " SYSTEM_DISK_SIZE# SYSTEM_DISK_SIZE_USED# VMS# VMS_USED#",
        ["VLAN_RULES"] = "ID# RULE*",
        ["ACL_POOL"] = "ACL*",
        ["ACL"] = "ID# USER RESOURCE RIGHTS ZONE STRING",
        ["VDC"] = "ID# NAME GROUPS CLUSTERS HOSTS DATASTORES VNETS TEMPLATE",
        ["VDC/CLUSTERS"] = "CLUSTER*",
        ["CLUSTERS/CLUSTER"] = "ZONE_ID# CLUSTER_ID#",
        ["ZONE"] = "ID# NAME STATE# TEMPLATE SERVER_POOL",
        ["ZONE_POOL"] = "ZONE*",
        ["RAFT"] = "SERVER_ID# STATE# TERM# VOTEDFOR# COMMIT# LOG_INDEX# LOG_TERM# FEDLOG_INDEX#",
        ["MONITORING_DATA"] = "MONITORING*",

        // Fields that are called like an object.
        ["ACL/USER"] = "",
        ["ACL/ZONE"] = "",
        ["HOST/CLUSTER"] = "",
        ["IMAGE/DATASTORE"] = "",
        ["LEASE/VM"] = "",
    };

    /// <summary>Those of the short VMs of one.vmpool.info, before the others.</summary>
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["VM_POOL/VM"] = "ID# UID# GID# UNAME GNAME NAME LAST_POLL# STATE# LCM_STATE# RESCHED# STIME# ETIME# DEPLOY_ID LOCK? TEMPLATE MONITORING?"
            + " USER_TEMPLATE HISTORY_RECORDS",
        ["HISTORY"] = "OID# SEQ# HOSTNAME HID# CID# DS_ID# VM_MAD TM_MAD ACTION#",
        ["VM/TEMPLATE"] = "CPU? MEMORY? VCPU? DISK* NIC* GRAPHICS?",
    };

    private const string UserHead = "ID# GID# GROUPS GNAME NAME PASSWORD AUTH_DRIVER ENABLED# LOGIN_TOKEN* TEMPLATE";

    /// <summary>What is not as the tables say; empty when all is.</summary>
    public static IEnumerable<string> Wrong(XElement element, bool shortVms = false)
    {
        var name = element.Name.LocalName;
        var line = Line($"{element.Parent?.Name.LocalName}/{name}", shortVms) ?? Line(name, shortVms);
        if (line is null)
            yield break;
        if (line.Length == 0)
        {
            if (element.HasElements)
                yield return $"{name} has elements, it is a text";
            yield break;
        }

        var pattern = string.Concat(line.Split(' ').Select(word => $"({word.TrimEnd('?', '*', '#')} ){(word[^1] is '?' or '*' ? word[^1] : "")}"));
        var children = string.Concat(element.Elements().Select(e => e.Name.LocalName + " "));
        if (!Regex.IsMatch(children, $"^{pattern}$", RegexOptions.CultureInvariant))
            yield return $"{name} has {children}, not {line}";
        var integers = line.Split(' ').Where(word => word.EndsWith('#')).Select(word => word[..^1]).ToHashSet(StringComparer.Ordinal);
        foreach (var child in element.Elements())
            if (integers.Contains(child.Name.LocalName) && !long.TryParse(child.Value, CultureInfo.InvariantCulture, out _))
                yield return $"{name}/{child.Name} is no integer: '{child.Value}'";
        foreach (var child in element.Elements())
            foreach (var wrong in Wrong(child, shortVms))
                yield return wrong;
    }

    public static bool Knows(string name) => Lines.ContainsKey(name);

    private static string? Line(string key, bool shortVms) =>
        (shortVms ? Short.GetValueOrDefault(key) : null) ?? Lines.GetValueOrDefault(key);
}
