using PoweredAppliance.Api.Operations;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.template.*; what would have to copy or delete images too is not done half.</summary>
internal sealed class TemplateMethods(VmOperations vms, PoolOperations pools, PoolMethods shared)
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.template.allocate"] = Allocate,
        ["one.template.chmod"] = c => c.Bool(11) ? WithImages(c) : Reply.Of(pools.Chmod(c.Who, PoolKind.Template, c.Id, c.Nine)),
        ["one.template.clone"] = c => c.Bool(3) ? WithImages(c) : Reply.Of(pools.Clone(c.Who, PoolKind.Template, c.Id, c.Text(2))),
        ["one.template.delete"] = c => c.Bool(2) ? WithImages(c) : Reply.Of(pools.Delete(c.Who, PoolKind.Template, c.Id)),
        ["one.template.instantiate"] = Instantiate,
    };

    private Task<Reply> Allocate(Call call)
    {
        var (template, why) = call.Template(1);
        return why is null
            ? Reply.Of(pools.Allocate(call.Who, PoolKind.Template, template!["NAME"] ?? "", template))
            : Task.FromResult<Reply>(why);
    }

    private Task<Reply> Instantiate(Call call)
    {
        if (shared.Find(call, PoolKind.Template, Rights.Use).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        if (call.Bool(5))
            return WithImages(call);
        var (extra, why) = call.Text(4).Length == 0 ? (Core.Templates.Template.Empty, null) : call.Template(4);
        return why is null
            ? Reply.Of(vms.Instantiate(call.Who, call.Id, call.Text(2), call.Bool(3), extra!))
            : Task.FromResult<Reply>(why);
    }

    private Task<Reply> WithImages(Call call) => Task.FromResult<Reply>(shared.Find(call, PoolKind.Template, Rights.Use).Why
        ?? new Refusal(ErrorCode.Action, "The images of a template are not copied, changed or deleted with it by this version of the appliance.", ObjectId: call.Id));
}
