using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli;

/// <summary>What <c>vm show</c> says of a VM.</summary>
internal static class VmFacts
{
    public static Facts Of(Vm vm, TimeProvider time) => new Facts()
        .Add("id", vm.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", vm.Name)
        .Add("state", vm.State == "ACTIVE" ? $"ACTIVE / {vm.LcmState}" : vm.State, VmWords.Tone(vm))
        .Add(
            "since",
            vm.Since is { } since ? $"{Human.Moment(since, time)} ({Human.Span(time.GetUtcNow() - since)})" : null)
        .Add("why", vm.Reason)
        .AddAll("hosts looked at", Considered(vm))
        .Add("progress", vm.Progress is { } p ? $"{p.Step}{(p.Percent is { } percent ? $" {percent} %" : "")}" : null)
        .Add("owner", $"{vm.Owner} (group {vm.Group})")
        .Add("host", vm.Host)
        .Add("cpu", $"{Human.Cores(vm.CpuPercent)} ({vm.Vcpu} vcpu)")
        .Add("memory", Human.Mib(vm.MemoryMib))
        .Add("in use", vm.Usage is { } u
            ? $"cpu {u.CpuPercent} %, memory {Human.Mib(u.MemoryMib)}, "
                + $"net {Human.Bytes(u.NetReceivedBytes)} in {Human.Bytes(u.NetSentBytes)} out, "
                + $"disk {Human.Bytes(u.DiskReadBytes)} read {Human.Bytes(u.DiskWrittenBytes)} written"
            : null)
        .Add("addresses", vm.Ips.Count > 0 ? string.Join(", ", vm.Ips) : null)
        .AddAll("disks", vm.Disks.Select(d => string.Join(' ', Words(
            d.Id.ToString(CultureInfo.InvariantCulture),
            d.Target,
            d.Image ?? d.Kind,
            Human.Mib(d.SizeMib),
            d.Format,
            d.Persistent ? "persistent" : null))))
        .AddAll("networks", vm.Nics.Select(n => string.Join(' ', Words(
            n.Id.ToString(CultureInfo.InvariantCulture), n.Network ?? n.Bridge, n.Mac, n.Ip, n.Ip6))))
        .Add("screen", vm.VncPort is { } port ? $"VNC on {vm.Host}:{port}" : null)
        .Add("created", Human.Moment(vm.Created, time))
        .Add("ended", vm.Ended is { } ended ? Human.Moment(ended, time) : null)
        .Add("generation", vm.Generation.ToString(CultureInfo.InvariantCulture))
        .Add("template", vm.Template)
        .Add("own attributes", vm.UserTemplate is { Length: > 0 } own ? own : null);

    private static IEnumerable<string> Considered(Vm vm)
    {
        foreach (var c in vm.Considered)
            yield return $"{c.Host}: {c.Reason}";
        if (vm.ConsideredCounts is not { } reasons)
            yield break;
        var all = reasons.Values.Sum();
        var counts = reasons.OrderByDescending(c => c.Value).Select(c => $"{c.Value} {c.Key}");
        if (all > vm.Considered.Count)
            yield return $"of {all} in all: {string.Join(", ", counts)}";
    }

    private static IEnumerable<string> Words(params string?[] words) => words.OfType<string>();
}
