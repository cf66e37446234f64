using System.Globalization;
using System.Text;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Xml;

/// <summary>HOST: the pool's record, and what its actor last knew. Before it was heard of, its capacity is zero.</summary>
internal static class HostDocument
{
    public static void Write(DocumentWriter to, HostSources of)
    {
        var (host, seen) = (of.Host, of.Seen);
        to.Open("HOST");
        to.Number("ID", host.Id);
        to.Text("NAME", host.Name);
        to.Number("STATE", (int)(seen?.State ?? HostState.Init));
        to.Number("PREV_STATE", (int)(seen?.PrevState ?? HostState.Init));
        to.CData("IM_MAD", host.Fact("IM_MAD") ?? "kvm");
        to.CData("VM_MAD", host.Fact("VM_MAD") ?? "kvm");
        to.Number("CLUSTER_ID", host.FactInt("CLUSTER_ID"));
        to.Text("CLUSTER", of.ClusterName);
        Share(to, seen);
        to.Ids("VMS", seen is null ? [] : seen.Vms);
        to.Template("TEMPLATE", Shown(host, seen));
        MonitoringElements.Host(to, new HostId(host.Id), seen);
        to.Close("HOST");
    }

    private static void Share(DocumentWriter to, HostPicture? seen)
    {
        var (allocated, total, usable) = (seen?.Allocated ?? default, seen?.Total ?? default, seen?.Usable ?? default);
        to.Open("HOST_SHARE");
        to.Number("MEM_USAGE", allocated.MemoryKibibytes);
        to.Number("CPU_USAGE", allocated.CpuPercent);
        to.Number("TOTAL_MEM", total.MemoryKibibytes);
        to.Number("TOTAL_CPU", total.CpuPercent);
        to.Number("MAX_MEM", usable.MemoryKibibytes);
        to.Number("MAX_CPU", usable.CpuPercent);
        to.Number("RUNNING_VMS", seen?.Claims.Count ?? 0);
        to.Number("VMS_THREAD", 1);
        var free = seen?.Usage?.DiskFreeMebibytes ?? seen?.Facts?.DiskFreeMebibytes ?? 0;
        var used = Math.Max(0, total.DiskMebibytes - free);
        to.Open("DATASTORES");
        to.CData("DISK_USAGE", allocated.DiskMebibytes);
        if (total.DiskMebibytes > 0)
        {
            to.Open("DS");
            to.CData("FREE_MB", free);
            to.CData("ID", 0);
            to.CData("TOTAL_MB", total.DiskMebibytes);
            to.CData("USED_MB", used);
            to.Close("DS");
        }

        to.CData("FREE_DISK", free);
        to.CData("MAX_DISK", total.DiskMebibytes);
        to.CData("USED_DISK", used);
        to.Close("DATASTORES");
        to.Ids("PCI_DEVICES", []);
        to.Open("NUMA_NODES");
        if (seen?.Facts is { } facts)
            foreach (var cell in facts.Numa)
                Node(to, cell, facts);
        to.Close("NUMA_NODES");
        to.Close("HOST_SHARE");
    }

    /// <summary>Which threads share a core is not known; cores are listed where each has one thread.</summary>
    private static void Node(DocumentWriter to, NumaCell cell, HostFacts facts)
    {
        to.Open("NODE");
        if (facts.ThreadsPerCore == 1)
            foreach (var cpu in cell.Cpus)
            {
                to.Open("CORE");
                to.CData("CPUS", string.Create(CultureInfo.InvariantCulture, $"{cpu}:-1"));
                to.CData("DEDICATED", "NO");
                to.CData("FREE", 1);
                to.CData("ID", cpu);
                to.Close("CORE");
            }

        to.Open("MEMORY");
        to.CData("DISTANCE", string.Join(' ', facts.Numa.Select(n => n.Id).Where(id => id != cell.Id).Prepend(cell.Id)));
        to.CData("TOTAL", cell.MemoryKibibytes);
        to.CData("USAGE", 0);
        to.Close("MEMORY");
        to.CData("NODE_ID", cell.Id);
        to.Close("NODE");
    }

    /// <summary>What its owner wrote, then what the hypervisor said, under the names that OpenNebula's probes use.</summary>
    private static Template Shown(PooledObject host, HostPicture? seen)
    {
        var template = host.Template;
        if (seen?.Facts is { } facts)
            template = template.Merge(Template.Of(
                Said("ARCH", facts.Arch), Said("CPUSPEED", Text(facts.CpuMegahertz)), Said("HOSTNAME", facts.Hostname),
                Said("HYPERVISOR", facts.HypervisorKind), Said("KVM_CPU_MODELS", string.Join(' ', facts.CpuModels)),
                Said("KVM_MACHINES", string.Join(' ', facts.Machines)), Said("MODELNAME", facts.CpuModel), Said("ACCELERATION", facts.Acceleration),
                Said("TOTALCPU", Text(facts.CpuPercent)), Said("TOTALMEMORY", Text(facts.MemoryKibibytes)), Said("VERSION", facts.HypervisorVersion)));
        if (seen is { Wild.Length: > 0 })
            template = template
                .Set("TOTAL_WILDS", Text(seen.Wild.Length))
                .Set("WILDS", Template.Carried(string.Join(',', seen.Wild.Select(w => w.Name))))
                .WithVectors("VM", seen.Wild.Select(Wild));
        return seen?.Silence is { } why ? template.Set("ERROR", Template.Carried(why)) : template;
    }

    /// <summary>IMPORT_TEMPLATE is the base64 of a VM template that describes the domain, as OpenNebula's tools expect it.</summary>
    private static VectorAttribute Wild(DomainReading domain)
    {
        var import = string.Create(CultureInfo.InvariantCulture, $"""
            NAME="{domain.Name.Replace("\"", "", StringComparison.Ordinal)}"
            CPU="{domain.Vcpu}"
            VCPU="{domain.Vcpu}"
            MEMORY="{domain.MemoryMebibytes}"
            HYPERVISOR="kvm"
            IMPORT_VM_ID="{domain.Uuid}"

            """);
        return VectorAttribute.Of(
            "VM", ("DEPLOY_ID", domain.Uuid.ToString()), ("IMPORT_TEMPLATE", Convert.ToBase64String(Encoding.UTF8.GetBytes(import))),
            ("MONITOR", ""), ("VM_NAME", Template.Carried(domain.Name)));
    }

    private static SingleAttribute Said(string name, string value) => new(name, Template.Carried(value));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
