using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vrouter.* beyond what all kinds share.</summary>
internal sealed class VirtualRouterMethods(RouterOperations routers) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vrouter.allocate"] = c => With(c, 1, given => routers.Allocate(c.Who, given)),
        ["one.vrouter.attachnic"] = c => With(c, 2, given => routers.AttachNic(c.Who, c.Id, given)),
        ["one.vrouter.chmod"] = c => Reply.Of(routers.Chmod(c.Who, c.Id, c.Nine)),
        ["one.vrouter.delete"] = c => Reply.Of(routers.Delete(c.Who, c.Id)),
        ["one.vrouter.detachnic"] = c => Reply.Of(routers.DetachNic(c.Who, c.Id, c.Int(2))),
        ["one.vrouter.instantiate"] = c => With(c, 6, extra => routers.Instantiate(c.Who, c.Id, c.Int(2), c.Int(3), c.Text(4), c.Bool(5), extra)),
    };

    private static Task<Reply> With(Call call, int index, Func<Template, Task<Answer>> act)
    {
        var (template, why) = call.Template(index);
        return why is null ? Reply.Of(act(template!)) : Task.FromResult<Reply>(why);
    }
}
