using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>Images on their way from the controller to a host.</summary>
[Collection(OnLabHosts.Name)]
public sealed class ImageTests(DriverLab lab) : IDisposable
{
    private const int Mebibytes = 48;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("images");

    [Fact]
    public async Task An_image_is_uploaded_once_and_an_overlay_stands_on_it()
    {
        var driver = lab.Driver(1);
        var image = Image("once.raw");
        var percents = new List<int>();
        var specs = Enumerable.Range(20, 4).Select(id => Specs.Vm(id) with { Disks = [Overlay(image)] }).ToList();
        var outcomes = await Task.WhenAll(specs.Select(s => driver.Do(VmStep.Prolog, s, progress: p => { lock (percents) percents.Add(p.Percent); })));
        Assert.All(outcomes, o => Assert.True(o.Done, o.Error));
        Assert.Equal(100, percents.Count(p => p > 0)); // 1..100, each told once: one upload
        Assert.Equal(percents.Order(), percents);
        Assert.Equal(Hash(image), Hash(OnHost(1, "once.raw")));
        Assert.Empty(Directory.GetFiles($"{lab.Hosts[1].DatastorePath}/1", "once.raw*.uploading"));
        var info = await lab.Hosts[1].Run("qemu-img", "info", "-U", $"{lab.Hosts[1].DatastorePath}/0/one-20-disk-0");
        Assert.Contains($"backing file: {OnHost(1, "once.raw")}", info, StringComparison.Ordinal);
        Assert.Contains("backing file format: raw", info, StringComparison.Ordinal);
        Assert.Contains("virtual size: 64 MiB", info, StringComparison.Ordinal);
        await driver.Done(specs[0], VmStep.Boot);
        foreach (var spec in specs)
            await driver.Done(spec, VmStep.Cleanup);
        Assert.True(File.Exists(OnHost(1, "once.raw")));
    }

