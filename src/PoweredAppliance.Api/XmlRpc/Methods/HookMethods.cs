using System.Globalization;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.hook.* and one.hooklog.info</summary>
internal sealed class HookMethods(Cloud cloud, PoolMethods shared, PoolOperations pools, Authority authority, TimeProvider time) : IMethods
{
    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.hook.allocate"] = Allocate,
        ["one.hook.delete"] = Delete,
        ["one.hook.update"] = Update,
        ["one.hook.retry"] = Retry,
        ["one.hooklog.info"] = c => Task.FromResult(Log(c)),
    };

    private string Now => time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private Task<Reply> Allocate(Call call)
    {
        if (authority.MayCreate(call.Who, PoolKind.Hook) is { } no)
            return Task.FromResult<Reply>(no);
        var (template, why) = call.Template(1);
        return (why ?? Unknown(template!, template!["TYPE"])) is { } wrong
            ? Task.FromResult<Reply>(wrong)
            : shared.Allocate(call, PoolKind.Hook, _ => [new(HookTemplate.SinceFact, Now)]);
    }

    /// <summary>What happened under its old template is not what the new one waits for.</summary>
    private async Task<Reply> Update(Call call)
    {
        var (given, append, why) = shared.Updating(call, PoolKind.Hook);
        if (why is not null)
            return why;
        var hook = cloud.Inventory.Find(PoolKind.Hook, call.Id)!;
        if (Unknown(append ? hook.Template.Merge(given!) : given!, hook.Fact(HookTemplate.TypeFact)) is { } unknown)
            return unknown;
        var answer = await pools.SetFact(call.Who, PoolKind.Hook, call.Id, Rights.Manage, HookTemplate.SinceFact, Now).ConfigureAwait(false);
        return answer.Refusal is null ? await pools.Update(call.Who, PoolKind.Hook, call.Id, given!, append).ConfigureAwait(false) : answer;
    }

    private async Task<Reply> Delete(Call call)
    {
        var answer = await pools.Delete(call.Who, PoolKind.Hook, call.Id).ConfigureAwait(false);
        if (answer.Refusal is null)
            await cloud.Hooks(new HookProtocol.Forget(call.Id)).ConfigureAwait(false);
        return answer;
    }

    private Task<Reply> Retry(Call call) => shared.Find(call, PoolKind.Hook, Rights.Manage).Why is { } missing
        ? Task.FromResult<Reply>(missing)
        : Reply.Of(cloud.Hooks(new HookProtocol.Retry(call.Id, call.Int(2))));

    /// <summary>Executions between two seconds (below 0: no bound), of one hook (below 0: of all), that failed (-1), succeeded (1) or any.</summary>
    private Reply Log(Call call)
    {
        if (!call.Who.IsAdmin)
            return new Refusal(ErrorCode.Authorization, $"User [{call.Who.User}] : Only members of group oneadmin may read the log of hooks.");
        var (from, to, hook, result) = (call.Int(1), call.Int(2), call.Int(3), call.Int(4));
        return Documents.HookLog(cloud.Inventory.Hooks.Lines.Values.Reverse().SelectMany(line => line.Log).Where(e =>
            (from < 0 || e.Timestamp > from) && (to < 0 || e.Timestamp < to) && (hook < 0 || e.Hook == hook)
            && (result is not (-1 or 1) || (e.Outcome.Code == 0) == (result == 1))));
    }

    private static Refusal? Unknown(Template template, string? type) =>
        HookTemplate.Api.Equals(type, StringComparison.OrdinalIgnoreCase) && template["CALL"] is { Length: > 0 } call && !ApiHooks.Can(call)
            ? Refusal.Bad("CALL", call, $"API call does not exist or is not supported: {call}")
            : null;
}
