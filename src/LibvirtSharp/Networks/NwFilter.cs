namespace LibvirtSharp;

/// <summary>Rules for what a guest may send and receive.</summary>
public sealed unsafe class NwFilter : IDisposable
{
    private readonly NWFilterHandle _handle;

    internal NwFilter(Connect connect, NWFilterHandle handle) => (Connect, _handle) = (connect, handle);

    public Connect Connect { get; }

    /// <summary>virNWFilterGetName</summary>
    public string Name => Check.Name(Interop.virNWFilterGetName(_handle));

    /// <summary>virNWFilterGetUUID</summary>
    public Guid Uuid
    {
        get
        {
            var uuid = stackalloc byte[16];
            Check.Ok(Interop.virNWFilterGetUUID(_handle, uuid));
            return CText.Uuid(new ReadOnlySpan<byte>(uuid, 16));
        }
    }

    /// <summary>virNWFilterGetXMLDesc</summary>
    public string GetXmlDesc() => Check.Text(Interop.virNWFilterGetXMLDesc(_handle, 0));

    /// <summary>virNWFilterUndefine; refused while a guest uses it.</summary>
    public void Undefine() => Check.Ok(Interop.virNWFilterUndefine(_handle));

    /// <summary>virNWFilterFree; the filter stays.</summary>
    public void Dispose() => _handle.Dispose();
}

/// <summary>A filter on a device of the host.</summary>
public sealed unsafe class NwFilterBinding : IDisposable
{
    private readonly NWFilterBindingHandle _handle;

    internal NwFilterBinding(Connect connect, NWFilterBindingHandle handle) => (Connect, _handle) = (connect, handle);

    public Connect Connect { get; }

    /// <summary>virNWFilterBindingGetPortDev: the device, such as vnet3.</summary>
    public string PortDev => Check.Name(Interop.virNWFilterBindingGetPortDev(_handle));

    /// <summary>virNWFilterBindingGetFilterName</summary>
    public string FilterName => Check.Name(Interop.virNWFilterBindingGetFilterName(_handle));

    /// <summary>virNWFilterBindingGetXMLDesc</summary>
    public string GetXmlDesc() => Check.Text(Interop.virNWFilterBindingGetXMLDesc(_handle, 0));

    /// <summary>virNWFilterBindingDelete: takes the filter off the device.</summary>
    public void Delete() => Check.Ok(Interop.virNWFilterBindingDelete(_handle));

    /// <summary>virNWFilterBindingFree; the filter stays on the device.</summary>
    public void Dispose() => _handle.Dispose();
}
