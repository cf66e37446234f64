using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli;

/// <summary>How states of VMs are shown and judged.</summary>
internal static class VmWords
{
    /// <summary>The lcmState while ACTIVE, else the state: the word that tells most.</summary>
    public static string State(Vm vm) => vm.State == "ACTIVE" ? vm.LcmState : vm.State;

    /// <summary>The four letters of onevm's STAT column.</summary>
    public static string Short(Vm vm) => State(vm) switch
    {
        "PENDING" => "pend",
        "STOPPED" => "stop",
        "SUSPENDED" => "susp",
        "POWEROFF" => "poff",
        "UNDEPLOYED" => "unde",
        "CLONING" => "clon",
        "DISK_RESIZE" or "DISK_RESIZE_POWEROFF" or "DISK_RESIZE_UNDEPLOYED" => "drsz",
        var s when s.EndsWith("_FAILURE", StringComparison.Ordinal) => "fail",
        var s when s.StartsWith("DISK_SNAPSHOT", StringComparison.Ordinal) || s == "HOTPLUG_SNAPSHOT" => "snap",
        "UNKNOWN" => "unkn",
        var s => s[..Math.Min(4, s.Length)].ToLowerInvariant(),
    };

    /// <summary>It stays so until somebody or something acts.</summary>
    public static bool IsResting(Vm vm) =>
        State(vm) is "RUNNING" or "POWEROFF" or "SUSPENDED" or "STOPPED" or "UNDEPLOYED" or "HOLD" or "DONE"
            || IsFailed(vm);

    public static bool IsFailed(Vm vm) => State(vm).EndsWith("_FAILURE", StringComparison.Ordinal);

    public static Tone Tone(Vm vm) => State(vm) switch
    {
        "RUNNING" => Text.Tone.Good,
        "UNKNOWN" => Text.Tone.Bad,
        "DONE" => Text.Tone.Faint,
        _ when IsFailed(vm) => Text.Tone.Bad,
        _ when IsResting(vm) => Text.Tone.Plain,
        _ => Text.Tone.Busy,
    };
}
