using System.Globalization;
using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>What the driver does with volumes, all by libvirt's storage API: the host may be another machine.</summary>
internal static class Volumes
{
    private static readonly TimeSpan RefreshTries = TimeSpan.FromSeconds(10);
    private const int RefreshPauseMilliseconds = 100;

    /// <summary>A raw volume of this size that takes no room yet.</summary>
    internal static StorageVol CreateRaw(StoragePool pool, string name, long bytes) => pool.CreateVolume(Xml(name, bytes, "raw").ToString());

    /// <summary>An empty volume of a format that <see cref="VolumeFormat"/> knows.</summary>
    internal static StorageVol Create(StoragePool pool, string name, long bytes, string format) =>
        format is "qcow2" ? CreateQcow2(pool, name, bytes) : CreateRaw(pool, name, bytes);

    internal static StorageVol CreateQcow2(StoragePool pool, string name, long bytes) => pool.CreateVolume(Xml(name, bytes, "qcow2").ToString());

    /// <summary>A qcow2 volume that reads from another file whatever was not written to it yet.</summary>
    internal static StorageVol CreateOverlay(StoragePool pool, string name, long bytes, string backingPath, string backingFormat)
    {
        var xml = Xml(name, bytes, "qcow2");
        xml.Add(new XElement(
            "backingStore", new XElement("path", backingPath), new XElement("format", new XAttribute("type", backingFormat))));
        return pool.CreateVolume(xml.ToString());
    }

    /// <summary>A qcow2 volume with the content of another one and of all that lies under it.</summary>
    internal static StorageVol CopyOf(StoragePool pool, string name, StorageVol source) =>
        pool.CreateVolumeFrom(Xml(name, (long)source.GetInfo().Capacity, "qcow2").ToString(), source);

    /// <summary>The volume of this name, looked for in the folder where the pool does not know it. Throws <see cref="HostRefusedException"/>.</summary>
    internal static StorageVol Known(StoragePool pool, string name, TimeProvider time, CancellationToken stop)
    {
        if (pool.FindVolumeByName(name) is { } there)
            return there;
        Refresh(pool, time, stop);
        return pool.FindVolumeByName(name) ?? throw new HostRefusedException($"the host's pool {pool.Name} has no volume {name}");
    }

    /// <summary>qcow2 of version 3 (compat 1.1): only that can be resized while it has snapshots.</summary>
    private static XElement Xml(string name, long bytes, string format) => new(
        "volume", new XElement("name", name),
        new XElement("capacity", new XAttribute("unit", "bytes"), bytes.ToString(CultureInfo.InvariantCulture)),
        new XElement("allocation", "0"),
        new XElement("target", new XElement("format", new XAttribute("type", format)), format is "qcow2" ? new XElement("compat", "1.1") : null));

    /// <summary>Bytes of the file itself.</summary>
    internal static long FileBytes(StorageVol volume) => (long)volume.GetInfo(StorageVolInfoFlags.GetPhysical).Allocation;

    internal static byte[] Read(StorageVol volume, long offset, long bytes)
    {
        using var stream = volume.Connect.NewStream();
        volume.Download(stream, (ulong)offset, (ulong)bytes);
        using var content = new MemoryStream();
        stream.ReceiveAll(content);
        return content.ToArray();
    }

    internal static void Write(StorageVol volume, ReadOnlyMemory<byte> content, CancellationToken stop)
    {
        using var source = new MemoryStream(content.ToArray(), writable: false);
        volume.Upload(source, cancel: stop);
    }

    /// <summary>Deletes by name; nothing happens when there is none.</summary>
    internal static void Delete(StoragePool pool, string name)
    {
        if (pool.FindVolumeByName(name) is not { } volume)
            return;
        using (volume)
            Delete(volume);
    }

    internal static void Delete(StorageVol volume)
    {
        try
        {
            volume.Delete();
        }
        catch (LibvirtException why) when (why.IsNotFound)
        {
            // Gone already: that is what was wanted.
        }
    }

    /// <summary>
    /// Looks for files that were not made by the storage API. libvirt refuses while a volume of the pool is being made or
    /// transferred, so it is tried for some seconds; false: not this time.
    /// </summary>
    internal static bool Refresh(StoragePool pool, TimeProvider time, CancellationToken stop)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                pool.Refresh();
                return true;
            }
            catch (LibvirtException why) when (why.Message.Contains("asynchronous jobs", StringComparison.Ordinal))
            {
                if (time.GetElapsedTime(since) > RefreshTries)
                    return false;
                stop.WaitHandle.WaitOne(RefreshPauseMilliseconds);
                stop.ThrowIfCancellationRequested();
            }
        }
    }
}
