using System.Diagnostics;

namespace PoweredAppliance.Lab.Hosts;

/// <summary>
/// Machines made of namespaces, each with a libvirtd of its own and real qemu guests, for tests. They go when this is disposed
/// of, and also when the test process dies, however it dies. Several labs may run at the same time.
/// </summary>
public sealed class LabHosts : IAsyncDisposable
{
    private readonly List<LabHost> _hosts;

    private LabHosts(List<LabHost> hosts) => _hosts = hosts;

    /// <summary>Hosts are counted from 1, as in <c>lab[1]</c>.</summary>
    public LabHost this[int number] => _hosts[number - 1];

    public int Count => _hosts.Count;

    /// <summary>Why no lab can be had on this machine; null: it can.</summary>
    public static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            return "namespaces need root";
        foreach (var program in new[] { "libvirtd", "qemu-system-x86_64", "unshare", "ip" })
        {
            if (!new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Any(folder => File.Exists($"{folder}/{program}")))
                return $"{program} is not installed";
        }
        using var probe = Process.Start(new ProcessStartInfo("unshare", ["--net", "--cgroup", "--mount", "--pid", "--fork", "ip", "link", "add", "br0", "type", "bridge"])
        {
            RedirectStandardError = true,
        })!;
        var said = probe.StandardError.ReadToEnd();
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : $"the kernel refuses namespaces: {said.Trim()}";
    }

    /// <summary>
    /// Starts that many hosts and waits until each libvirtd answers. Skips the running test, with the reason, where
    /// <see cref="WhyNot"/> has one.
    /// </summary>
    /// <param name="virtlogd">guests write their console through virtlogd, as on a host with systemd, and not by themselves</param>
    public static async Task<LabHosts> Start(int count, bool virtlogd = false)
    {
        if (WhyNot() is { } why)
            Assert.Skip($"no lab hosts: {why}");
        var folder = Directory.CreateTempSubdirectory("plab").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101); // qemu may run as another user
        var hosts = new LabHosts([.. Enumerable.Range(1, count).Select(n => new LabHost(folder, n, virtlogd))]);
        try
        {
            await Task.WhenAll(hosts._hosts.Select(h => h.WaitUntilItAnswers()));
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
    }
}
