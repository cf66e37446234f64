using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>The names that requirement and rank expressions may use of a host, in the order of OpenNebula's look-up.</summary>
public static class HostAttributes
{
    /// <param name="free">what is left on the host once it has taken what was offered on it</param>
    /// <param name="offered">VMs that were offered the host and have not heard of it yet</param>
    public static IEnumerable<string> Of(Inventory.Inventory inventory, HostId id, string name, HostCapacity free, IEnumerable<VmId> offered)
    {
        if (inventory.Find(PoolKind.Host, id.Value) is not { } host)
            return [];
        if (host.Template[InTemplate(name)] is { } own)
            return [own];
        var picture = inventory.Host(id);
        var value = name.ToUpperInvariant() switch
        {
            "ID" => id.ToString(),
            "NAME" => host.Name,
            "HOSTNAME" => picture?.Facts?.Hostname ?? host.Name,
            "CLUSTER_ID" => host.Fact("CLUSTER_ID"),
            "CLUSTER" => inventory.Find(PoolKind.Cluster, host.FactInt("CLUSTER_ID"))?.Name,
            "STATE" => picture is null ? "0" : Text((int)picture.State),
            "HYPERVISOR" or "VM_MAD" or "IM_MAD" => "kvm",
            "ARCH" => picture?.Facts?.Arch,
            "MODELNAME" => picture?.Facts?.CpuModel,
            "CPUSPEED" => picture?.Facts is { } facts ? Text(facts.CpuMegahertz) : null,
            "RUNNING_VMS" => Text(free.RunningVms),
            "MAX_CPU" => picture is null ? null : Text(picture.Usable.CpuPercent),
            "MAX_MEM" => picture is null ? null : Text(picture.Usable.MemoryKibibytes),
            "TOTAL_CPU" => picture is null ? null : Text(picture.Total.CpuPercent),
            "TOTAL_MEM" => picture is null ? null : Text(picture.Total.MemoryKibibytes),
            "CPU_USAGE" => Text(free.CpuPercentTotal - free.CpuPercentFree),
            "MEM_USAGE" => Text(free.MemoryTotalKibibytes - free.MemoryFreeKibibytes),
            "MAX_DISK" => picture is null ? null : Text(picture.Usable.DiskMebibytes),
            "DISK_USAGE" => picture is null ? null : Text(picture.Usable.DiskMebibytes - free.DiskFreeMebibytes),
            "FREE_DISK" => picture?.Usage is { } usage ? Text(usage.DiskFreeMebibytes) : null,
            "USED_DISK" => picture?.Usage is { } usage ? Text(picture.Total.DiskMebibytes - usage.DiskFreeMebibytes) : null,
            "NETRX" => picture?.Usage is { } usage ? Text((long)usage.NetReceivedBytes) : null,
            "NETTX" => picture?.Usage is { } usage ? Text((long)usage.NetSentBytes) : null,
            "FREE_CPU" => picture?.Usage is { } usage ? Text(picture.Total.CpuPercent - usage.CpuUsedPercent) : null,
            "USED_CPU" => picture?.Usage is { } usage ? Text(usage.CpuUsedPercent) : null,
            "FREE_MEMORY" => picture?.Usage is { } usage ? Text(usage.MemoryFreeKibibytes) : null,
            "USED_MEMORY" => picture?.Usage is { } usage ? Text(picture.Total.MemoryKibibytes - usage.MemoryFreeKibibytes) : null,
            _ => null,
        };
        if (value is not null)
            return [value];
        if (name.Equals("CURRENT_VMS", StringComparison.OrdinalIgnoreCase))
            return (picture?.Vms ?? []).Concat(offered.Select(vm => vm.Value)).Select(vm => Text(vm));
        return inventory.Find(PoolKind.Cluster, host.FactInt("CLUSTER_ID"))?.Template[name] is { } cluster ? [cluster] : [];
    }

    /// <summary><c>"TEMPLATE/LABEL"</c> says the same as <c>LABEL</c>.</summary>
    internal static string InTemplate(string name) => name.StartsWith("TEMPLATE/", StringComparison.Ordinal) ? name["TEMPLATE/".Length..] : name;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
