using PoweredAppliance.Api.Operations;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vm.*: NICs and their security groups.</summary>
internal sealed class VmNicMethods(VmChangeOperations changes) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vm.attachnic"] = c => c.WithTemplate(2, t => changes.AttachNic(c.Who, c.Id, t)),
        ["one.vm.detachnic"] = c => Reply.Of(changes.DetachNic(c.Who, c.Id, c.Int(2))),
        ["one.vm.updatenic"] = Update,
        ["one.vm.attachsg"] = c => Reply.Of(changes.SecurityGroup(c.Who, c.Id, c.Int(2), c.Int(3), attach: true)),
        ["one.vm.detachsg"] = c => Reply.Of(changes.SecurityGroup(c.Who, c.Id, c.Int(2), c.Int(3), attach: false)),
    };

    private Task<Reply> Update(Call call) => call.Append(4) is (var append, null)
        ? call.WithTemplate(3, t => changes.UpdateNic(call.Who, call.Id, call.Int(2), t, append))
        : Task.FromResult<Reply>(call.Append(4).Why!);
}
