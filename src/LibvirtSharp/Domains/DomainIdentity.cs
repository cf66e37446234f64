namespace LibvirtSharp;

/// <summary>Which domain something is about, as a value that outlives the connection. <paramref name="Id"/> is null when the
/// domain did not run.</summary>
public readonly record struct DomainIdentity(string Name, Guid Uuid, int? Id)
{
    /// <summary>Of a pointer that C lends us for the time of a call.</summary>
    internal static unsafe DomainIdentity OfLent(nint domain)
    {
        Check.Ok(Interop.virDomainRef(domain));
        using var handle = new DomainHandle(domain);
        return Of(handle);
    }

    internal static unsafe DomainIdentity Of(DomainHandle handle)
    {
        var uuid = stackalloc byte[16];
        Check.Ok(Interop.virDomainGetUUID(handle, uuid));
        return new DomainIdentity(
            Check.Name(Interop.virDomainGetName(handle)), CText.Uuid(new ReadOnlySpan<byte>(uuid, 16)), IdOf(handle));
    }

    internal static int? IdOf(DomainHandle handle)
    {
        var id = Interop.virDomainGetID(handle);
        return id == uint.MaxValue ? null : (int)id; // C says -1 for a domain that does not run
    }
}
