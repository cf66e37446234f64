using LibvirtSharp;

namespace Examples;

public static class UploadAndMigrate
{
    /// <summary>Puts an image into a pool of the host; progress is bytes so far, and cancelling aborts the transfer.</summary>
    public static void Upload(Connect connect, string pool, string name, Stream image, IProgress<long> progress, CancellationToken cancel)
    {
        using var storage = connect.StoragePoolLookupByName(pool);
        using var volume = storage.FindVolumeByName(name) ?? storage.CreateVolume($"""
            <volume><name>{name}</name><capacity unit='B'>{image.Length}</capacity><allocation>0</allocation></volume>
            """);
        volume.Upload(image, sparse: true, progress, cancel);
    }

    /// <summary>Moves a running guest; typed parameters carry the C# type over to C, so a bandwidth is 100UL.</summary>
    public static void Migrate(Domain domain, string destination)
        => domain.MigrateToUri3(
            destination,
            new TypedParameters { { MigrateKeys.Bandwidth, 100UL }, { MigrateKeys.MigrateDisks, "vda" } },
            DomainMigrateFlags.Live | DomainMigrateFlags.Peer2peer | DomainMigrateFlags.PersistDest | DomainMigrateFlags.UndefineSource);
}
