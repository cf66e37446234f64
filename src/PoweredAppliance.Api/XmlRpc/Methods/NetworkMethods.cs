using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.vn.*</summary>
internal sealed class NetworkMethods(NetworkOperations networks, PoolMethods shared) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.vn.allocate"] = c => With(c, 1, given => networks.Allocate(c.Who, given, c.Int(2))),
        ["one.vn.delete"] = c => Reply.Of(networks.Delete(c.Who, c.Id)),
        ["one.vn.add_ar"] = c => With(c, 2, given => networks.AddRanges(c.Who, c.Id, given)),
        ["one.vn.update"] = c => shared.Updating(c, PoolKind.VirtualNetwork) is var (given, append, why) && why is null
            ? Reply.Of(networks.Update(c.Who, c.Id, given!, append))
            : Task.FromResult<Reply>(why),
        ["one.vn.update_ar"] = c => With(c, 2, given => networks.UpdateRanges(c.Who, c.Id, given)),
        ["one.vn.rm_ar"] = c => Reply.Of(networks.RemoveRange(c.Who, c.Id, c.Int(2), c.Bool(3))),
        ["one.vn.free_ar"] = c => Reply.Of(networks.FreeRange(c.Who, c.Id, c.Int(2))),
        ["one.vn.hold"] = c => With(c, 2, given => networks.Hold(c.Who, c.Id, given)),
        ["one.vn.release"] = c => With(c, 2, given => networks.Release(c.Who, c.Id, given)),
        ["one.vn.reserve"] = c => With(c, 2, given => networks.Reserve(c.Who, c.Id, given)),
        ["one.vn.recover"] = c => Reply.Of(networks.Recover(c.Who, c.Id, c.Int(2))),
    };

    private static Task<Reply> With(Call call, int index, Func<Template, Task<Answer>> act)
    {
        var (template, why) = call.Template(index);
        return why is null ? Reply.Of(act(template!)) : Task.FromResult<Reply>(why);
    }
}
