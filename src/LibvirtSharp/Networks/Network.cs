using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>An address that a network has lent. <paramref name="Expires"/> null means never.</summary>
public sealed record DhcpLease(string Interface, DateTimeOffset? Expires, IPAddrType Type, string? MacAddress, string? Iaid,
    string Address, uint Prefix, string? Hostname, string? ClientId);

/// <summary>A virtual network of a host.</summary>
public sealed unsafe class Network : IDisposable
{
    private readonly NetworkHandle _handle;

    internal Network(Connect connect, NetworkHandle handle) => (Connect, _handle) = (connect, handle);

    internal NetworkHandle Handle => _handle;

    public Connect Connect { get; }

    /// <summary>virNetworkGetName</summary>
    public string Name => Check.Name(Interop.virNetworkGetName(_handle));

    /// <summary>virNetworkGetUUID</summary>
    public Guid Uuid
    {
        get
        {
            var uuid = stackalloc byte[16];
            Check.Ok(Interop.virNetworkGetUUID(_handle, uuid));
            return CText.Uuid(new ReadOnlySpan<byte>(uuid, 16));
        }
    }

    /// <summary>virNetworkGetBridgeName</summary>
    public string BridgeName => Check.Text(Interop.virNetworkGetBridgeName(_handle));

    /// <summary>virNetworkIsActive</summary>
    public bool IsActive => Check.Yes(Interop.virNetworkIsActive(_handle));

    /// <summary>virNetworkIsPersistent</summary>
    public bool IsPersistent => Check.Yes(Interop.virNetworkIsPersistent(_handle));

    /// <summary>virNetworkGetAutostart, virNetworkSetAutostart</summary>
    public bool Autostart
    {
        get
        {
            int on;
            Check.Ok(Interop.virNetworkGetAutostart(_handle, &on));
            return on != 0;
        }
        set => Check.Ok(Interop.virNetworkSetAutostart(_handle, value ? 1 : 0));
    }

    /// <summary>virNetworkGetXMLDesc</summary>
    public string GetXmlDesc(NetworkXmlFlags flags = 0) => Check.Text(Interop.virNetworkGetXMLDesc(_handle, (uint)flags));

    /// <summary>virNetworkCreate: starts it.</summary>
    public void Create() => Check.Ok(Interop.virNetworkCreate(_handle));

    /// <summary>virNetworkDestroy: stops it; guests on it lose their link.</summary>
    public void Destroy() => Check.Ok(Interop.virNetworkDestroy(_handle));

    /// <summary>virNetworkUndefine</summary>
    public void Undefine() => Check.Ok(Interop.virNetworkUndefine(_handle));

    /// <summary>virNetworkUpdate: changes one part of a network while it runs.</summary>
    public void Update(NetworkUpdateCommand command, NetworkUpdateSection section, string xml, int parentIndex = -1, NetworkUpdateFlags flags = 0)
        => Check.Ok(Interop.virNetworkUpdate(_handle, (uint)command, (uint)section, parentIndex, xml, (uint)flags));

    /// <summary>virNetworkGetDHCPLeases, of one MAC address or of all.</summary>
    public IReadOnlyList<DhcpLease> GetDhcpLeases(string? mac = null)
    {
        virNetworkDHCPLease** leases;
        var count = Check.Ok(Interop.virNetworkGetDHCPLeases(_handle, mac, &leases, 0));
        var all = new DhcpLease[count];
        for (var i = 0; i < count; i++)
        {
            var l = leases[i];
            all[i] = new DhcpLease(CText.Borrowed(l->iface) ?? "", l->expirytime == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(l->expirytime),
                (IPAddrType)l->type, CText.Borrowed(l->mac), CText.Borrowed(l->iaid), CText.Borrowed(l->ipaddr) ?? "", l->prefix,
                CText.Borrowed(l->hostname), CText.Borrowed(l->clientid));
            Interop.virNetworkDHCPLeaseFree(l);
        }

        NativeMemory.Free(leases);
        return all;
    }

    /// <summary>virNetworkListAllPorts</summary>
    public IReadOnlyList<NetworkPort> ListAllPorts()
    {
        nint* ports;
        var count = Check.Ok(Interop.virNetworkListAllPorts(_handle, &ports, 0));
        return CText.OwnedArray(ports, count, WrapPort);
    }

    /// <summary>virNetworkPortLookupByUUIDString</summary>
    public NetworkPort PortLookupByUuid(Guid uuid)
        => WrapPort(Check.Pointer(Interop.virNetworkPortLookupByUUIDString(_handle, uuid.ToString())));

    /// <summary>virNetworkPortCreateXML</summary>
    public NetworkPort PortCreateXml(string xml, NetworkPortCreateFlags flags = 0)
        => WrapPort(Check.Pointer(Interop.virNetworkPortCreateXML(_handle, xml, (uint)flags)));

    /// <summary>virNetworkFree; the network stays.</summary>
    public void Dispose() => _handle.Dispose();

    private NetworkPort WrapPort(nint pointer) => new(this, new NetworkPortHandle(pointer));
}
