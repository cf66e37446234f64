using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>The short VM of one.vmpool.info: what a list of VMs shows, no permissions, the last history record alone.</summary>
internal static class VmShortDocument
{
    private static readonly string[] OfDisk = ["DATASTORE_ID", "DISK_ID", "IMAGE", "IMAGE_ID", "SIZE", "TYPE"];

    private static readonly string[] OfNic =
        ["EXTERNAL_IP", "IP", "IP6", "IP6_GLOBAL", "IP6_ULA", "MAC", "NAME", "NETWORK", "NETWORK_ID", "NIC_ID", "SECURITY_GROUPS"];

    private static readonly string[] OfUserTemplate =
    [
        "ERROR", "LABELS", "SCHED_DS_RANK", "SCHED_DS_REQUIREMENTS", "SCHED_MESSAGE", "SCHED_RANK", "SCHED_REQUIREMENTS", "USER_PRIORITY",
    ];

    public static void Write(DocumentWriter to, VmSources of)
    {
        var (vm, reading) = (of.Vm, of.Reading);
        to.Open("VM");
        to.Identity(vm.Id.Value, vm.Owner, of.User, of.Group, vm.Name);
        to.Number("LAST_POLL", reading?.At ?? 0);
        to.Number("STATE", (int)vm.State);
        to.Number("LCM_STATE", (int)vm.Lcm);
        to.Number("RESCHED", vm.Resched ? 1 : 0);
        to.Number("STIME", vm.Start);
        to.Number("ETIME", vm.End);
        to.Text("DEPLOY_ID", vm.DeployId);
        to.Lock(vm.Lock);
        Template(to, vm);
        MonitoringElements.VmShort(to, reading);
        UserTemplate(to, vm.UserTemplate);
        History(to, vm);
        to.Close("VM");
    }

    private static void Template(DocumentWriter to, VirtualMachine vm)
    {
        to.Open("TEMPLATE");
        to.Text("CPU", vm.Template["CPU"]);
        to.Text("MEMORY", vm.Template["MEMORY"]);
        to.Text("VCPU", vm.Template["VCPU"]);
        foreach (var disk in vm.Template.Vectors("DISK"))
            Part(to, disk, OfDisk);
        foreach (var nic in vm.Template.Vectors("NIC"))
            Part(to, nic, OfNic);
        if (VmDocument.Graphics(vm) is { } graphics)
            to.Vector(graphics.Without("PASSWD"));
        to.Close("TEMPLATE");
    }

    private static void Part(DocumentWriter to, VectorAttribute vector, string[] keys)
    {
        to.Open(vector.Name);
        foreach (var (key, value) in vector.Pairs)
            if (Array.BinarySearch(keys, key, StringComparer.Ordinal) >= 0)
                to.CData(key, value);
        to.Close(vector.Name);
    }

    private static void UserTemplate(DocumentWriter to, Template user)
    {
        var any = false;
        foreach (var attribute in user.Attributes)
        {
            if (attribute is not SingleAttribute single || Array.BinarySearch(OfUserTemplate, single.Name, StringComparer.Ordinal) < 0)
                continue;
            if (!any)
                to.Open("USER_TEMPLATE");
            any = true;
            to.CData(single.Name, single.Value);
        }

        if (any)
            to.Close("USER_TEMPLATE");
        else
            to.Empty("USER_TEMPLATE");
    }

    private static void History(DocumentWriter to, VirtualMachine vm)
    {
        if (vm.History is not [.., var last])
        {
            to.Empty("HISTORY_RECORDS");
            return;
        }

        to.Open("HISTORY_RECORDS");
        to.Open("HISTORY");
        to.Number("OID", vm.Id.Value);
        to.Number("SEQ", last.Sequence);
        to.CData("HOSTNAME", last.Host.Hostname);
        to.Number("HID", last.Host.Host.Value);
        to.Number("CID", last.Host.Cluster);
        to.Number("DS_ID", last.Host.Datastore);
        to.CData("VM_MAD", last.Host.VmMad);
        to.CData("TM_MAD", last.Host.TmMad);
        to.CData("ACTION", (int)last.Action);
        to.Close("HISTORY");
        to.Close("HISTORY_RECORDS");
    }
}
