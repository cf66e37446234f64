using PoweredAppliance.Client.Wire;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Two simulated hosts, whose world outlives the daemon as real guests do and remembers every law that was broken.</summary>
/// <param name="world">folder that the world is kept in</param>
public sealed class SimulatedGround(string world) : IDrillGround
{
    public IReadOnlyList<string> Settings => ["--Hosts:SimulatedWorld", world];
    public IReadOnlyList<HostAdd> Hosts => [new() { Name = "sim1", Uri = "sim:generic" }, new() { Name = "sim2", Uri = "sim:generic" }];
    public string Template => "CPU=1\nMEMORY=128\nDISK=[SIZE=64,TYPE=fs]\nGRAPHICS=[TYPE=VNC]";

    public IReadOnlyList<(string? Action, string State)> Life { get; init; } =
        [(null, "RUNNING"), ("migrate live", "RUNNING"), ("poweroff", "POWEROFF"), ("resume", "RUNNING"), ("terminate", "DONE")];

    /// <summary>With every way to another host, suspend, reboot, stop and undeploy in it too: about four times as many crash points.</summary>
    public static IReadOnlyList<(string? Action, string State)> WholeLife =>
    [
        (null, "RUNNING"), ("migrate live", "RUNNING"), ("migrate save", "RUNNING"), ("migrate poweroff", "RUNNING"),
        ("poweroff", "POWEROFF"), ("migrate live", "POWEROFF"), ("resume", "RUNNING"),
        ("suspend", "SUSPENDED"), ("migrate save", "SUSPENDED"), ("resume", "RUNNING"), ("reboot", "RUNNING"),
        ("stop", "STOPPED"), ("resume", "RUNNING"), ("undeploy", "UNDEPLOYED"), ("resume", "RUNNING"), ("terminate", "DONE"),
    ];

    public Task<IReadOnlyList<string>> Doubled() => Task.FromResult<IReadOnlyList<string>>(
        [.. SimulatedWorld.Look(world).Violations.Select(violation => $"{violation}")]);

    public Task<IReadOnlyList<string>> Left() => Task.FromResult<IReadOnlyList<string>>(
        [.. SimulatedWorld.Look(world).Machines.SelectMany(m => m.Domains.Select(d => $"domain {d} on {m.Name}").Concat(m.Files.Select(f => $"file {f} on {m.Name}")))]);
}
