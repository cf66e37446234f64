using System.Text.Json.Nodes;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>Commands over QEMU's guest agent (guest-exec, guest-exec-status). Each call throws what libvirt says where the agent does not answer.</summary>
internal static class GuestAgent
{
    /// <summary>Added to the number of the signal that ended a process, as shells do.</summary>
    private const int BySignal = 128;

    internal static void Ping(Domain domain) => Ask(domain, "guest-ping", []);

    /// <summary>Starts a program, which the guest looks for on its PATH.</summary>
    /// <param name="stdin">base64</param>
    /// <returns>the process's id in the guest</returns>
    internal static long Start(Domain domain, IReadOnlyList<string> words, string stdin = "")
    {
        var arguments = new JsonObject
        {
            ["path"] = words[0],
            ["arg"] = new JsonArray([.. words.Skip(1).Select(w => (JsonNode)w)]),
            ["capture-output"] = true,
        };
        if (stdin.Length > 0)
            arguments["input-data"] = stdin;
        return Ask(domain, "guest-exec", arguments)["pid"]!.GetValue<long>();
    }

    /// <summary>How the process ended, null: it has not. The agent says it once and then knows the process no more, which is an error.</summary>
    internal static CommandReport? Ended(Domain domain, long pid)
    {
        var status = Ask(domain, "guest-exec-status", new() { ["pid"] = pid });
        return status["exited"]!.GetValue<bool>()
            ? new(pid, status["exitcode"]?.GetValue<int>() ?? BySignal + status["signal"]?.GetValue<int>() ?? BySignal, Output("out-data"), Output("err-data"))
            : null;

        string Output(string name)
        {
            var text = status[name]?.GetValue<string>() ?? "";
            return text.Length / 4 * 3 <= CommandReport.MaxOutput ? text : Convert.ToBase64String(Convert.FromBase64String(text).AsSpan(0, CommandReport.MaxOutput));
        }
    }

    /// <summary>The agent may answer later: the guest boots, is busy, is paused, or has just ended, which the next look will tell.</summary>
    internal static bool IsAway(LibvirtException why) =>
        why.Code is ErrorNumber.AgentUnresponsive or ErrorNumber.AgentUnsynced or ErrorNumber.OperationInvalid or ErrorNumber.NoDomain;

    private static JsonNode Ask(Domain domain, string command, JsonObject arguments) =>
        JsonNode.Parse(domain.QemuAgentCommand(new JsonObject { ["execute"] = command, ["arguments"] = arguments }.ToJsonString()))!["return"]!;
}
