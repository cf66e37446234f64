using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>The other host of a VM that moves, reached for as long as one step lasts.</summary>
internal sealed class PeerHost : IDisposable
{
    private const int Width = 2;

    internal PeerHost(HostAddress address, LibvirtDriverOptions options)
    {
        Address = address;
        Pools = new(address);
        Guard = new(address);
        Connection = new(address, "peer", Width, options, _ => { }, _ => { });
    }

    internal HostAddress Address { get; }

    internal HostPools Pools { get; }

    internal DomainGuard Guard { get; }

    internal HostConnection Connection { get; }

    /// <summary>What both hosts have in common that they must not; null: each has its own datastores.</summary>
    /// <param name="theirs">a connection to this host</param>
    /// <param name="ours">a connection to the host whose pools are <paramref name="pools"/></param>
    internal string? SharedWith(Connect theirs, Connect ours, HostPools pools, HostStep step)
    {
        using (var system = Pools.System(theirs))
        using (var other = pools.System(ours))
        {
            if (IsSameFolder(system, other, step.Vm))
                return $"host {Address.Name} has the same system datastore {Pools.SystemPath}: a VM does not move between hosts that share one";
        }

        if (!PersistentCopies.Of(step.Spec).Any())
            return null;
        using var images = Pools.Images(theirs);
        using var others = pools.Images(ours);
        return IsSameFolder(images, others, step.Vm)
            ? $"host {Address.Name} has the same image datastore {Pools.ImagesPath}: a VM with a persistent disk does not move between hosts that share one" : null;
    }

    /// <summary>Whether two pools of two hosts are one folder: what was made in the one stands in the way of making it in the other.</summary>
    private static bool IsSameFolder(StoragePool one, StoragePool other, VmId vm)
    {
        var name = VmFiles.Flag(vm);
        Volumes.Delete(other, name); // of an earlier look that broke off
        using var flag = one.FindVolumeByName(name) ?? Volumes.CreateRaw(one, name, 0);
        try
        {
            using var second = Volumes.CreateRaw(other, name, 0);
            Volumes.Delete(second);
            return false;
        }
        catch (LibvirtException why) when (why.Message.Contains("already exists", StringComparison.Ordinal))
        {
            return true;
        }
        finally
        {
            Volumes.Delete(flag);
        }
    }

    public void Dispose() => Connection.Dispose();
}
