namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainMigrateToURI3: the source host does the work. With <see cref="DomainMigrateFlags.Peer2peer"/>
    /// <paramref name="destination"/> is the libvirt URI of the destination. Returns when the guest runs there;
    /// <see cref="AbortJob"/> from another thread ends it. (<see cref="MigrateKeys"/>)</summary>
    public void MigrateToUri3(string? destination, TypedParameters? parameters, DomainMigrateFlags flags)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainMigrateToURI3(_handle, destination, native.Pointer, native.UnsignedCount, (uint)flags));
    }

    /// <summary>virDomainMigrate3: this process talks to both hosts. Returns the domain on the destination. (<see cref="MigrateKeys"/>)</summary>
    public Domain Migrate3(Connect destination, TypedParameters? parameters, DomainMigrateFlags flags)
    {
        using var native = new CTypedParameters(parameters);
        return destination.WrapDomain(Check.Pointer(
            Interop.virDomainMigrate3(_handle, destination.Handle, native.Pointer, native.UnsignedCount, (uint)flags)));
    }

    /// <summary>virDomainMigrateStartPostCopy: moves the guest at once and its memory after it; needs
    /// <see cref="DomainMigrateFlags.Postcopy"/> on the migration that runs.</summary>
    public void MigrateStartPostCopy() => Check.Ok(Interop.virDomainMigrateStartPostCopy(_handle, 0));

    /// <summary>virDomainMigrateGetMaxDowntime: milliseconds.</summary>
    public ulong MigrateGetMaxDowntime()
    {
        ulong milliseconds;
        Check.Ok(Interop.virDomainMigrateGetMaxDowntime(_handle, &milliseconds, 0));
        return milliseconds;
    }

    /// <summary>virDomainMigrateSetMaxDowntime: milliseconds.</summary>
    public void MigrateSetMaxDowntime(ulong milliseconds)
        => Check.Ok(Interop.virDomainMigrateSetMaxDowntime(_handle, milliseconds, 0));

    /// <summary>virDomainMigrateGetMaxSpeed: MiB/s.</summary>
    public ulong MigrateGetMaxSpeed(DomainMigrateMaxSpeedFlags flags = 0)
    {
        nuint mebibytes;
        Check.Ok(Interop.virDomainMigrateGetMaxSpeed(_handle, &mebibytes, (uint)flags));
        return mebibytes;
    }

    /// <summary>virDomainMigrateSetMaxSpeed: MiB/s; also changes a migration that runs.</summary>
    public void MigrateSetMaxSpeed(ulong mebibytes, DomainMigrateMaxSpeedFlags flags = 0)
        => Check.Ok(Interop.virDomainMigrateSetMaxSpeed(_handle, (nuint)mebibytes, (uint)flags));

    /// <summary>virDomainMigrateGetCompressionCache: bytes.</summary>
    public ulong MigrateGetCompressionCache()
    {
        ulong bytes;
        Check.Ok(Interop.virDomainMigrateGetCompressionCache(_handle, &bytes, 0));
        return bytes;
    }

    /// <summary>virDomainMigrateSetCompressionCache: bytes.</summary>
    public void MigrateSetCompressionCache(ulong bytes)
        => Check.Ok(Interop.virDomainMigrateSetCompressionCache(_handle, bytes, 0));
}
