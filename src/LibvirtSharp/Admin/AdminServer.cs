namespace LibvirtSharp;

/// <summary>A server inside the daemon, such as libvirtd or admin.</summary>
public sealed unsafe class AdminServer : IDisposable
{
    private readonly AdmServerHandle _handle;

    internal AdminServer(AdmServerHandle handle) => _handle = handle;

    /// <summary>virAdmServerGetName</summary>
    public string Name => Check.Name(Interop.virAdmServerGetName(_handle));

    /// <summary>virAdmServerGetThreadPoolParameters (<see cref="AdminThreadPoolKeys"/>)</summary>
    public TypedParameters GetThreadPoolParameters()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virAdmServerGetThreadPoolParameters(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virAdmServerSetThreadPoolParameters (<see cref="AdminThreadPoolKeys"/>)</summary>
    public void SetThreadPoolParameters(TypedParameters parameters)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virAdmServerSetThreadPoolParameters(_handle, native.Pointer, native.Count, 0));
    }

    /// <summary>virAdmServerGetClientLimits (<see cref="AdminServerKeys"/>)</summary>
    public TypedParameters GetClientLimits()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virAdmServerGetClientLimits(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virAdmServerSetClientLimits (<see cref="AdminServerKeys"/>)</summary>
    public void SetClientLimits(TypedParameters parameters)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virAdmServerSetClientLimits(_handle, native.Pointer, native.Count, 0));
    }

    /// <summary>virAdmServerListClients</summary>
    public IReadOnlyList<AdminClient> ListClients()
    {
        nint* clients;
        var count = Check.Ok(Interop.virAdmServerListClients(_handle, &clients, 0));
        return CText.OwnedArray(clients, count, Wrap);
    }

    /// <summary>virAdmServerLookupClient</summary>
    public AdminClient LookupClient(ulong id) => Wrap(Check.Pointer(Interop.virAdmServerLookupClient(_handle, id, 0)));

    /// <summary>virAdmServerUpdateTlsFiles: reads certificates and keys again.</summary>
    public void UpdateTlsFiles() => Check.Ok(Interop.virAdmServerUpdateTlsFiles(_handle, 0));

    /// <summary>virAdmServerFree; the server stays.</summary>
    public void Dispose() => _handle.Dispose();

    private static AdminClient Wrap(nint pointer) => new(new AdmClientHandle(pointer));
}

/// <summary>Somebody who is connected to a server of the daemon.</summary>
public sealed unsafe class AdminClient : IDisposable
{
    private readonly AdmClientHandle _handle;

    internal AdminClient(AdmClientHandle handle) => _handle = handle;

    /// <summary>virAdmClientGetID</summary>
    public ulong Id => Interop.virAdmClientGetID(_handle);

    /// <summary>virAdmClientGetTimestamp: when it connected.</summary>
    public DateTimeOffset Connected => DateTimeOffset.FromUnixTimeSeconds(Interop.virAdmClientGetTimestamp(_handle));

    /// <summary>virAdmClientGetTransport</summary>
    public ClientTransport Transport => (ClientTransport)Check.Ok(Interop.virAdmClientGetTransport(_handle));

    /// <summary>virAdmClientGetInfo (<see cref="AdminClientKeys"/>)</summary>
    public TypedParameters GetInfo()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virAdmClientGetInfo(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virAdmClientClose: puts it out.</summary>
    public void Close() => Check.Ok(Interop.virAdmClientClose(_handle, 0));

    /// <summary>virAdmClientFree; the client stays.</summary>
    public void Dispose() => _handle.Dispose();
}
