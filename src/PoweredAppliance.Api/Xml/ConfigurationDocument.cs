using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// OPENNEBULA_CONFIGURATION: the appliance's own settings under the names that OpenNebula's tools read. What it has no setting for is
/// left out; every element is optional.
/// </summary>
internal static class ConfigurationDocument
{
    /// <param name="port">of XML-RPC</param>
    /// <param name="messageBytes">the longest request that is read</param>
    public static void Write(DocumentWriter to, ControlPlaneSettings settings, int port, long messageBytes)
    {
        to.Open("OPENNEBULA_CONFIGURATION");
        to.CData("API_LIST_ORDER", "DESC");
        Vector(to, "AUTH_MAD", ("AUTHN", "core"), ("EXECUTABLE", ""));
        Vector(to, "AUTH_MAD_CONF", ("DRIVER_MANAGED_GROUPS", "NO"), ("DRIVER_MANAGED_GROUP_ADMIN", "NO"), ("MAX_TOKEN_TIME", "-1"), ("NAME", "core"), ("PASSWORD_CHANGE", "YES"));
        to.CData("DATASTORE_CAPACITY_CHECK", "NO");
        to.CData("DEFAULT_AUTH", "core");
        Vector(to, "DEFAULT_COST", ("CPU_COST", "0"), ("DISK_COST", "0"), ("MEMORY_COST", "0"));
        to.CData("DEFAULT_DEVICE_PREFIX", "vd");
        to.CData("DEFAULT_IMAGE_PERSISTENT", "NO");
        to.CData("DEFAULT_IMAGE_TYPE", "OS");
        to.CData("DEFAULT_UMASK", Permissions.DefaultUmask.ToOctal());
        Vector(to, "DS_MAD_CONF", ("MARKETPLACE_ACTIONS", ""), ("NAME", "fs"), ("PERSISTENT_ONLY", "NO"), ("REQUIRED_ATTRS", ""));
        to.CData("ENABLE_OTHER_PERMISSIONS", "YES");
        Vector(to, "FEDERATION", ("MASTER_ONED", ""), ("MODE", "STANDALONE"), ("SERVER_ID", "-1"), ("ZONE_ID", "0"));
        Vector(to, "IM_MAD", ("NAME", "kvm"));
        to.CData("MAC_PREFIX", "02:00");
        to.CData("MESSAGE_SIZE", messageBytes);
        to.CData("MONITORING_INTERVAL_HOST", (long)settings.ReadEvery.TotalSeconds);
        to.CData("MONITORING_INTERVAL_VM", (long)settings.ReadEvery.TotalSeconds);
        to.CData("PORT", port);
        Vector(to, "TM_MAD_CONF", ("ALLOW_ORPHANS", "NO"), ("CLONE_TARGET", "SYSTEM"), ("LN_TARGET", "NONE"), ("NAME", "qcow2"), ("SHARED", "NO"));
        to.CData("VM_ADMIN_OPERATIONS", "recover, deploy, resched");
        to.CData("VM_MANAGE_OPERATIONS", "undeploy, hold, release, stop, suspend, resume, reboot, poweroff, terminate, rename, update");
        Vector(to, "VM_MAD", ("NAME", "kvm"), ("SUNSTONE_NAME", "KVM"), ("TYPE", "kvm"));
        Vector(to, "VNC_PORTS", ("RESERVED", ""), ("START", $"{Host.FirstGraphicsPort}"));
        Vector(to, "VN_MAD_CONF", ("BRIDGE_TYPE", "linux"), ("NAME", "bridge"));
        to.Close("OPENNEBULA_CONFIGURATION");
    }

    private static void Vector(DocumentWriter to, string name, params ReadOnlySpan<(string Key, string Value)> pairs)
    {
        to.Open(name);
        foreach (var (key, value) in pairs)
            to.CData(key, value);
        to.Close(name);
    }
}
