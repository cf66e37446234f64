using System.Text.Json.Nodes;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Flows;

/// <summary>What the JSON of a service's template must be, by OneFlow's documents. What is not known is kept as it is.</summary>
public static class FlowTemplate
{
    public const string RegistrationTime = "registration_time";

    private static readonly string[] ShutdownActions = ["terminate", "terminate-hard", "shutdown", "shutdown-hard"];
    private static readonly string[] PolicyTypes = ["CHANGE", "CARDINALITY", "PERCENTAGE_CHANGE"];

    /// <summary>More VMs of one role are a slip of the pen.</summary>
    public const int MostOfARole = 10_000;

    /// <summary>Null: it is one. The refusal names the field and its value.</summary>
    public static Refusal? Wrong(JsonObject body)
    {
        if (FlowJson.Text(body, "name") is not { Length: > 0 })
            return Bad("name", body["name"], "a text that is not empty");
        if (body["deployment"] is not null && FlowJson.Text(body, "deployment") is not ("none" or "straight"))
            return Bad("deployment", body["deployment"], "none or straight");
        if (OneOf(body, "shutdown_action", "shutdown_action", ShutdownActions) is { } action)
            return action;
        if (body["roles"] is not JsonArray roles || roles.Any(r => r is not JsonObject))
            return Bad("roles", body["roles"], "an array of objects");
        foreach (var role in roles.OfType<JsonObject>())
            if (WrongRole(role) is { } why)
                return why;
        return WrongNames([.. roles.OfType<JsonObject>()], FlowJson.Text(body, "deployment") is "straight");
    }

    public static Refusal? WrongRole(JsonObject role)
    {
        if (FlowJson.Text(role, "name") is not { Length: > 0 } name || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return Bad("roles/name", role["name"], "letters, digits and _");
        var at = $"roles/{name}";
        if (FlowJson.Text(role, "type") is { } type and not "vm")
            return new(ErrorCode.Internal, $"{at}/type: roles of the type '{type}' are not built in this version of the appliance, those of VMs are.", $"{at}/type", type);
        if (FlowJson.Number(role, "template_id") is not >= 0)
            return Bad($"{at}/template_id", role["template_id"], "the id of a VM template");
        foreach (var (field, least) in new[] { ("cardinality", 0), ("min_vms", 0), ("max_vms", 0), ("cooldown", 0) })
            if (role[field] is { } given && !(FlowJson.Number(role, field) is { } number && number >= least && (field is "cooldown" || number <= MostOfARole)))
                return Bad($"{at}/{field}", given, field is "cooldown" ? "seconds, from 0" : $"a number from {least} to {MostOfARole}");
        if (FlowJson.Number(role, "max_vms") is { } most && FlowJson.Number(role, "min_vms") is { } fewest && fewest > most)
            return Bad($"{at}/max_vms", role["max_vms"], $"at least min_vms, {fewest}");
        if (OneOf(role, "shutdown_action", $"{at}/shutdown_action", ShutdownActions) is { } action)
            return action;
        foreach (var field in new[] { "template_contents", "user_inputs", "user_inputs_values" })
            if (role[field] is { } given and not JsonObject)
                return Bad($"{at}/{field}", given, "an object");
        if (role["parents"] is { } parents && (parents is not JsonArray list || list.Any(p => p is not JsonValue)))
            return Bad($"{at}/parents", parents, "an array of names of roles");
        return WrongPolicies(role, at);
    }

    private static Refusal? WrongPolicies(JsonObject role, string at)
    {
        foreach (var name in ScalingPolicy.Lists)
        {
            if (role[name] is { } given && (given is not JsonArray list || list.Any(p => p is not JsonObject)))
                return Bad($"{at}/{name}", given, "an array of objects");
            foreach (var policy in FlowJson.Objects(role, name))
                if (WrongPolicy(policy, $"{at}/{name}", byClock: name == ScalingPolicy.ByClock) is { } why)
                    return why;
        }

        return null;
    }

    private static Refusal? WrongPolicy(JsonObject policy, string at, bool byClock)
    {
        if (policy["type"] is null || OneOf(policy, "type", $"{at}/type", PolicyTypes) is not null)
            return Bad($"{at}/type", policy["type"], string.Join(", ", PolicyTypes));
        if (FlowJson.Number(policy, "adjust") is null)
            return Bad($"{at}/adjust", policy["adjust"], "a number");
        foreach (var (field, least) in new[] { ("min_adjust_step", 1), ("period", 0), ("period_number", 0), ("cooldown", 0) })
            if (policy[field] is { } given && !(FlowJson.Number(policy, field) >= least))
                return Bad($"{at}/{field}", given, $"a number from {least}");
        if (byClock)
            return WrongTime(policy, at);
        try
        {
            ScalingExpression.Parse(FlowJson.Text(policy, "expression") ?? "");
            return null;
        }
        catch (ExpressionSyntaxException e)
        {
            return Refusal.Bad($"{at}/expression", policy["expression"]?.ToString(), $"{at}/expression: {e.Message}");
        }
    }

    private static Refusal? WrongTime(JsonObject policy, string at)
    {
        if (FlowJson.Text(policy, "recurrence") is not { Length: > 0 } recurrence)
            return ScalingPolicy.StartTime(policy["start_time"]?.ToString()) is null
                ? Bad($"{at}/start_time", policy["start_time"], "a time, or there must be a recurrence")
                : null;
        try
        {
            Recurrence.Parse(recurrence);
            return null;
        }
        catch (FormatException e)
        {
            return Refusal.Bad($"{at}/recurrence", recurrence, $"{at}/recurrence: {e.Message}");
        }
    }

    /// <summary>Names are told apart, parents are there and do not wait for each other.</summary>
    private static Refusal? WrongNames(JsonObject[] roles, bool isStraight)
    {
        var parents = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var role in roles)
            if (!parents.TryAdd(FlowJson.Text(role, "name")!, [.. FlowJson.Texts(role, "parents")]))
                return Refusal.Bad("roles/name", FlowJson.Text(role, "name"), $"Role name '{FlowJson.Text(role, "name")}' is repeated");
        foreach (var (name, of) in parents)
            if (of.FirstOrDefault(p => !parents.ContainsKey(p)) is { } missing)
                return Refusal.Bad($"roles/{name}/parents", missing, $"roles/{name}/parents: there is no role '{missing}'.");
        while (parents.Keys.FirstOrDefault(n => parents[n].All(p => !parents.ContainsKey(p))) is { } free)
            parents.Remove(free);
        return isStraight && parents.Count > 0
            ? Refusal.Bad("roles/parents", string.Join(", ", parents.Keys), $"The roles {string.Join(", ", parents.Keys)} wait for each other; with deployment straight none of them would ever begin.")
            : null;
    }

    private static Refusal? OneOf(JsonObject from, string name, string field, string[] words) =>
        from[name] is { } given && !words.Contains(FlowJson.Text(from, name)) ? Bad(field, given, string.Join(", ", words)) : null;

    private static Refusal Bad(string field, JsonNode? value, string wanted) =>
        Refusal.Bad(field, value?.ToString(), $"{field} must be {wanted}; it is {(value is null ? "missing" : $"'{value}'")}.");
}
