using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Hooks;

/// <summary>Which hooks wait for what, and what their commands get of it.</summary>
public static class HookConditions
{
    public static IEnumerable<PooledObject> OfVm(IEnumerable<PooledObject> hooks, Lifecycle.Phase phase, DateTimeOffset at) => hooks.Where(h =>
        IsState(h, "VM", StateNames.Of(phase.State)) && h.Template["LCM_STATE"] == StateNames.Of(phase.Lcm) && Since(h) <= at.ToUnixTimeMilliseconds());

    /// <param name="resource">HOST, IMAGE or NET</param>
    public static IEnumerable<PooledObject> OfState(IEnumerable<PooledObject> hooks, string resource, string state) =>
        hooks.Where(h => IsState(h, resource, state));

    public static IEnumerable<PooledObject> OfCall(IEnumerable<PooledObject> hooks, string method) =>
        hooks.Where(h => h.Fact(HookTemplate.TypeFact) is HookTemplate.Api && h.Template["CALL"] == method);

    /// <summary>The hook's ARGUMENTS with what <c>$API</c> or <c>$TEMPLATE</c> stands for.</summary>
    /// <param name="word"><c>$API</c> or <c>$TEMPLATE</c>; the other one stands for nothing here</param>
    /// <param name="xml">asked for only where the hook wants it; it is passed on as base64</param>
    public static string Arguments(PooledObject hook, string word, Func<string> xml)
    {
        var words = (hook.Template["ARGUMENTS"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words
            .Select(w => w == word ? Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(xml())) : w is "$API" or "$TEMPLATE" ? "" : w)
            .Where(w => w.Length > 0));
    }

    private static bool IsState(PooledObject hook, string resource, string state) =>
        hook.Fact(HookTemplate.TypeFact) is HookTemplate.State && hook.Template["RESOURCE"] == resource && hook.Template["STATE"] == state;

    private static long Since(PooledObject hook) => hook.FactLong(HookTemplate.SinceFact, hook.RegTime * 1000);
}
