using System.Xml.Linq;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// The two folder pools of a host: DATASTORES/0 (system: what VMs write) and DATASTORES/1 (images). Their names carry the
/// deployment, so that two appliances on one machine each have their own.
/// </summary>
internal sealed class HostPools(HostAddress address)
{
    private const string NamePrefix = "powered-";
    private readonly Lock _making = new();

    internal HostAddress Host => address;

    internal string SystemPath { get; } = $"{address.DatastorePath.TrimEnd('/')}/0";

    internal string ImagesPath { get; } = $"{address.DatastorePath.TrimEnd('/')}/1";

    private string SystemName { get; } = $"{NamePrefix}{address.Deployment:D}-0";

    private string ImagesName { get; } = $"{NamePrefix}{address.Deployment:D}-1";

    internal StoragePool System(Connect connect) => Started(connect, SystemName, SystemPath);

    internal StoragePool Images(Connect connect) => Started(connect, ImagesName, ImagesPath);

    /// <summary>The pool, made, built and started as needed. Throws <see cref="HostRefusedException"/> when its folder is another appliance's.</summary>
    private StoragePool Started(Connect connect, string name, string path)
    {
        if (connect.FindStoragePoolByName(name) is { } known)
        {
            if (known.IsActive && PathOf(known) == path)
                return known;
            known.Dispose();
        }
        lock (_making)
            return Make(connect, name, path);
    }

    private static StoragePool Make(Connect connect, string name, string path)
    {
        if (connect.FindStoragePoolByName(name) is { } known)
        {
            if (PathOf(known) == path)
                return Start(known);
            using (known)
                Forget(known); // the datastores have moved; the data stays where it was
        }
        if (AtPath(connect, path) is { } other)
        {
            if (!other.Name.StartsWith(NamePrefix, StringComparison.Ordinal))
                return Start(other); // the operator's own pool on that folder: libvirt allows but one
            using (other)
                ForgetUnlessUsed(other, path);
        }
        var pool = connect.StoragePoolDefineXml(new XElement(
            "pool", new XAttribute("type", "dir"), new XElement("name", name),
            new XElement("target", new XElement("path", path), new XElement("permissions", new XElement("mode", "0711")))).ToString());
        pool.Build();
        return Start(pool);
    }

    private static StoragePool Start(StoragePool pool)
    {
        if (!pool.IsActive)
        {
            try
            {
                pool.Create();
            }
            catch (LibvirtException)
            {
                pool.Build(); // its folder may be gone: made again, then a second failure counts
                pool.Create();
            }
        }
        if (pool is { IsPersistent: true, Autostart: false })
            pool.Autostart = true;
        return pool;
    }

    private static StoragePool? AtPath(Connect connect, string path)
    {
        StoragePool? found = null;
        foreach (var pool in connect.ListAllStoragePools())
        {
            if (found is null && PathOf(pool) == path)
                found = pool;
            else
                pool.Dispose();
        }
        return found;
    }

    /// <summary>A pool that an earlier appliance left: taken over only when no VM's file lies in it.</summary>
    private static void ForgetUnlessUsed(StoragePool pool, string path)
    {
        if (pool.IsActive)
        {
            foreach (var volume in pool.ListAllVolumes())
            {
                using (volume)
                {
                    if (volume.Name.StartsWith("one-", StringComparison.Ordinal))
                        throw new HostRefusedException($"{path} is pool {pool.Name} of another appliance and holds its VMs' files, such as {volume.Name}");
                }
            }
        }
        Forget(pool);
    }

    private static void Forget(StoragePool pool)
    {
        if (pool.IsActive)
            pool.Destroy();
        if (pool.IsPersistent)
            pool.Undefine();
    }

    private static string? PathOf(StoragePool pool) => DomainMetadata.Parse(pool.GetXmlDesc()).Element("target")?.Element("path")?.Value;
}
