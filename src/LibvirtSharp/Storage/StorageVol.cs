namespace LibvirtSharp;

/// <summary>Bytes: what a guest sees, and what is used for it.</summary>
public sealed record StorageVolInfo(StorageVolType Type, ulong Capacity, ulong Allocation);

/// <summary>A volume in a pool: a file, a logical volume, ...</summary>
public sealed unsafe class StorageVol : IDisposable
{
    private readonly StorageVolHandle _handle;

    internal StorageVol(Connect connect, StorageVolHandle handle) => (Connect, _handle) = (connect, handle);

    internal StorageVolHandle Handle => _handle;

    public Connect Connect { get; }

    /// <summary>virStorageVolGetName: unique in its pool.</summary>
    public string Name => Check.Name(Interop.virStorageVolGetName(_handle));

    /// <summary>virStorageVolGetKey: unique everywhere.</summary>
    public string Key => Check.Name(Interop.virStorageVolGetKey(_handle));

    /// <summary>virStorageVolGetPath: on the host.</summary>
    public string Path => Check.Text(Interop.virStorageVolGetPath(_handle));

    /// <summary>virStorageVolGetXMLDesc</summary>
    public string GetXmlDesc() => Check.Text(Interop.virStorageVolGetXMLDesc(_handle, 0));

    /// <summary>virStorageVolGetInfoFlags; with <see cref="StorageVolInfoFlags.GetPhysical"/> the allocation is the size of the file.</summary>
    public StorageVolInfo GetInfo(StorageVolInfoFlags flags = 0)
    {
        virStorageVolInfo info;
        // The older function serves drivers that have no flags.
        _ = flags == 0
            ? Check.Ok(Interop.virStorageVolGetInfo(_handle, &info))
            : Check.Ok(Interop.virStorageVolGetInfoFlags(_handle, &info, (uint)flags));
        return new StorageVolInfo((StorageVolType)info.type, info.capacity, info.allocation);
    }

    /// <summary>virStoragePoolLookupByVolume</summary>
    public StoragePool GetPool() => Connect.WrapStoragePool(Check.Pointer(Interop.virStoragePoolLookupByVolume(_handle)));

    /// <summary>virStorageVolDelete: the data is gone.</summary>
    public void Delete(StorageVolDeleteFlags flags = 0) => Check.Ok(Interop.virStorageVolDelete(_handle, (uint)flags));

    /// <summary>virStorageVolResize: bytes. Not for a volume that a running guest uses; that is <see cref="Domain.BlockResize"/>.</summary>
    public void Resize(ulong bytes, StorageVolResizeFlags flags = 0)
        => Check.Ok(Interop.virStorageVolResize(_handle, bytes, (uint)flags));

    /// <summary>virStorageVolWipePattern: overwrites the data in place.</summary>
    public void Wipe(StorageVolWipeAlgorithm algorithm = StorageVolWipeAlgorithm.Zero)
        => Check.Ok(Interop.virStorageVolWipePattern(_handle, (uint)algorithm, 0));

    /// <summary>virStorageVolUpload: what is then sent through the stream is written from byte <paramref name="offset"/> on;
    /// <paramref name="length"/> 0 is without a limit.</summary>
    public void Upload(VirStream stream, ulong offset = 0, ulong length = 0, StorageVolUploadFlags flags = 0)
        => Check.Ok(Interop.virStorageVolUpload(_handle, stream.Handle, offset, length, (uint)flags));

    /// <summary>virStorageVolDownload: what then comes through the stream is read from byte <paramref name="offset"/> on;
    /// <paramref name="length"/> 0 is up to the end.</summary>
    public void Download(VirStream stream, ulong offset = 0, ulong length = 0, StorageVolDownloadFlags flags = 0)
        => Check.Ok(Interop.virStorageVolDownload(_handle, stream.Handle, offset, length, (uint)flags));

    /// <summary>Writes all of <paramref name="source"/> from the start of the volume on, and waits until the host has it. Returns the
    /// number of bytes; progress is bytes so far. Cancelled or failed, the volume holds a part of the data. With
    /// <paramref name="sparse"/>, runs of zeros are not sent and take no room.</summary>
    public long Upload(Stream source, bool sparse = false, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        using var stream = Connect.NewStream();
        Upload(stream, flags: sparse ? StorageVolUploadFlags.SparseStream : 0);
        return sparse ? stream.SendAllSparse(source, progress, cancel) : stream.SendAll(source, progress, cancel);
    }

    /// <summary>Reads the volume into <paramref name="destination"/>. Returns the number of bytes; progress is bytes so far.
    /// With <paramref name="sparse"/>, holes are not sent, and are skipped in a destination that can seek.</summary>
    public long Download(Stream destination, bool sparse = false, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        using var stream = Connect.NewStream();
        Download(stream, flags: sparse ? StorageVolDownloadFlags.SparseStream : 0);
        return sparse ? stream.ReceiveAllSparse(destination, progress, cancel) : stream.ReceiveAll(destination, progress, cancel);
    }

    /// <summary>virStorageVolFree; the volume stays.</summary>
    public void Dispose() => _handle.Dispose();
}
