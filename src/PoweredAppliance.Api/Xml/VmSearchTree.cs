using System.Globalization;
using PoweredAppliance.Core.Expressions;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>A VM as a search query sees it: the object of OpenNebula's column body_json. All values are texts; DISK and NIC are lists, and
/// so is what a template has more than once; of the history there is the last record.</summary>
internal static class VmSearchTree
{
    public static SearchTree Of(VmSources of) => new SearchTree.Members([("VM", new SearchTree.Members(Members(of)))]);

    private static IEnumerable<(string, SearchTree)> Members(VmSources of)
    {
        var vm = of.Vm;
        yield return Number("ID", vm.Id.Value);
        yield return Number("UID", vm.Owner.User.Value);
        yield return Number("GID", vm.Owner.Group.Value);
        yield return Text("UNAME", of.User);
        yield return Text("GNAME", of.Group);
        yield return Text("NAME", vm.Name);
        yield return Number("LAST_POLL", of.Reading?.At ?? 0);
        yield return Number("STATE", (int)vm.State);
        yield return Number("LCM_STATE", (int)vm.Lcm);
        yield return Number("PREV_STATE", (int)vm.PrevState);
        yield return Number("PREV_LCM_STATE", (int)vm.PrevLcm);
        yield return Number("RESCHED", vm.Resched ? 1 : 0);
        yield return Number("STIME", vm.Start);
        yield return Number("ETIME", vm.End);
        yield return Text("DEPLOY_ID", vm.DeployId);
        yield return ("TEMPLATE", new SearchTree.Members(Attributes(VmDocument.Shown(vm).WithVectors(ScheduleEntry.Name, vm.Schedule.Select(e => e.With("PARENT_ID", vm.Id.ToString()).With("TYPE", "VM"))))));
        yield return ("USER_TEMPLATE", new SearchTree.Members(Attributes(vm.UserTemplate)));
        if (vm.History is [.., var last])
            yield return ("HISTORY_RECORDS", new SearchTree.Members([("HISTORY", new SearchTree.List([new SearchTree.Members(Record(vm, last))]))]));
    }

    private static IEnumerable<(string, SearchTree)> Attributes(Template template)
    {
        foreach (var same in template.Attributes.GroupBy(a => a.Name, StringComparer.Ordinal))
        {
            SearchTree[] values = [.. same.Select(Value)];
            yield return (same.Key, values.Length == 1 && same.Key is not ("DISK" or "NIC") ? values[0] : new SearchTree.List(values));
        }
    }

    private static SearchTree Value(TemplateAttribute attribute) => attribute is VectorAttribute vector
        ? new SearchTree.Members(vector.Pairs.Select(p => (p.Key, (SearchTree)new SearchTree.Text(p.Value))))
        : new SearchTree.Text(((SingleAttribute)attribute).Value);

    private static IEnumerable<(string, SearchTree)> Record(VirtualMachine vm, HistoryRecord record)
    {
        yield return Number("OID", vm.Id.Value);
        yield return Number("SEQ", record.Sequence);
        yield return Text("HOSTNAME", record.Host.Hostname);
        yield return Number("HID", record.Host.Host.Value);
        yield return Number("CID", record.Host.Cluster);
        yield return Number("STIME", record.Start);
        yield return Number("ETIME", record.End);
        yield return Text("VM_MAD", record.Host.VmMad);
        yield return Text("TM_MAD", record.Host.TmMad);
        yield return Number("DS_ID", record.Host.Datastore);
        yield return Number("PSTIME", record.PrologStart);
        yield return Number("PETIME", record.PrologEnd);
        yield return Number("RSTIME", record.RunningStart);
        yield return Number("RETIME", record.RunningEnd);
        yield return Number("ESTIME", record.EpilogStart);
        yield return Number("EETIME", record.EpilogEnd);
        yield return Number("ACTION", (int)record.Action);
        yield return Number("UID", record.Uid);
        yield return Number("GID", record.Gid);
        yield return Number("REQUEST_ID", -1);
    }

    private static (string, SearchTree) Number(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

    private static (string, SearchTree) Text(string name, string? value) => (name, new SearchTree.Text(value ?? ""));
}
