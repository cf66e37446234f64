namespace LibvirtSharp;

public sealed unsafe partial class Connect
{
    /// <summary>virConnectListAllNodeDevices; without flags, all of them.</summary>
    public IReadOnlyList<NodeDevice> ListAllNodeDevices(ConnectListAllNodeDeviceFlags flags = 0)
    {
        nint* devices;
        var count = Check.Ok(Interop.virConnectListAllNodeDevices(_handle, &devices, (uint)flags));
        return CText.OwnedArray(devices, count, WrapNodeDevice);
    }

    /// <summary>virNodeDeviceLookupByName</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoNodeDevice"/> when there is none.</exception>
    public NodeDevice NodeDeviceLookupByName(string name)
        => WrapNodeDevice(Check.Pointer(Interop.virNodeDeviceLookupByName(_handle, name)));

    /// <summary>virNodeDeviceLookupSCSIHostByWWN</summary>
    public NodeDevice NodeDeviceLookupScsiHostByWwn(string wwnn, string wwpn)
        => WrapNodeDevice(Check.Pointer(Interop.virNodeDeviceLookupSCSIHostByWWN(_handle, wwnn, wwpn, 0)));

    /// <summary>virNodeDeviceCreateXML: makes a device that ends with the host's next start, such as a mediated device.</summary>
    public NodeDevice NodeDeviceCreateXml(string xml, NodeDeviceCreateXmlFlags flags = 0)
        => WrapNodeDevice(Check.Pointer(Interop.virNodeDeviceCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virNodeDeviceDefineXML</summary>
    public NodeDevice NodeDeviceDefineXml(string xml, NodeDeviceDefineXmlFlags flags = 0)
        => WrapNodeDevice(Check.Pointer(Interop.virNodeDeviceDefineXML(_handle, xml, (uint)flags)));

    /// <summary>virConnectListAllSecrets; without flags, all of them.</summary>
    public IReadOnlyList<Secret> ListAllSecrets(ConnectListAllSecretsFlags flags = 0)
    {
        nint* secrets;
        var count = Check.Ok(Interop.virConnectListAllSecrets(_handle, &secrets, (uint)flags));
        return CText.OwnedArray(secrets, count, WrapSecret);
    }

    /// <summary>virSecretLookupByUUIDString</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoSecret"/> when there is none.</exception>
    public Secret SecretLookupByUuid(Guid uuid) => WrapSecret(Check.Pointer(Interop.virSecretLookupByUUIDString(_handle, uuid.ToString())));

    /// <summary>virSecretLookupByUsage</summary>
    public Secret SecretLookupByUsage(SecretUsageType type, string usage)
        => WrapSecret(Check.Pointer(Interop.virSecretLookupByUsage(_handle, (int)type, usage)));

    /// <summary>virSecretDefineXML: the value comes by <see cref="Secret.SetValue"/>.</summary>
    public Secret SecretDefineXml(string xml, SecretDefineFlags flags = 0)
        => WrapSecret(Check.Pointer(Interop.virSecretDefineXML(_handle, xml, (uint)flags)));

    internal NodeDevice WrapNodeDevice(nint pointer) => new(this, new NodeDeviceHandle(pointer));

    internal Secret WrapSecret(nint pointer) => new(this, new SecretHandle(pointer));
}
