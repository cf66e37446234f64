using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// The filters on a host of what VMs' NICs let through. One is there before an interface refers to it, is changed in place while guests
/// use it, and goes with the VM; what a failure left behind goes at readings that find no domain of its VM.
/// </summary>
internal sealed class NicFilters(HostAddress address)
{
    private readonly Lock _changing = new();

    /// <summary>VMs whose filters were made here: their domains may not be there yet.</summary>
    private readonly HashSet<VmId> _made = [];

    /// <summary>Filters without a domain, as of the last look: of a guest that arrives the domain is still to come.</summary>
    private HashSet<string> _orphans = [];

    /// <summary>Makes the filters of all NICs that have one, or changes them in place.</summary>
    internal void Define(Connect connect, VmSpec spec)
    {
        foreach (var nic in spec.Nics)
            if (nic.Filter is { } filter)
                lock (_changing)
                {
                    _made.Add(spec.Id);
                    connect.NwFilterDefineXml(FilterXml.Of(FilterXml.Name(address.Deployment, spec.Id, nic.Id), filter)).Dispose();
                }
    }

    /// <summary>Of a NIC that the VM has no longer, or that lets everything through now.</summary>
    internal void Remove(Connect connect, VmId vm, int nic)
    {
        var name = FilterXml.Name(address.Deployment, vm, nic);
        lock (_changing)
            Remove(connect, found => found == name);
    }

    /// <summary>All of a VM that has no domain here any more.</summary>
    internal void Remove(Connect connect, VmId vm)
    {
        lock (_changing)
        {
            _made.Remove(vm);
            Remove(connect, found => FilterXml.VmOf(address.Deployment, found) == vm);
        }
    }

    /// <summary>Removes those of VMs that had no domain at the last look either.</summary>
    /// <param name="there">VMs that have a domain on the host</param>
    internal void RemoveOrphans(Connect connect, IReadOnlySet<VmId> there)
    {
        lock (_changing)
        {
            var (before, now) = (_orphans, new HashSet<string>(StringComparer.Ordinal));
            Remove(connect, found => FilterXml.VmOf(address.Deployment, found) is { } vm && !there.Contains(vm) && !_made.Contains(vm)
                && now.Add(found) && before.Contains(found));
            _orphans = now;
        }
    }

    private static void Remove(Connect connect, Predicate<string> which)
    {
        foreach (var filter in All(connect))
        {
            using (filter)
            {
                try
                {
                    if (which(filter.Name))
                        filter.Undefine();
                }
                catch (LibvirtException why) when (why.IsNotFound)
                {
                    // Undefined by somebody else in between.
                }
            }
        }
    }

    /// <summary>A host without libvirt's driver of filters has none.</summary>
    private static IReadOnlyList<NwFilter> All(Connect connect)
    {
        try
        {
            return connect.ListAllNwFilters();
        }
        catch (LibvirtException why) when (why.IsNotSupported)
        {
            return [];
        }
    }
}
