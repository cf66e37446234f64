namespace LibvirtSharp;

public sealed unsafe partial class Connect
{
    /// <summary>virConnectListAllNetworks; without flags, all of them.</summary>
    public IReadOnlyList<Network> ListAllNetworks(ConnectListAllNetworksFlags flags = 0)
    {
        nint* networks;
        var count = Check.Ok(Interop.virConnectListAllNetworks(_handle, &networks, (uint)flags));
        return CText.OwnedArray(networks, count, WrapNetwork);
    }

    /// <summary>virNetworkLookupByName</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoNetwork"/> when there is none.</exception>
    public Network NetworkLookupByName(string name) => WrapNetwork(Check.Pointer(Interop.virNetworkLookupByName(_handle, name)));

    /// <summary>virNetworkLookupByUUIDString</summary>
    public Network NetworkLookupByUuid(Guid uuid)
        => WrapNetwork(Check.Pointer(Interop.virNetworkLookupByUUIDString(_handle, uuid.ToString())));

    /// <summary>As <see cref="NetworkLookupByName"/>, null when there is none.</summary>
    public Network? FindNetworkByName(string name) => OrNull(() => NetworkLookupByName(name));

    /// <summary>virNetworkDefineXMLFlags: makes a persistent network, or changes it; does not start it.</summary>
    public Network NetworkDefineXml(string xml, NetworkDefineFlags flags = 0)
        => WrapNetwork(Check.Pointer(Interop.virNetworkDefineXMLFlags(_handle, xml, (uint)flags)));

    /// <summary>virNetworkCreateXMLFlags: starts a transient network.</summary>
    public Network NetworkCreateXml(string xml, NetworkCreateFlags flags = 0)
        => WrapNetwork(Check.Pointer(Interop.virNetworkCreateXMLFlags(_handle, xml, (uint)flags)));

    /// <summary>virConnectListAllInterfaces: of the host.</summary>
    public IReadOnlyList<Interface> ListAllInterfaces(ConnectListAllInterfacesFlags flags = 0)
    {
        nint* interfaces;
        var count = Check.Ok(Interop.virConnectListAllInterfaces(_handle, &interfaces, (uint)flags));
        return CText.OwnedArray(interfaces, count, WrapInterface);
    }

    /// <summary>virInterfaceLookupByName</summary>
    public Interface InterfaceLookupByName(string name) => WrapInterface(Check.Pointer(Interop.virInterfaceLookupByName(_handle, name)));

    /// <summary>virInterfaceLookupByMACString</summary>
    public Interface InterfaceLookupByMac(string mac) => WrapInterface(Check.Pointer(Interop.virInterfaceLookupByMACString(_handle, mac)));

    /// <summary>virInterfaceDefineXML</summary>
    public Interface InterfaceDefineXml(string xml, InterfaceDefineFlags flags = 0)
        => WrapInterface(Check.Pointer(Interop.virInterfaceDefineXML(_handle, xml, (uint)flags)));

    /// <summary>virInterfaceChangeBegin: from here on changes can be taken back.</summary>
    public void InterfaceChangeBegin() => Check.Ok(Interop.virInterfaceChangeBegin(_handle, 0));

    /// <summary>virInterfaceChangeCommit</summary>
    public void InterfaceChangeCommit() => Check.Ok(Interop.virInterfaceChangeCommit(_handle, 0));

    /// <summary>virInterfaceChangeRollback</summary>
    public void InterfaceChangeRollback() => Check.Ok(Interop.virInterfaceChangeRollback(_handle, 0));

    /// <summary>virConnectListAllNWFilters</summary>
    public IReadOnlyList<NwFilter> ListAllNwFilters()
    {
        nint* filters;
        var count = Check.Ok(Interop.virConnectListAllNWFilters(_handle, &filters, 0));
        return CText.OwnedArray(filters, count, WrapNwFilter);
    }

    /// <summary>virNWFilterLookupByName</summary>
    public NwFilter NwFilterLookupByName(string name) => WrapNwFilter(Check.Pointer(Interop.virNWFilterLookupByName(_handle, name)));

    /// <summary>virNWFilterLookupByUUIDString</summary>
    public NwFilter NwFilterLookupByUuid(Guid uuid)
        => WrapNwFilter(Check.Pointer(Interop.virNWFilterLookupByUUIDString(_handle, uuid.ToString())));

    /// <summary>virNWFilterDefineXMLFlags: makes a filter, or changes it and every interface that uses it.</summary>
    public NwFilter NwFilterDefineXml(string xml, NWFilterDefineFlags flags = 0)
        => WrapNwFilter(Check.Pointer(Interop.virNWFilterDefineXMLFlags(_handle, xml, (uint)flags)));

    /// <summary>virConnectListAllNWFilterBindings</summary>
    public IReadOnlyList<NwFilterBinding> ListAllNwFilterBindings()
    {
        nint* bindings;
        var count = Check.Ok(Interop.virConnectListAllNWFilterBindings(_handle, &bindings, 0));
        return CText.OwnedArray(bindings, count, WrapNwFilterBinding);
    }

    /// <summary>virNWFilterBindingLookupByPortDev</summary>
    public NwFilterBinding NwFilterBindingLookupByPortDev(string device)
        => WrapNwFilterBinding(Check.Pointer(Interop.virNWFilterBindingLookupByPortDev(_handle, device)));

    /// <summary>virNWFilterBindingCreateXML: puts a filter on a device.</summary>
    public NwFilterBinding NwFilterBindingCreateXml(string xml, NWFilterBindingCreateFlags flags = 0)
        => WrapNwFilterBinding(Check.Pointer(Interop.virNWFilterBindingCreateXML(_handle, xml, (uint)flags)));

    internal Network WrapNetwork(nint pointer) => new(this, new NetworkHandle(pointer));

    internal Interface WrapInterface(nint pointer) => new(this, new InterfaceHandle(pointer));

    internal NwFilter WrapNwFilter(nint pointer) => new(this, new NWFilterHandle(pointer));

    internal NwFilterBinding WrapNwFilterBinding(nint pointer) => new(this, new NWFilterBindingHandle(pointer));
}
