using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>
/// OPENNEBULA_CONFIGURATION: the appliance's own settings under the names that OpenNebula's tools read. What it has no setting for is
/// left out; every element is optional. Sorted by name.
/// </summary>
internal static class ConfigurationDocument
{
    private static readonly (PoolKind Kind, string Word)[] Restricted =
        [(PoolKind.Template, "VM"), (PoolKind.Image, "IMAGE"), (PoolKind.VirtualNetwork, "VNET"), (PoolKind.User, "USER"), (PoolKind.Group, "GROUP")];

    private static readonly (PoolKind Kind, string Word)[] Encrypted =
        [(PoolKind.Template, "VM"), (PoolKind.Document, "DOCUMENT"), (PoolKind.User, "USER"), (PoolKind.Datastore, "DATASTORE")];

    /// <param name="port">of XML-RPC</param>
    /// <param name="messageBytes">the longest request that is read</param>
    public static void Write(DocumentWriter to, ControlPlaneSettings settings, int port, long messageBytes)
    {
        List<(string Name, Action Write)> elements = [];
        void One(string name, string value) => elements.Add((name, () => to.CData(name, value)));
        void Number(string name, long value) => elements.Add((name, () => to.CData(name, value)));
        void Many(string name, params (string Key, string Value)[] pairs) => elements.Add((name, () => Vector(to, name, pairs)));

        One("API_LIST_ORDER", "DESC");
        Many("AUTH_MAD", ("AUTHN", "core"), ("EXECUTABLE", ""));
        Many("AUTH_MAD_CONF", ("DRIVER_MANAGED_GROUPS", "NO"), ("DRIVER_MANAGED_GROUP_ADMIN", "NO"), ("MAX_TOKEN_TIME", "-1"), ("NAME", "core"), ("PASSWORD_CHANGE", "YES"));
        One("DATASTORE_CAPACITY_CHECK", "NO");
        One("DEFAULT_AUTH", "core");
        var prices = settings.DefaultPrices;
        Many("DEFAULT_COST", ("CPU_COST", Text(prices.Cpu)), ("DISK_COST", Text(prices.Disk)), ("MEMORY_COST", Text(prices.Memory)));
        One("DEFAULT_DEVICE_PREFIX", "vd");
        One("DEFAULT_IMAGE_PERSISTENT", "NO");
        One("DEFAULT_IMAGE_TYPE", "OS");
        One("DEFAULT_UMASK", Permissions.DefaultUmask.ToOctal());
        foreach (var (name, rights) in DerivedRules.Granted)
            One(name, rights.Text());
        Many("DS_MAD_CONF", ("MARKETPLACE_ACTIONS", ""), ("NAME", "fs"), ("PERSISTENT_ONLY", "NO"), ("REQUIRED_ATTRS", ""));
        One("ENABLE_OTHER_PERMISSIONS", "YES");
        Many("FEDERATION", ("MASTER_ONED", ""), ("MODE", "STANDALONE"), ("SERVER_ID", "-1"), ("ZONE_ID", "0"));
        Many("IM_MAD", ("NAME", "kvm"));
        One("MAC_PREFIX", "02:00");
        Number("MESSAGE_SIZE", messageBytes);
        Number("MONITORING_INTERVAL_HOST", (long)settings.ReadEvery.TotalSeconds);
        Number("MONITORING_INTERVAL_VM", (long)settings.ReadEvery.TotalSeconds);
        Number("PORT", port);
        Many("TM_MAD_CONF", ("ALLOW_ORPHANS", "NO"), ("CLONE_TARGET", "SYSTEM"), ("LN_TARGET", "NONE"), ("NAME", "qcow2"), ("SHARED", "NO"));
        foreach (var (attribute, _, shipped) in VmOperationLevels.Levels)
            One(attribute, shipped);
        Many("VM_MAD", ("NAME", "kvm"), ("SUNSTONE_NAME", "KVM"), ("TYPE", "kvm"));
        Many("VNC_PORTS", ("RESERVED", ""), ("START", $"{Host.FirstGraphicsPort}"));
        Many("VN_MAD_CONF", ("BRIDGE_TYPE", "linux"), ("NAME", "bridge"));
        foreach (var (kind, word) in Restricted)
            foreach (var name in RestrictedAttributes.Of(kind).SelectMany(a => a.Names))
                One($"{word}_RESTRICTED_ATTR", name);
        foreach (var (kind, word) in Encrypted)
            foreach (var name in EncryptedAttributes.Of(kind).SelectMany(a => a.Names))
                One($"{word}_ENCRYPTED_ATTR", name);

        to.Open("OPENNEBULA_CONFIGURATION");
        foreach (var (_, write) in elements.OrderBy(e => e.Name, StringComparer.Ordinal))
            write();
        to.Close("OPENNEBULA_CONFIGURATION");
    }

    private static string Text(decimal number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Vector(DocumentWriter to, string name, params ReadOnlySpan<(string Key, string Value)> pairs)
    {
        to.Open(name);
        foreach (var (key, value) in pairs)
            to.CData(key, value);
        to.Close(name);
    }
}
