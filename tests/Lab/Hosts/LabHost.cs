using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace PoweredAppliance.Lab.Hosts;

/// <summary>One host of a lab. What is done to it is done with real signals to real processes.</summary>
public sealed class LabHost : IAsyncDisposable
{
    /// <summary>For what never comes: long enough for a machine that is busy with other things.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _folder;
    private readonly Process _outside;
    private readonly HashSet<LabHost> _cables = [];

    internal LabHost(string lab, int number, bool virtlogd)
    {
        Name = $"{Path.GetFileName(lab)}h{number}";
        NetAddress = string.Create(CultureInfo.InvariantCulture, $"10.77.0.{number}");
        _folder = $"{lab}/h{number}";
        DatastorePath = $"{_folder}/ds";
        Directory.CreateDirectory($"{_folder}/etc/libvirt");
        Directory.CreateDirectory(DatastorePath);
        var uuid = File.ReadAllText("/proc/sys/kernel/random/uuid").Trim();
        Write("etc/libvirt/libvirtd.conf", $"{HostScripts.LibvirtdConf}\nhost_uuid = \"{uuid}\"\n");
        Write("etc/libvirt/qemu.conf", $"{HostScripts.QemuConf}\nmigration_host = \"{NetAddress}\"\nstdio_handler = \"{(virtlogd ? "logd" : "file")}\"\n");
        Write("cgroups", string.Join('\n', new[] { "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids" }
            .Where(c => Directory.Exists($"/sys/fs/cgroup/{c}") && !File.Exists("/sys/fs/cgroup/cgroup.controllers"))) + "\n");
        if (virtlogd)
            Write("logd", "");
        Write("inside.sh", HostScripts.Inside);
        Write("outside.sh", HostScripts.Outside);
        _outside = Process.Start(new ProcessStartInfo("setsid", ["bash", "-c", $"exec bash '{_folder}/outside.sh' '{_folder}' '{Name}' '{lab}' '{NetAddress}' >'{_folder}/start.log' 2>&1"])
        {
            RedirectStandardInput = true,
        })!;
    }

    public string Name { get; }

    /// <summary>libvirt's connection URI, good from any network namespace.</summary>
    public string Uri => $"qemu:///system?socket={Socket}";

    /// <summary>Its address on its bridge, where other hosts find it once they are wired.</summary>
    public string NetAddress { get; }

    /// <summary>A folder for datastores, at the same path here and in the host.</summary>
    public string DatastorePath { get; }

    private string Socket => $"{_folder}/run/libvirt/libvirt-sock";

    /// <summary>Stops libvirtd where it stands: it keeps its connections and answers nothing.</summary>
    public void Freeze() => Signal(Libvirtd(), "STOP");

    public void Thaw() => Signal(Libvirtd(), "CONT");

    /// <summary>kill -9 of libvirtd; guests run on.</summary>
    public void KillLibvirtd() => Signal(Libvirtd(), "KILL");

    /// <summary>Starts libvirtd again after it was killed.</summary>
    public async Task StartLibvirtd()
    {
        // One that is still dying has the locks that the next one needs.
        await Until(() => RunningLibvirtd() is null, "the libvirtd that was killed has not gone");
        File.Delete(Socket);
        Signal(Init(), "USR1");
        await WaitUntilItAnswers();
    }

    /// <summary>Joins the bridges of two hosts as by a cable, which stays plugged when one of them is switched off and on.</summary>
    public async Task Wire(LabHost other)
    {
        _cables.Add(other);
        other._cables.Add(this);
        await Plug(other);
    }

    private async Task Plug(LabHost other)
    {
        var (cable, end) = ($"to{other.NetAddress.Split('.')[^1]}", $"to{NetAddress.Split('.')[^1]}");
        // The kernel takes the other half of a host that was switched off away when it comes to it.
        await InNet(other.Init(), "sh", "-c", $"ip link del {end} 2>/dev/null || true");
        await InNet(Init(), "ip", "link", "add", cable, "master", "br0", "type", "veth", "peer", "name", end, "netns", Text(other.Init()));
        await InNet(Init(), "ip", "link", "set", cable, "up");
        await InNet(other.Init(), "ip", "link", "set", end, "master", "br0", "up");
    }

