namespace LibvirtSharp;

/// <summary>A device of the host: a PCI card, a disk, a NIC, ...</summary>
public sealed unsafe class NodeDevice : IDisposable
{
    private readonly NodeDeviceHandle _handle;

    internal NodeDevice(Connect connect, NodeDeviceHandle handle) => (Connect, _handle) = (connect, handle);

    internal NodeDeviceHandle Handle => _handle;

    public Connect Connect { get; }

    /// <summary>virNodeDeviceGetName, such as pci_0000_3b_00_0.</summary>
    public string Name => Check.Name(Interop.virNodeDeviceGetName(_handle));

    /// <summary>virNodeDeviceGetParent; null at the root.</summary>
    public string? Parent => CText.Borrowed(Interop.virNodeDeviceGetParent(_handle));

    /// <summary>virNodeDeviceIsActive</summary>
    public bool IsActive => Check.Yes(Interop.virNodeDeviceIsActive(_handle));

    /// <summary>virNodeDeviceIsPersistent</summary>
    public bool IsPersistent => Check.Yes(Interop.virNodeDeviceIsPersistent(_handle));

    /// <summary>virNodeDeviceGetAutostart, virNodeDeviceSetAutostart</summary>
    public bool Autostart
    {
        get
        {
            int on;
            Check.Ok(Interop.virNodeDeviceGetAutostart(_handle, &on));
            return on != 0;
        }
        set => Check.Ok(Interop.virNodeDeviceSetAutostart(_handle, value ? 1 : 0));
    }

    /// <summary>virNodeDeviceListCaps: what kinds of device it is, such as pci, net.</summary>
    public IReadOnlyList<string> ListCapabilities()
    {
        var most = Check.Ok(Interop.virNodeDeviceNumOfCaps(_handle));
        if (most == 0)
            return [];
        var names = stackalloc byte*[most];
        var count = Check.Ok(Interop.virNodeDeviceListCaps(_handle, names, most));
        var all = new string[count];
        for (var i = 0; i < count; i++)
            all[i] = CText.Owned(names[i]) ?? "";
        return all;
    }

    /// <summary>virNodeDeviceGetXMLDesc</summary>
    public string GetXmlDesc() => Check.Text(Interop.virNodeDeviceGetXMLDesc(_handle, 0));

    /// <summary>virNodeDeviceDetachFlags: takes it from its host driver, so that a guest can have it. Null is libvirt's choice of driver.</summary>
    public void Detach(string? driver = null) => Check.Ok(Interop.virNodeDeviceDetachFlags(_handle, driver, 0));

    /// <summary>virNodeDeviceReAttach: back to its host driver.</summary>
    public void ReAttach() => Check.Ok(Interop.virNodeDeviceReAttach(_handle));

    /// <summary>virNodeDeviceReset</summary>
    public void Reset() => Check.Ok(Interop.virNodeDeviceReset(_handle));

    /// <summary>virNodeDeviceCreate: starts a defined device.</summary>
    public void Create() => Check.Ok(Interop.virNodeDeviceCreate(_handle, 0));

    /// <summary>virNodeDeviceDestroy</summary>
    public void Destroy() => Check.Ok(Interop.virNodeDeviceDestroy(_handle));

    /// <summary>virNodeDeviceUndefine</summary>
    public void Undefine() => Check.Ok(Interop.virNodeDeviceUndefine(_handle, 0));

    /// <summary>virNodeDeviceFree; the device stays.</summary>
    public void Dispose() => _handle.Dispose();
}