    [Fact]
    public async Task A_qcow2_image_gives_its_own_size_to_disks_that_ask_for_less()
    {
        var driver = lab.Driver(1);
        var image = Path.Combine(_folder.FullName, "grown.qcow2");
        await lab.Hosts[1].Run("qemu-img", "create", "-q", "-f", "qcow2", image, "80M");
        var vm = Specs.Vm(24) with { Disks = [Overlay(image) with { Format = "qcow2" }] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Prolog, VmStep.Boot);
        var info = await lab.Hosts[1].Run("qemu-img", "info", "-U", $"{lab.Hosts[1].DatastorePath}/0/one-24-disk-0");
        Assert.Contains("virtual size: 80 MiB", info, StringComparison.Ordinal);
        Assert.Contains("backing file format: qcow2", info, StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_nothing_that_counts_and_the_next_one_begins_anew()
    {
        var driver = lab.Driver(1);
        var image = Image("cancelled.raw");
        var vm = Specs.Vm(25) with { Disks = [Overlay(image)] };
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            driver.Do(VmStep.Prolog, vm, progress: p => { if (p.Percent > 20) stop.Cancel(); }, stop: stop.Token));
        Assert.True(!File.Exists(OnHost(1, "cancelled.raw")) || File.Exists(OnHost(1, "cancelled.raw.uploading")));
        await driver.Done(vm, VmStep.Prolog);
        Assert.Equal(Hash(image), Hash(OnHost(1, "cancelled.raw")));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task An_upload_that_libvirtd_dies_in_is_done_again_from_the_start()
    {
        var driver = lab.Driver(2);
        var image = Image("killed.raw");
        var vm = Specs.Vm(26) with { Disks = [Overlay(image)] };
        var killed = 0;
        await Assert.ThrowsAsync<HostUnreachableException>(() => driver.Do(VmStep.Prolog, vm, progress: p =>
        {
            if (p.Percent > 20 && Interlocked.Exchange(ref killed, 1) == 0)
                lab.Hosts[2].KillLibvirtd();
        }));
        Assert.True(File.Exists(OnHost(2, "killed.raw.uploading")));
        await lab.Hosts[2].StartLibvirtd();
        await driver.Done(vm, VmStep.Prolog);
        Assert.Equal(Hash(image), Hash(OnHost(2, "killed.raw")));
        Assert.False(File.Exists(OnHost(2, "killed.raw.uploading")));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task An_image_that_lies_in_the_hosts_pool_already_is_used_where_it_is()
    {
        var driver = lab.Driver(1);
        await driver.Inspect(default); // makes the pools
        File.Move(Image("there.raw"), OnHost(1, "there.raw"));
        var vm = Specs.Vm(27) with { Disks = [Overlay(OnHost(1, "there.raw"))] };
        var told = 0;
        var outcome = await driver.Do(VmStep.Prolog, vm, progress: _ => told++);
        Assert.True(outcome.Done, outcome.Error);
        Assert.Equal(0, told);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task What_a_guest_wrote_to_a_persistent_disk_is_the_image_when_its_VM_is_gone()
    {
        var driver = lab.Driver(1);
        var image = Image("own.raw");
        var vm = Specs.Vm(28) with { Disks = [Persistent(image)] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Assert.Contains(OnHost(1, "own.raw"), await lab.Hosts[1].Run("virsh", "domblklist", "one-28"), StringComparison.Ordinal);
        Write(OnHost(1, "own.raw"), "written by the guest");
        var written = Hash(OnHost(1, "own.raw"));
        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Undefine, VmStep.Prolog); // undeployed and back
        Assert.Equal(written, Hash(OnHost(1, "own.raw")));
        var percents = new List<int>();
        var outcome = await driver.Do(VmStep.Cleanup, vm, progress: p => percents.Add(p.Percent));
        Assert.True(outcome.Done, outcome.Error);
        Assert.Equal(written, Hash(image));
        Assert.Equal(100, percents[^1]);
        Assert.Empty(Directory.GetFiles($"{lab.Hosts[1].DatastorePath}/1", "own.raw*"));
        await driver.Done(vm, VmStep.Cleanup); // asked again: the image stays
        Assert.Equal(written, Hash(image));
    }

    [Fact]
    public async Task A_persistent_image_goes_from_host_to_host_with_all_that_was_written()
    {
        var image = Image("wanders.raw");
        for (var (turn, host) = (0, 1); turn < 4; turn++, host = 3 - host)
        {
            var vm = Specs.Vm(32 + turn) with { Disks = [Persistent(image)] };
            await lab.Driver(host).Done(vm, VmStep.Prolog, VmStep.Boot);
            Assert.Equal(Hash(image), Hash(OnHost(host, "wanders.raw")));
            Write(OnHost(host, "wanders.raw"), $"turn {turn}");
            await lab.Driver(host).Done(vm, VmStep.Cleanup);
            Assert.Equal($"turn {turn}", Encoding.ASCII.GetString(File.ReadAllBytes(image), 0, 6));
        }
    }

    [Fact]
    public async Task What_is_left_on_a_host_of_a_VM_that_is_gone_is_not_the_image_any_more()
    {
        var driver = lab.Driver(1);
        var image = Image("stale.raw");
        var old = Specs.Vm(36) with { Disks = [Persistent(image)] };
        await driver.Done(old, VmStep.Prolog);
        Write(OnHost(1, "stale.raw"), "of a VM whose record was dropped");
        var vm = Specs.Vm(37) with { Disks = [Persistent(image)] };
        await driver.Done(vm, VmStep.Prolog);
        Assert.Equal(Hash(image), Hash(OnHost(1, "stale.raw")));
        var before = Hash(image);
        await driver.Done(old, VmStep.Cleanup); // it comes late, and has nothing here any more
        Assert.Equal(before, Hash(image));
        Assert.True(File.Exists(OnHost(1, "stale.raw")));
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task Where_the_hosts_pool_is_the_controllers_folder_the_image_is_used_where_it_lies()
    {
        var driver = lab.Driver(1);
        await driver.Inspect(default); // makes the pools
        File.Move(Image("home.raw"), OnHost(1, "home.raw"));
        var vm = Specs.Vm(38) with { Disks = [Persistent(OnHost(1, "home.raw"))] };
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Write(OnHost(1, "home.raw"), "written by the guest");
        var written = Hash(OnHost(1, "home.raw"));
        await driver.Done(vm, VmStep.Cleanup);
        Assert.Equal(written, Hash(OnHost(1, "home.raw")));
        Assert.Equal(["home.raw"], Directory.GetFiles($"{lab.Hosts[1].DatastorePath}/1", "home.raw*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_image_that_is_nowhere_is_named_in_the_refusal()
    {
        var vm = Specs.Vm(29) with { Disks = [Overlay("/nowhere/lost.raw")] };
        var outcome = await lab.Driver(1).Do(VmStep.Prolog, vm);
        Assert.False(outcome.Done);
        Assert.Equal("image lost.raw is not on the host, and its file /nowhere/lost.raw is not on this controller", outcome.Error);
    }

    [Fact]
    public async Task A_disk_with_data_stays_and_a_torn_one_is_made_again()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(30) with { Disks = [Overlay(Image("base.raw")), Specs.Volatile(1, "vdb")] };
        await driver.Done(vm, VmStep.Prolog);
        var data = $"{lab.Hosts[1].DatastorePath}/0/one-30-disk-1";
        await File.WriteAllTextAsync(data, "the guest's own");
        var torn = $"{lab.Hosts[1].DatastorePath}/0/one-30-disk-0";
        await File.WriteAllTextAsync(torn, "");
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot);
        Assert.StartsWith("the guest's own", await File.ReadAllTextAsync(data), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Cleanup);
    }

    [Fact]
    public async Task Context_is_written_again_when_its_variables_change()
    {
        var driver = lab.Driver(1);
        var vm = Specs.Vm(31) with { Context = Specs.Context };
        await driver.Done(vm, VmStep.Prolog);
        var iso = $"{lab.Hosts[1].DatastorePath}/0/one-31-context.iso";
        var first = Hash(iso);
        var written = File.GetLastWriteTimeUtc(iso);
        await driver.Done(vm, VmStep.Prolog);
        Assert.Equal(written, File.GetLastWriteTimeUtc(iso));
        await driver.Done(vm with { Context = Specs.Context.SetItem("SET_HOSTNAME", "other") }, VmStep.Prolog);
        Assert.NotEqual(first, Hash(iso));
        await driver.Done(vm, VmStep.Cleanup);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static DiskSpec Overlay(string file) =>
        Specs.Overlay(0, "vda") with { Source = file, ImageVolume = Path.GetFileName(file), Format = "raw" };

    private static DiskSpec Persistent(string file) => Overlay(file) with { Kind = DiskKind.Persistent };

    /// <summary>As a guest would, into the file at its beginning.</summary>
    private static void Write(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }

    private string OnHost(int host, string volume) => $"{lab.Hosts[host].DatastorePath}/1/{volume}";

    /// <summary>A file with data, a hole in the middle and data again.</summary>
    private string Image(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        using var file = File.Create(path);
        var block = new byte[1 << 20];
        for (var i = 0; i < Mebibytes; i++)
        {
            Array.Fill(block, i is > 10 and < 14 ? (byte)0 : (byte)(i + 1));
            file.Write(block);
        }
        return path;
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
