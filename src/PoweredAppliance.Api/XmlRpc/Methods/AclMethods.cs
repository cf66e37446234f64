using System.Collections.Immutable;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.acl.*</summary>
internal sealed class AclMethods(Cloud cloud, Authority authority, Documents documents)
{
    private const int Zone = 0;

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.acl.addrule"] = AddRule,
        ["one.acl.delrule"] = DeleteRule,
        ["one.acl.info"] = _ => Task.FromResult<Reply>(documents.Acl()),
    };

    /// <summary>Stores a rule; one that says what another says already is refused.</summary>
    public async Task<Answer> Add(AclRule rule)
    {
        if (Rules().FirstOrDefault(r => r.SaysTheSame(rule)) is { } same)
            return new Refusal(ErrorCode.Internal, $"Rule {same} already exists as {same.Id}", ObjectId: same.Id);
        return await cloud.Pool(new PoolProtocol.Allocate(
            PoolKind.Acl, "rule", Caller.Admin, 0, Template.Empty, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["USER"] = rule.UserHex,
                ["RESOURCE"] = rule.ResourceHex,
                ["RIGHTS"] = rule.RightsHex,
                ["ZONE"] = rule.ZoneHex,
            }.ToImmutableSortedDictionary(StringComparer.Ordinal))).ConfigureAwait(false);
    }

    public async Task RemoveOfGroup(int group)
    {
        foreach (var rule in Rules().Where(r => r.User == (AclRule.OfGroup | (uint)group)).ToList())
            await cloud.Pool(new PoolProtocol.Delete(PoolKind.Acl, rule.Id)).ConfigureAwait(false);
    }

    private IEnumerable<AclRule> Rules() => cloud.Inventory.All(PoolKind.Acl).Values.Select(Authority.Rule).OfType<AclRule>();

    private async Task<Reply> AddRule(Call call)
    {
        if (authority.MayCreate(call.Who, PoolKind.Acl) is { } why)
            return why;
        var zone = call.Text(4) is { Length: > 0 } given ? given : (AclRule.Individual | Zone).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        var (rule, wrong) = AclRule.FromHex(-1, call.Text(1), call.Text(2), call.Text(3), zone);
        return rule is null ? new Refusal(ErrorCode.Internal, wrong!) : await Add(rule).ConfigureAwait(false);
    }

    private Task<Reply> DeleteRule(Call call)
    {
        if (cloud.Inventory.Find(PoolKind.Acl, call.Id) is not { } rule)
            return Task.FromResult<Reply>(Refusal.NotFound("ACL", call.Id));
        return authority.May(call.Who, Rights.Manage, rule) is { } why
            ? Task.FromResult<Reply>(why)
            : Reply.Of(cloud.Pool(new PoolProtocol.Delete(PoolKind.Acl, call.Id)));
    }
}
