using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.acl.*; all of it takes the right to manage the ACL.</summary>
internal sealed class AclMethods(Cloud cloud, Authority authority, Documents documents) : IMethods
{
    private const int Zone = 0;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.acl.addrule"] = c => Permit(c, () => AddRule(c)),
        ["one.acl.delrule"] = c => Permit(c, () => DeleteRule(c)),
        ["one.acl.info"] = c => Permit(c, () => Task.FromResult<Reply>(documents.Acl())),
    };

    private Task<Reply> Permit(Call call, Func<Task<Reply>> act) =>
        authority.May(call.Who, Rights.Manage, new AccessObject(ObjectKinds.Acl)) is { } why ? Task.FromResult<Reply>(why) : act();

    private Task<Reply> AddRule(Call call)
    {
        var zone = call.Text(4) is { Length: > 0 } given ? given : (AclRule.Individual | Zone).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        var (rule, wrong) = AclRule.FromHex(-1, call.Text(1), call.Text(2), call.Text(3), zone);
        return rule is null
            ? Task.FromResult<Reply>(new Refusal(ErrorCode.Internal, wrong!))
            : Reply.Of(cloud.Pool(new PoolProtocol.Allocate(PoolKind.Acl, "rule", Caller.Admin, 0, Template.Empty, rule.ToFacts())));
    }

    private Task<Reply> DeleteRule(Call call) => cloud.Inventory.Find(PoolKind.Acl, call.Id) is null
        ? Task.FromResult<Reply>(new Refusal(ErrorCode.Internal, $"Rule {call.Id} does not exist", ObjectId: call.Id))
        : Reply.Of(cloud.Pool(new PoolProtocol.Delete(PoolKind.Acl, call.Id)));
}
