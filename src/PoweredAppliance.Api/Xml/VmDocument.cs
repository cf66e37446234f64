using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>VM as one.vm.info and one.vmpool.infoextended give it.</summary>
internal static class VmDocument
{
    public static void Write(DocumentWriter to, VmSources of)
    {
        var (vm, reading) = (of.Vm, of.Reading);
        to.Open("VM");
        to.Identity(vm.Id.Value, vm.Owner, of.User, of.Group, vm.Name);
        to.Permissions(vm.Permissions);
        to.Number("LAST_POLL", reading?.At ?? 0);
        to.Number("STATE", (int)vm.State);
        to.Number("LCM_STATE", (int)vm.Lcm);
        to.Number("PREV_STATE", (int)vm.PrevState);
        to.Number("PREV_LCM_STATE", (int)vm.PrevLcm);
        to.Number("RESCHED", vm.Resched ? 1 : 0);
        to.Number("STIME", vm.Start);
        to.Number("ETIME", vm.End);
        to.Text("DEPLOY_ID", vm.DeployId);
        to.Lock(vm.Lock);
        MonitoringElements.Vm(to, vm.Id, reading);
        to.Ids("SCHED_ACTIONS", vm.Schedule.Select(ScheduleEntry.IdOf));
        to.Template("TEMPLATE", Shown(vm), vm.Schedule, vm.Id.Value, "VM");
        to.Template("USER_TEMPLATE", vm.UserTemplate);
        to.Open("HISTORY_RECORDS");
        foreach (var record in vm.History)
            History(to, vm, record);
        to.Close("HISTORY_RECORDS");
        foreach (var tree in vm.DiskSnapshots)
            SnapshotElements.Write(to, tree);
        to.Open("BACKUPS");
        to.Empty("BACKUP_CONFIG");
        to.Ids("BACKUP_IDS", []);
        to.Close("BACKUPS");
        to.Close("VM");
    }

    /// <summary>The template with what placing the VM made known: its host's transfer driver, and the port of its graphics.</summary>
    internal static Template Shown(VirtualMachine vm)
    {
        var template = vm.Template;
        if (vm.History is [.., var last])
            template = template.Set("TM_MAD_SYSTEM", last.Host.TmMad);
        return Graphics(vm) is { } graphics ? template.WithVectors("GRAPHICS", [graphics]) : template;
    }

    internal static VectorAttribute? Graphics(VirtualMachine vm)
    {
        var graphics = vm.Template.Vector("GRAPHICS");
        return graphics is null || vm.GraphicsPort == 0 || graphics["PORT"] is { Length: > 0 }
            ? graphics
            : graphics.With("PORT", vm.GraphicsPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <param name="more">what follows the record's own elements</param>
    internal static void History(DocumentWriter to, VirtualMachine vm, HistoryRecord record, Action? more = null)
    {
        to.Open("HISTORY");
        to.Number("OID", vm.Id.Value);
        to.Number("SEQ", record.Sequence);
        to.Text("HOSTNAME", record.Host.Hostname);
        to.Number("HID", record.Host.Host.Value);
        to.Number("CID", record.Host.Cluster);
        to.Number("STIME", record.Start);
        to.Number("ETIME", record.End);
        to.CData("VM_MAD", record.Host.VmMad);
        to.CData("TM_MAD", record.Host.TmMad);
        to.Number("DS_ID", record.Host.Datastore);
        to.Number("PLAN_ID", -1);
        to.Number("ACTION_ID", 0);
        to.Number("PSTIME", record.PrologStart);
        to.Number("PETIME", record.PrologEnd);
        to.Number("RSTIME", record.RunningStart);
        to.Number("RETIME", record.RunningEnd);
        to.Number("ESTIME", record.EpilogStart);
        to.Number("EETIME", record.EpilogEnd);
        to.Number("ACTION", (int)record.Action);
        to.Number("UID", record.Uid);
        to.Number("GID", record.Gid);
        to.Number("REQUEST_ID", -1);
        more?.Invoke();
        to.Close("HISTORY");
    }
}
