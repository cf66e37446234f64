using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vm.*: what a VM is made of, what it is scheduled to do, and what its guest is to execute.</summary>
internal sealed class VmConfigurationMethods(VmConfigurationOperations vms, VmChangeOperations changes) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vm.cancelexec"] = c => Reply.Of(changes.Command(c.Who, c.Id, new VmChange.CancelExecution())),
        ["one.vm.exec"] = c => Reply.Of(changes.Command(c.Who, c.Id, new VmChange.Execute(c.Text(2), c.Text(3)))),
        ["one.vm.retryexec"] = c => Reply.Of(changes.Command(c.Who, c.Id, new VmChange.Execute(null, null))),
        ["one.vm.resize"] = c => c.WithTemplate(2, t => vms.Resize(c.Who, c.Id, t)),
        ["one.vm.schedadd"] = c => Scheduled(c, 2, null),
        ["one.vm.scheddelete"] = c => Reply.Of(vms.Unschedule(c.Who, c.Id, c.Int(2))),
        ["one.vm.schedupdate"] = c => Scheduled(c, 3, c.Int(2)),
        ["one.vm.updateconf"] = c => c.Append(3) is (var append, null)
            ? c.WithTemplate(2, t => vms.Update(c.Who, c.Id, t, append))
            : Task.FromResult<Reply>(c.Append(3).Why!),
        ["one.vm.vmgroupadd"] = c => Reply.Of(vms.JoinGroup(c.Who, c.Id, c.Int(2), c.Text(3))),
        ["one.vm.vmgroupdel"] = c => Reply.Of(vms.LeaveGroup(c.Who, c.Id)),
    };

    private Task<Reply> Scheduled(Call call, int parameter, int? entry) => call.WithTemplate(parameter, t => vms.Schedule(call.Who, call.Id, entry, t));
}
