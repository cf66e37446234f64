namespace PoweredAppliance.Drivers.Domains;

/// <summary>Where a domain is put: what its XML needs to know of the host beside the VM itself.</summary>
/// <param name="Generation">the VM's generation, stamped into the domain</param>
/// <param name="SystemPath">folder of the host's system pool: overlays, volatile disks, CONTEXT, console log, checkpoint</param>
/// <param name="ImagesPath">folder of the host's image pool: registered images</param>
/// <param name="UseKvm">false: guests are emulated in software (domain type <c>qemu</c>)</param>
/// <param name="CpuShares">false where the host has no cpu control group: libvirt then refuses to start what asks for shares</param>
public sealed record DomainPlace(
    Guid Deployment, int Generation, string SystemPath, string ImagesPath, bool UseKvm, bool CpuShares = true)
{
    /// <summary>The file behind a disk of the VM on this host.</summary>
    public string PathOf(Core.VmId vm, Core.Drivers.DiskSpec disk) => VmFiles.LivesInImagePool(disk)
        ? $"{ImagesPath}/{disk.ImageVolume ?? throw new DomainSpecException($"disk {disk.Id} names no image volume")}"
        : $"{SystemPath}/{VmFiles.Disk(vm, disk.Id)}";

    public string ConsoleLogOf(Core.VmId vm) => $"{SystemPath}/{VmFiles.ConsoleLog(vm)}";

    public string CheckpointOf(Core.VmId vm) => $"{SystemPath}/{VmFiles.Checkpoint(vm)}";

    public string ContextOf(Core.VmId vm) => $"{SystemPath}/{VmFiles.Context(vm)}";
}

/// <summary>The VM's specification cannot be made into a domain; asking again cannot help.</summary>
public sealed class DomainSpecException(string message, Exception? inner = null) : Exception(message, inner);
