using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>A persistent image whose VM changes its host, off and running, and ends.</summary>
[Collection(OnLabHosts.Name)]
public sealed class PersistentMoveTests(DriverLab lab) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("powered-moving-");

    [Fact]
    public async Task A_persistent_image_moves_with_its_VM_and_comes_home_from_where_that_ends()
    {
        var (one, two) = (lab.Driver(1), lab.Driver(2));
        var image = Path.Combine(_folder.FullName, "moves.raw");
        await File.WriteAllBytesAsync(image, new byte[2 << 20]);
        var vm = Specs.Vm(95) with
        {
            Disks = [Specs.Overlay(0, "vda") with { Kind = DiskKind.Persistent, Format = "raw", Source = image, ImageVolume = "moves.raw" }],
        };
        await one.Done(vm, VmStep.Prolog);
        Write(OnHost(1), "first");
        Done(await two.Do(VmStep.Prolog, vm, 2)); // what it brings is not what the VM has on its host
        Done(await two.Move(VmStep.Receive, vm, lab.Address(1), 2));
        Assert.Equal("first", Read(OnHost(2)));
        Done(await one.Left(vm, 1));
        Assert.Empty(Copies(1));

        Done(await two.Do(VmStep.Boot, vm, 2));
        Write(OnHost(2), "second");
        Done(await one.Do(VmStep.Prolog, vm, 3));
        Done(await two.Move(VmStep.Migrate, vm, lab.Address(1), 3));
        Assert.Equal("second", Read(OnHost(1)));
        Write(OnHost(1), "third");
        Assert.Equal("first", Read(image));
        Done(await two.Left(vm, 2)); // late, it does not bring an old copy home
        Assert.Empty(Copies(2));
        Done(await one.Do(VmStep.Cleanup, vm, 3));
        Assert.Equal("third", Read(image));
        Assert.Empty(Copies(1));
    }

    private string OnHost(int host) => $"{lab.Hosts[host].DatastorePath}/1/moves.raw";

    private string[] Copies(int host) => Directory.GetFiles($"{lab.Hosts[host].DatastorePath}/1", "moves.raw*");

    private static void Done(StepOutcome outcome) => Assert.True(outcome.Done, outcome.Error);

    private static void Write(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text.PadRight(10)));
    }

    private static string Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var head = new byte[10];
        stream.ReadExactly(head);
        return System.Text.Encoding.ASCII.GetString(head).TrimEnd();
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
