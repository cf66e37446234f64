using System.Globalization;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Hooks;

/// <summary>
/// The template of a hook: COMMAND, ARGUMENTS, ARGUMENTS_STDIN, TIMEOUT; CALL of an api hook; RESOURCE and STATE (LCM_STATE too for a
/// VM) of a state hook. ON of a VM's hook is a shorter word for a pair of states.
/// </summary>
public static class HookTemplate
{
    public const string Api = "api", State = "state";
    public const string TypeFact = "TYPE";

    /// <summary>Unix milliseconds: what happened before is not the hook's.</summary>
    public const string SinceFact = "SINCE";

    /// <summary>VMs' states by the words of ON.</summary>
    private static readonly Dictionary<string, Lifecycle.Phase> On = new(StringComparer.OrdinalIgnoreCase)
    {
        ["PROLOG"] = LcmState.Prolog,
        ["RUNNING"] = LcmState.Running,
        ["SHUTDOWN"] = LcmState.Epilog,
        ["STOP"] = VmState.Stopped,
        ["DONE"] = VmState.Done,
        ["UNKNOWN"] = LcmState.Unknown,
    };

    private const string Custom = "CUSTOM";

    private static readonly IReadOnlyList<string> VmStates = [.. Enum.GetValues<VmState>().Select(StateNames.Of)];
    private static readonly IReadOnlyList<string> LcmStates = [.. Enum.GetValues<LcmState>().Select(StateNames.Of)];
    private static readonly IReadOnlyList<string> HostStates = [.. Enum.GetValues<HostState>().Select(HostWord)];

    /// <summary>Words of image states that a hook may wait for, by their numbers.</summary>
    public static readonly IReadOnlyList<string> ImageStates =
        ["INIT", "READY", "USED", "DISABLED", "LOCKED", "ERROR", "CLONE", "DELETE", "USED_PERS", "LOCKED_USED", "LOCKED_USED_PERS"];

    public static readonly IReadOnlyList<string> NetworkStates =
        ["INIT", "READY", "LOCK_CREATE", "LOCK_DELETE", "DONE", "ERROR", "UPDATE_FAILURE"];

    /// <summary>TYPE becomes a fact, ON the states that it stands for.</summary>
    internal static (PooledObject? Made, Refusal? Why) Made(PooledObject o)
    {
        var given = o.Template;
        var type = given["TYPE"]?.ToLowerInvariant();
        if (type is not (Api or State))
            return (null, Refusal.Bad("TYPE", given["TYPE"], $"Invalid Hook type: {given["TYPE"]}"));
        var made = given.Without("TYPE").Set("REMOTE", Specification.Yes(given["REMOTE"]) ? "YES" : "NO");
        if (type is State && "VM".Equals(given["RESOURCE"], StringComparison.OrdinalIgnoreCase))
        {
            var (phased, why) = FromOn(made);
            if (why is not null)
                return (null, why);
            made = phased!;
        }

        return KindRules.With(o.With(TypeFact, type), Checked(type, made));
    }

    public static (Template? Made, Refusal? Why) Checked(string type, Template given)
    {
        if (given["COMMAND"] is not { Length: > 0 })
            return No("COMMAND", null, "No COMMAND in template for Hook.");
        if (Specification.Yes(given["REMOTE"]))
            return No("REMOTE", given["REMOTE"], "Hooks are run on the controller; REMOTE hooks are not supported by this version of the appliance.");
        if (given["TIMEOUT"] is { Length: > 0 } seconds && !(int.TryParse(seconds, CultureInfo.InvariantCulture, out var limit) && limit > 0))
            return No("TIMEOUT", seconds, $"TIMEOUT must be a positive number of seconds, it is '{seconds}'.");
        if (type is Api)
            return given["CALL"] is { Length: > 0 }
                ? (given, null)
                : No("CALL", given["CALL"], $"API call does not exist or is not supported: {given["CALL"]}");
        return given["RESOURCE"]?.ToUpperInvariant() switch
        {
            "VM" => States(given, "STATE", VmStates) is ({ } vm, null) ? States(vm, "LCM_STATE", LcmStates) : States(given, "STATE", VmStates),
            "HOST" => States(given, "STATE", HostStates),
            "IMAGE" => States(given, "STATE", ImageStates),
            "NET" => States(given, "STATE", NetworkStates),
            null or "" => No("RESOURCE", null, "RESOURCE attribute is required for STATE hooks."),
            var other => No("RESOURCE", other, $"Invalid resource type: {given["RESOURCE"]}"),
        };
    }

    public static string HostWord(HostState state) => state.ToString().ToUpperInvariant();

    private static (Template? Made, Refusal? Why) FromOn(Template given)
    {
        var on = given["ON"] ?? "";
        var made = given.Without("ON");
        if (on.Equals(Custom, StringComparison.OrdinalIgnoreCase))
            return (made, null);
        return On.TryGetValue(on, out var phase)
            ? (made.Set("STATE", StateNames.Of(phase.State)).Set("LCM_STATE", StateNames.Of(phase.Lcm)), null)
            : No("ON", on, $"Unknown state condition: {on}");
    }

    private static (Template? Made, Refusal? Why) States(Template given, string name, IEnumerable<string> words) =>
        words.FirstOrDefault(w => w.Equals(given[name], StringComparison.OrdinalIgnoreCase)) is { } word
            ? (given.Set(name, word).Set("RESOURCE", given["RESOURCE"]!.ToUpperInvariant()), null)
            : No(name, given[name], $"Wrong {name}: {given[name]}");

    private static (Template? Made, Refusal? Why) No(string field, string? value, string text) => (null, Refusal.Bad(field, value, text));
}
