using System.Diagnostics;

namespace LibvirtSharp.Tests.RealQemu;

/// <summary>A real libvirtd with a real qemu, in namespaces of its own. It dies with this process, however that ends.</summary>
public sealed class PrivateHost : IDisposable
{
    private const string Qemu = "/usr/bin/qemu-system-x86_64";

    private readonly string _name;
    private readonly Process _process;

    private PrivateHost(string name, string folder)
    {
        (_name, Folder) = (name, folder);
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, "RealQemu", "host.sh"), folder, name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("bash does not start");
        _process.ErrorDataReceived += (_, line) => Errors += line.Data + "\n";
        _process.BeginErrorReadLine();
    }

    public string Folder { get; }

    public string Uri => $"qemu:///system?socket={Folder}/run/libvirt/libvirt-sock";

    public string AdminUri => $"libvirtd:///system?socket={Folder}/run/libvirt/libvirt-admin-sock";

    private string Errors { get; set; } = "";

    /// <summary>Why there can be no such host here; null when there can.</summary>
    public static string? WhyNot()
        => !Environment.IsPrivilegedProcess ? "not root: namespaces and mounts are needed"
            : !File.Exists("/usr/sbin/libvirtd") ? "no /usr/sbin/libvirtd (package libvirt-daemon)"
            : !File.Exists(Qemu) ? $"no {Qemu} (package qemu-system-x86)"
            : null;

    public static PrivateHost Start(string name)
    {
        Sweep();
        var full = $"libvirtsharp-{Environment.ProcessId}-{name}";
        var host = new PrivateHost(full, Path.Combine(Path.GetTempPath(), full));
        try
        {
            if (host._process.StandardOutput.ReadLine() != "ready")
                throw new InvalidOperationException($"the host did not come up: {host.Errors}");
            Eventually.True(host.Answers, $"libvirtd answers; {host.Errors}");
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public Connect Open() => Connect.Open(Uri);

    /// <summary>kill, stop, cont, start: to its libvirtd.</summary>
    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        Assert.Equal($"{command} done", _process.StandardOutput.ReadLine());
    }

    public bool Answers()
    {
        if (!File.Exists($"{Folder}/run/libvirt/libvirt-sock"))
            return false;
        try
        {
            using var connect = Open();
            return connect.IsAlive;
        }
        catch (LibvirtException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(Eventually.Patience))
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Remove(_name);
    }

    /// <summary>What a run that was killed has left: its processes are gone, its folders are not.</summary>
    private static void Sweep()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), "libvirtsharp-*-*"))
        {
            var name = Path.GetFileName(folder);
            if (int.TryParse(name.Split('-')[1], out var pid) && !Directory.Exists($"/proc/{pid}"))
                Remove(name);
        }
    }

    /// <summary>Another run may be at the same leavings: what is gone already is no failure.</summary>
    private static void Remove(string name)
    {
        using (var rm = Process.Start("rm", ["-rf", Path.Combine(Path.GetTempPath(), name)]))
        {
            rm.WaitForExit();
            Assert.Equal(0, rm.ExitCode);
        }

        foreach (var parent in Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup"))
            RemoveGroup(Path.Combine(parent, name));
    }

    /// <summary>A cgroup goes when the processes in it are gone, the innermost first.</summary>
    private static void RemoveGroup(string group) => Eventually.True(() =>
    {
        if (!Directory.Exists(group))
            return true;
        using var find = Process.Start(new ProcessStartInfo("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]) { RedirectStandardError = true })!;
        find.StandardError.ReadToEnd();
        find.WaitForExit();
        return !Directory.Exists(group);
    }, $"{group} is empty");
}
