using PoweredAppliance.Client.Wire;
using PoweredAppliance.Lab.Hosts;

namespace PoweredAppliance.Lab.Daemon;

/// <summary>Lab hosts with a real libvirt and a real qemu; the VM has a disk and no system on it, so the plug is pulled each time.</summary>
public sealed class LibvirtGround(LabHosts lab) : IDrillGround
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly IReadOnlyList<LabHost> _hosts = [.. Enumerable.Range(1, lab.Count).Select(n => lab[n])];

    public IReadOnlyList<string> Settings => ["--Hosts:Acceleration", "tcg: a lab"];
    public IReadOnlyList<HostAdd> Hosts => [.. _hosts.Select(h => new HostAdd { Name = h.Name, Uri = h.Uri, DatastorePath = h.DatastorePath })];
    public string Template => "CPU=0.1\nVCPU=1\nMEMORY=16\nDISK=[SIZE=8,TYPE=fs,FORMAT=qcow2]";

    public IReadOnlyList<(string? Action, string State)> Life { get; init; } =
        [(null, "RUNNING"), ("poweroff-hard", "POWEROFF"), ("resume", "RUNNING"), ("terminate-hard", "DONE")];

    /// <summary>Across a live migration, which copies memory and disks while the guest runs on.</summary>
    public static IReadOnlyList<(string? Action, string State)> MovingLife => [(null, "RUNNING"), ("migrate live", "RUNNING"), ("terminate-hard", "DONE")];

    /// <summary>Of a guest that moves the other host has a domain too, which does not run until the first one has stopped for good.</summary>
    public async Task<IReadOnlyList<string>> Doubled() =>
        await Domains("--state-running") is { Count: > 1 } two ? [$"{string.Join(" and ", two)} run at once"] : [];

    public async Task<IReadOnlyList<string>> Left() =>
    [
        .. await Domains("--all"),
        .. _hosts.SelectMany(h => Directory.EnumerateFiles(h.DatastorePath, "one-*", SearchOption.AllDirectories).Select(file => $"{Path.GetFileName(file)} on {h.Name}")),
    ];

    private async Task<List<string>> Domains(string which)
    {
        var said = await Task.WhenAll(_hosts.Select(h => h.Run("virsh", "-q", "list", which, "--name").WaitAsync(Patience)));
        return [.. said.SelectMany((names, n) => names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => $"domain {name} on {_hosts[n].Name}"))];
    }
}
