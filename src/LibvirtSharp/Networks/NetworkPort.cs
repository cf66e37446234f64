namespace LibvirtSharp;

/// <summary>What a guest's interface occupies on a network.</summary>
public sealed unsafe class NetworkPort : IDisposable
{
    private readonly NetworkPortHandle _handle;

    internal NetworkPort(Network network, NetworkPortHandle handle) => (Network, _handle) = (network, handle);

    public Network Network { get; }

    /// <summary>virNetworkPortGetUUID</summary>
    public Guid Uuid
    {
        get
        {
            var uuid = stackalloc byte[16];
            Check.Ok(Interop.virNetworkPortGetUUID(_handle, uuid));
            return CText.Uuid(new ReadOnlySpan<byte>(uuid, 16));
        }
    }

    /// <summary>virNetworkPortGetXMLDesc</summary>
    public string GetXmlDesc() => Check.Text(Interop.virNetworkPortGetXMLDesc(_handle, 0));

    /// <summary>virNetworkPortGetParameters (<see cref="NetworkPortBandwidthKeys"/>)</summary>
    public TypedParameters GetParameters()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virNetworkPortGetParameters(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virNetworkPortSetParameters (<see cref="NetworkPortBandwidthKeys"/>)</summary>
    public void SetParameters(TypedParameters parameters)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virNetworkPortSetParameters(_handle, native.Pointer, native.Count, 0));
    }

    /// <summary>virNetworkPortDelete</summary>
    public void Delete() => Check.Ok(Interop.virNetworkPortDelete(_handle, 0));

    /// <summary>virNetworkPortFree; the port stays.</summary>
    public void Dispose() => _handle.Dispose();
}
