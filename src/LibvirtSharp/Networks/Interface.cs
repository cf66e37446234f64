namespace LibvirtSharp;

/// <summary>A network interface of the host itself.</summary>
public sealed unsafe class Interface : IDisposable
{
    private readonly InterfaceHandle _handle;

    internal Interface(Connect connect, InterfaceHandle handle) => (Connect, _handle) = (connect, handle);

    public Connect Connect { get; }

    /// <summary>virInterfaceGetName</summary>
    public string Name => Check.Name(Interop.virInterfaceGetName(_handle));

    /// <summary>virInterfaceGetMACString</summary>
    public string MacAddress => Check.Name(Interop.virInterfaceGetMACString(_handle));

    /// <summary>virInterfaceIsActive</summary>
    public bool IsActive => Check.Yes(Interop.virInterfaceIsActive(_handle));

    /// <summary>virInterfaceGetXMLDesc</summary>
    public string GetXmlDesc(InterfaceXmlFlags flags = 0) => Check.Text(Interop.virInterfaceGetXMLDesc(_handle, (uint)flags));

    /// <summary>virInterfaceCreate: brings it up.</summary>
    public void Create() => Check.Ok(Interop.virInterfaceCreate(_handle, 0));

    /// <summary>virInterfaceDestroy: takes it down.</summary>
    public void Destroy() => Check.Ok(Interop.virInterfaceDestroy(_handle, 0));

    /// <summary>virInterfaceUndefine</summary>
    public void Undefine() => Check.Ok(Interop.virInterfaceUndefine(_handle));

    /// <summary>virInterfaceFree; the interface stays.</summary>
    public void Dispose() => _handle.Dispose();
}
