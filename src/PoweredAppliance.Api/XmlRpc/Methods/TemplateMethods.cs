using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.template.*</summary>
internal sealed class TemplateMethods(
    VmOperations vms, PoolOperations pools, TemplateOperations templates, PoolMethods shared, Documents documents) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.template.allocate"] = c => shared.Allocate(c, PoolKind.Template),
        ["one.template.chmod"] = c => Reply.Of(templates.Chmod(c.Who, c.Id, c.Nine, recursive: c.Bool(11))),
        ["one.template.clone"] = c => Reply.Of(c.Bool(3)
            ? templates.CloneWithImages(c.Who, c.Id, c.Text(2), Template.Empty, persistent: false)
            : pools.Clone(c.Who, PoolKind.Template, c.Id, c.Text(2))),
        ["one.template.delete"] = c => Reply.Of(templates.Delete(c.Who, c.Id, recursive: c.Bool(2))),
        ["one.template.info"] = Info,
        ["one.template.instantiate"] = Instantiate,
    };

    private Task<Reply> Info(Call call) => Task.FromResult(!call.Bool(2)
        ? shared.Info(call.Who, PoolKind.Template, call.Id, decrypt: call.Bool(3))
        : templates.Extended(call.Who, call.Id) is ({ } extended, null) ? documents.Of(extended) : (Reply)templates.Extended(call.Who, call.Id).Why!);

    private Task<Reply> Instantiate(Call call)
    {
        if (shared.Find(call, PoolKind.Template, Rights.Use).Why is { } missing)
            return Task.FromResult<Reply>(missing);
        var (extra, why) = call.Text(4).Length == 0 ? (Template.Empty, null) : call.Template(4);
        if (why is not null)
            return Task.FromResult<Reply>(why);
        return Reply.Of(call.Bool(5)
            ? templates.InstantiatePersistent(call.Who, call.Id, call.Text(2), call.Bool(3), extra!)
            : vms.Instantiate(call.Who, call.Id, call.Text(2), call.Bool(3), extra!));
    }
}