    /// <summary>Everything in the host dies at once; its disks and definitions stay.</summary>
    public async Task PowerCut()
    {
        Signal(Init(), "KILL");
        await Until(() => !Children(Unshare()).Any() && !Directory.Exists($"/proc/{Unshare()}"), "the host is still on");
    }

    public async Task PowerOn()
    {
        File.Delete(Socket);
        await _outside.StandardInput.WriteLineAsync("on");
        await _outside.StandardInput.FlushAsync();
        await WaitUntilItAnswers();
        foreach (var other in _cables)
            await Plug(other);
    }

    /// <summary>kill -9 of the qemu process of a domain.</summary>
    public void KillQemu(string domain) => Signal(Qemu(domain) ?? throw new InvalidOperationException($"no qemu of {domain} on {Name}"), "KILL");

    /// <summary>The process of a domain's qemu; null: it does not run here.</summary>
    public int? Qemu(string domain)
    {
        var wanted = $"guest={domain},";
        return Descendants(Init()).Where(pid => CommandLine(pid).Contains(wanted, StringComparison.Ordinal)).Select(pid => (int?)pid).FirstOrDefault();
    }

    /// <summary>Runs a program inside the host; throws with its words when it fails.</summary>
    public Task<string> Run(params string[] command) => Enter(["-t", Text(Init()), "-m", "-u", "-i", "-n", "-p", .. command]);

    /// <summary>Runs a program that sees this machine and the network of a process.</summary>
    private Task<string> InNet(int process, params string[] command) => Enter(["-t", Text(process), "-n", .. command]);

    private async Task<string> Enter(string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await said
            : throw new InvalidOperationException($"nsenter {string.Join(' ', arguments)} on {Name}: {(await complained).Trim()}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A socket that takes connections is not yet a libvirtd that answers them: a busy machine takes seconds from the one to the other.</summary>
    public async Task WaitUntilItAnswers()
    {
        await Until(IsListening, "libvirtd does not listen");
        await Run("virsh", "-q", "version").WaitAsync(Patience);
    }

    private bool IsListening()
    {
        if (!File.Exists(Socket))
            return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _outside.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Patience);
        await _outside.WaitForExitAsync(deadline.Token);
        _outside.Dispose();
    }

    private void Write(string file, string text) => File.WriteAllText($"{_folder}/{file}", text);

    private async Task Until(Func<bool> condition, string otherwise)
    {
        var since = Stopwatch.StartNew();
        while (!condition())
        {
            if (since.Elapsed > Patience || _outside.HasExited)
                throw new TimeoutException($"{Name}: {otherwise}\n{Log("start.log")}\n{Log("var/log/libvirt/libvirtd.log")}");
            await Task.Delay(20);
        }
    }

    private string Log(string file) => File.Exists($"{_folder}/{file}") ? File.ReadAllText($"{_folder}/{file}") : $"(no {file})";

    private int Unshare() => int.Parse(File.ReadAllText($"{_folder}/unshare.pid"), CultureInfo.InvariantCulture);

    /// <summary>Process 1 of the host, by its number out here.</summary>
    private int Init() => Children(Unshare()).FirstOrDefault() is > 0 and var pid ? pid : throw new InvalidOperationException($"{Name} is off");

    private int Libvirtd() => RunningLibvirtd() ?? throw new InvalidOperationException($"libvirtd does not run on {Name}");

    private int? RunningLibvirtd() => Children(Init()).Where(pid => Status(pid).Name == "libvirtd").Select(pid => (int?)pid).FirstOrDefault();

    private static IEnumerable<int> Children(int parent) => Processes().Where(pid => Status(pid).Parent == parent);

    private static IEnumerable<int> Descendants(int parent) => Children(parent).SelectMany(child => Descendants(child).Prepend(child));

    private static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0);

    private static (string Name, int Parent) Status(int pid)
    {
        try
        {
            // PID (NAME) STATE PARENT ...; a name may hold blanks and parentheses. A zombie has gone already.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var end = stat.LastIndexOf(')');
            var rest = stat[(end + 2)..].Split(' ');
            return rest[0] is "Z" or "X" ? ("", 0)
                : (stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return ("", 0); // gone in between
        }
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {pid}")]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"kill -{signal} {pid} failed");
    }
}
