using System.Diagnostics;
using System.Globalization;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>one.image.*: what becomes of images, and what is refused in which words.</summary>
public sealed class ImageTests(Appliance appliance)
{
    private Caller One => appliance.One;

    [Fact]
    public async Task An_image_that_is_no_backup_is_not_restored_and_has_no_snapshots()
    {
        var reply = await appliance.One.Call("one.image.restore", appliance.Image, 1, "");
        Assert.Equal((2048, "[one.image.restore] Can only restore images of type BACKUP"), (reply.Code, reply.Value));
        Assert.Equal(1024, (await appliance.One.Call("one.image.restore", appliance.Image, 999, "")).Code);
        foreach (var act in new[] { "delete", "revert", "flatten" })
        {
            reply = await appliance.One.Call($"one.image.snapshot{act}", appliance.Image, 0);
            Assert.Equal((2048, $"[one.image.snapshot{act}] Snapshot does not exist"), (reply.Code, reply.Value));
            Assert.Equal(1024, (await appliance.One.Call($"one.image.snapshot{act}", 99_999, 0)).Code);
        }
    }

    [Fact]
    public async Task A_clone_is_a_copy_of_its_own_and_ready_when_it_is_whole()
    {
        var source = await Make("NAME=origin TYPE=DATABLOCK SIZE=8 FORMAT=raw LABEL=x");
        var clone = await One.Call("one.image.clone", source, "copy", -1);
        Assert.True(clone.Ok, $"{clone}");
        await Ready(clone.Id);
        var made = await Info(clone.Id);
        Assert.Equal(("8", "raw", "2", "x", "-1"), (
            made.Element("SIZE")!.Value, made.Element("FORMAT")!.Value, made.Element("TYPE")!.Value,
            made.Element("TEMPLATE")!.Element("LABEL")!.Value, made.Element("CLONING_ID")!.Value));
        Assert.NotEqual((await Info(source)).Element("SOURCE")!.Value, made.Element("SOURCE")!.Value);
        Assert.True(new FileInfo(made.Element("SOURCE")!.Value).Length == 8 << 20);
        Assert.True((await One.Call("one.image.delete", source)).Ok);
        Assert.False(File.Exists(made.Element("PATH")!.Value));
        Assert.True(File.Exists(made.Element("SOURCE")!.Value));

        var again = await One.Call("one.image.clone", clone.Id, "copy", -1);
        Assert.Equal((0x4000, $"[one.image.clone] NAME is already taken by IMAGE {clone.Id}."), (again.Code, again.Value));
        Assert.Equal((0x800, "[one.image.clone] Clone only supported for IMAGE_DS Datastores"), Refused(await One.Call("one.image.clone", clone.Id, "elsewhere", 2)));
        Assert.Equal(0x400, (await One.Call("one.image.clone", clone.Id, "nowhere", 9999)).Code);
    }

    [Fact]
    public async Task An_image_becomes_persistent_while_its_content_is_on_its_way_and_a_VM_waits_for_it()
    {
        var sent = await appliance.Daemon.Client.AddImage(new() { Name = "on-its-way", Upload = 1 << 20, Format = "raw" });
        Assert.True((await One.Call("one.image.persistent", sent.Id, true)).Ok);
        Assert.Equal(("4", "1"), ((await Info(sent.Id)).Element("STATE")!.Value, (await Info(sent.Id)).Element("PERSISTENT")!.Value));

        var vm = await appliance.Make($"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={sent.Id}]");
        await appliance.Reach(vm, 10);
        var used = await Info(sent.Id);
        Assert.Equal(("10", "1"), (used.Element("STATE")!.Value, used.Element("RUNNING_VMS")!.Value));
        Assert.Equal(
            (0x2000, "[one.image.persistent] Could not make image non-persistent: Image cannot be in state LOCKED_USED (by VM " + vm + ")."),
            Refused(await One.Call("one.image.persistent", sent.Id, false)));
        var second = await One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={sent.Id}]", true);
        Assert.Equal((0x2000, $"[one.vm.allocate] Cannot acquire image {sent.Id}, it is persistent and already in use (by VM {vm})"), Refused(second));

        await appliance.Daemon.Client.Upload(sent.Id, new MemoryStream(new byte[1 << 20]));
        await appliance.Reach(vm, 3, 3);
        Assert.Equal("8", (await Info(sent.Id)).Element("STATE")!.Value);
        var disk = (await One.Call("one.vm.info", vm)).Document.Element("TEMPLATE")!.Element("DISK")!;
        Assert.Equal(("1", (await Info(sent.Id)).Element("SOURCE")!.Value, null), (disk.Element("SIZE")!.Value, disk.Element("SOURCE")!.Value, disk.Element("CLONING")));
        Assert.True((await One.Call("one.vm.action", "terminate-hard", vm)).Ok);
        await Ready(sent.Id);
    }

    [Fact]
    public async Task A_persistent_image_keeps_the_snapshots_of_its_disk_for_its_next_VM()
    {
        var image = await Make("NAME=remembers TYPE=DATABLOCK SIZE=8 FORMAT=qcow2 PERSISTENT=YES");
        var first = await appliance.Make($"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]");
        await appliance.Reach(first, 3, 3);
        foreach (var name in new[] { "one", "two" })
        {
            Assert.True((await One.Call("one.vm.disksnapshotcreate", first, 0, name)).Ok);
            await appliance.Reach(first, 3, 3);
        }

        await Keep(image, "one", "two");
        Assert.True((await One.Call("one.vm.action", "terminate-hard", first)).Ok);
        await Ready(image);
        await Keep(image, "one", "two");
        Assert.Equal((0x800, "[one.image.clone] Cannot clone images with snapshots"), Refused(await One.Call("one.image.clone", image, "c", -1)));
        Assert.Equal(
            (0x2000, "[one.image.persistent] Could not make image non-persistent: Image has snapshots."), Refused(await One.Call("one.image.persistent", image, false)));

        var second = await appliance.Make($"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]");
        await appliance.Reach(second, 3, 3);
        var shown = (await One.Call("one.vm.info", second)).Document.Element("SNAPSHOTS")!;
        Assert.Equal(("0", "2"), (shown.Element("DISK_ID")!.Value, shown.Element("NEXT_SNAPSHOT")!.Value));
        Assert.Equal((0x800, "[one.image.snapshotrevert] Cannot revert to snapshot in state USED"), Refused(await One.Call("one.image.snapshotrevert", image, 0)));
        Assert.True((await One.Call("one.vm.action", "poweroff-hard", second)).Ok);
        await appliance.Reach(second, 8);
        Assert.True((await One.Call("one.vm.disksnapshotrevert", second, 0, 0)).Ok);
        await appliance.Reach(second, 8);
        Assert.True((await One.Call("one.vm.disksnapshotdelete", second, 0, 1)).Ok);
        await appliance.Reach(second, 8);
        await Keep(image, "one");
        Assert.True((await One.Call("one.vm.action", "terminate-hard", second)).Ok);
        await Ready(image);
    }

    [Fact]
    public async Task Snapshots_of_an_image_that_nobody_uses_are_worked_on_in_its_file()
    {
        var image = await Make("NAME=worked-on TYPE=DATABLOCK SIZE=8 FORMAT=qcow2 PERSISTENT=YES");
        var vm = await appliance.Make($"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]");
        await appliance.Reach(vm, 3, 3);
        for (var id = 0; id < 3; id++)
        {
            Assert.True((await One.Call("one.vm.disksnapshotcreate", vm, 0, $"s{id}")).Ok);
            await appliance.Reach(vm, 3, 3);
        }

        Assert.True((await One.Call("one.vm.action", "terminate-hard", vm)).Ok);
        await Ready(image);
        await Keep(image, "s0", "s1", "s2");
        // The simulated host has no file; what a real one would have left in the image's is put there.
        var file = (await Info(image)).Element("SOURCE")!.Value;
        for (var id = 0; id < 3; id++)
            await Run("qemu-img", "snapshot", "-c", $"one-{vm}-disk-0-snap-{id}", file);

        Assert.Equal((0x800, "[one.image.snapshotdelete] Cannot delete the active snapshot"), Refused(await One.Call("one.image.snapshotdelete", image, 2)));
        Assert.Equal((0x800, "[one.image.snapshotdelete] Cannot delete snapshot with children"), Refused(await One.Call("one.image.snapshotdelete", image, 1)));
        Assert.Equal((0x800, "[one.image.snapshotrevert] Snapshot does not exist"), Refused(await One.Call("one.image.snapshotrevert", image, 9)));
        Assert.True((await One.Call("one.image.snapshotrevert", image, 1)).Ok);
        await Ready(image);
        Assert.Equal("1", Assert.Single((await Info(image)).Element("SNAPSHOTS")!.Elements("SNAPSHOT"), s => s.Element("ACTIVE") is not null).Element("ID")!.Value);
        Assert.True((await One.Call("one.image.snapshotdelete", image, 2)).Ok);
        await Ready(image);
        await Keep(image, "s0", "s1");
        Assert.DoesNotContain($"one-{vm}-disk-0-snap-2", await Run("qemu-img", "info", file), StringComparison.Ordinal);

        await Run("qemu-img", "snapshot", "-d", $"one-{vm}-disk-0-snap-0", file);
        Assert.True((await One.Call("one.image.snapshotrevert", image, 0)).Ok);
        await Ready(image);
        Assert.Contains($"Error reverting image {image} to snapshot 0", (await Info(image)).Element("TEMPLATE")!.Element("ERROR")!.Value, StringComparison.Ordinal);
        Assert.True((await One.Call("one.image.snapshotflatten", image, 1)).Ok);
        await Ready(image);
        Assert.Empty(await Snapshots(image));
        Assert.Null((await Info(image)).Element("TEMPLATE")!.Element("ERROR"));
        Assert.DoesNotContain("-snap-", await Run("qemu-img", "info", file), StringComparison.Ordinal);
        Assert.True((await One.Call("one.image.persistent", image, false)).Ok);
    }

    /// <summary>The image's record follows what is stored of the VM; it does not come with the VM's answer.</summary>
    private async Task Keep(int image, params string[] names)
    {
        string[] kept = [];
        await Until.True(
            async () => (kept = await Snapshots(image)).SequenceEqual(names),
            () => $"image {image} keeps [{string.Join(", ", kept)}], not [{string.Join(", ", names)}]");
    }

    private async Task<string[]> Snapshots(int image) =>
        [.. (await Info(image)).Element("SNAPSHOTS")!.Elements("SNAPSHOT").Select(s => s.Element("NAME")!.Value)];

    private static async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return printed;
    }

    [Fact]
    public async Task Of_many_who_want_a_persistent_image_at_once_one_gets_it()
    {
        var image = await Make("NAME=mine TYPE=DATABLOCK SIZE=8 FORMAT=raw PERSISTENT=YES");
        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(n =>
            Task.Run(() => One.Call("one.vm.allocate", $"NAME=p{n} CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]", true))));
        var winner = Assert.Single(replies, r => r.Ok);
        Assert.All(replies.Where(r => !r.Ok), r => Assert.Contains($"mage {image}", r.Value, StringComparison.Ordinal));
        var used = await Info(image);
        Assert.Equal(("8", "1"), (used.Element("STATE")!.Value, used.Element("RUNNING_VMS")!.Value));
        Assert.Equal([winner.Value], used.Element("VMS")!.Elements("ID").Select(e => e.Value));
        Assert.Equal(
            (0x2000, $"[one.vm.allocate] Cannot acquire image {image}, it is persistent and already in use (by VM {winner.Id})"),
            Refused(await One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]", true)));
        Assert.Equal((0x4000, $"[one.image.clone] Cannot clone image in state: USED (by VM {winner.Id})"), Refused(await One.Call("one.image.clone", image, "c", -1)));
        Assert.Equal(0x2000, (await One.Call("one.image.persistent", image, false)).Code);
        Assert.Equal(0x800, (await One.Call("one.image.delete", image)).Code);
        Assert.True((await One.Call("one.vm.action", "terminate", winner.Id)).Ok);
        await Ready(image);
        Assert.True((await One.Call("one.image.persistent", image, false)).Ok);
        Assert.True((await One.Call("one.image.delete", image)).Ok);
        Assert.Equal(0x400, (await One.Call("one.image.info", image)).Code);
    }

    [Fact]
    public async Task No_VM_is_made_with_an_image_that_is_being_deleted()
    {
        for (var round = 0; round < 5; round++)
        {
            var image = await Make($"NAME=race{round} TYPE=DATABLOCK SIZE=1 FORMAT=raw");
            var vms = Enumerable.Range(0, 6).Select(_ => Task.Run(() => One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]", true))).ToArray();
            var deleted = await One.Call("one.image.delete", image);
            var made = (await Task.WhenAll(vms)).Where(r => r.Ok).ToList();
            Assert.True(!deleted.Ok || made.Count == 0, $"the image is deleted and {made.Count} VMs use it");
            foreach (var vm in made)
                Assert.True((await One.Call("one.vm.action", "terminate", vm.Id)).Ok);
            if (!deleted.Ok)
                Assert.True((await One.Call("one.image.delete", image)).Ok);
        }
    }

    [Theory]
    [InlineData("NAME=bad TYPE=NOSUCH SIZE=1", 1, 0x4000, "Unknown type NOSUCH")]
    [InlineData("NAME=bad SIZE=1", 0, 0x4000, "New images can only be allocated in a files or image datastore.")]
    [InlineData("NAME=bad TYPE=KERNEL PATH=/etc/hostname", 1, 0x4000, "IMAGES of type KERNEL, RAMDISK and CONTEXT cannot be registered in an IMAGE_DS datastore")]
    [InlineData("NAME=bad TYPE=OS SIZE=1", 2, 0x4000, "Only IMAGES of type KERNEL, RAMDISK and CONTEXT can be registered in a FILE_DS datastore")]
    [InlineData("NAME=bad TYPE=CDROM", 1, 0x4000, "No PATH nor SOURCE in template.")]
    [InlineData("NAME=bad PATH=/a SOURCE=/b FORMAT=raw", 1, 0x4000, "PATH and SOURCE cannot be both set.")]
    [InlineData("NAME=bad SOURCE=/b", 1, 0x4000, "SOURCE needs FORMAT to be set.")]
    [InlineData("NAME=bad PATH=/no/such/file", 1, 0x2000, "Cannot parse image SIZE: there is no file /no/such/file on the controller")]
    [InlineData("NAME=bad PATH=\"http://127.0.0.1:9/x\"", 1, 0x2000, "Cannot parse image SIZE: 127.0.0.1 has no public address")]
    [InlineData("NAME=bad SIZE=1000000000", 1, 0x800, "Not enough space in datastore")]
    [InlineData("SIZE=1", 1, 0x4000, "Invalid NAME")]
    [InlineData("NAME=bad FROM_APP=99999", 1, 0x2000, "Cannot determine image SIZE.")]
    [InlineData("NAME=bad SIZE=1", 4711, 0x400, "Error getting datastore [4711].")]
    public async Task What_cannot_become_an_image_is_refused(string template, int datastore, int code, string text)
    {
        var reply = await One.Call("one.image.allocate", template, datastore);
        Assert.Equal(code, reply.Code);
        Assert.Contains(text, reply.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_states_and_files_change_as_OpenNebulas_do()
    {
        var image = await Make("NAME=turncoat TYPE=DATABLOCK SIZE=1 FORMAT=raw");
        Assert.True((await One.Call("one.image.chtype", image, "OS")).Ok);
        Assert.Equal("0", (await Info(image)).Element("TYPE")!.Value);
        Assert.Equal(
            (0x800, "[one.image.chtype] Cannot change image type to an incompatible type for the current datastore."), Refused(await One.Call("one.image.chtype", image, "KERNEL")));
        Assert.True((await One.Call("one.image.enable", image, false)).Ok);
        Assert.Equal("3", (await Info(image)).Element("STATE")!.Value);
        Assert.False((await One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]", true)).Ok);
        Assert.True((await One.Call("one.image.enable", image, true)).Ok);
        var kernel = await Make("NAME=vmlinuz TYPE=KERNEL PATH=/etc/hostname DEV_PREFIX=sd", 2);
        Assert.Null((await Info(kernel)).Element("TEMPLATE")!.Element("DEV_PREFIX"));
        Assert.Equal((0x800, "[one.image.persistent] KERNEL, RAMDISK and CONTEXT must be non-persistent"), Refused(await One.Call("one.image.persistent", kernel, true)));
        Assert.Equal((0x800, "[one.image.clone] KERNEL images cannot be cloned."), Refused(await One.Call("one.image.clone", kernel, "k2", -1)));
        Assert.False((await One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={kernel}]", true)).Ok);
    }

    private async Task<int> Make(string template, int datastore = 1)
    {
        var reply = await One.Call("one.image.allocate", template, datastore);
        Assert.True(reply.Ok, $"{reply}");
        await Ready(reply.Id);
        return reply.Id;
    }

    private Task Ready(int image) => Until.True(
        async () => (await Info(image)).Element("STATE")!.Value == "1", () => $"image {image.ToString(CultureInfo.InvariantCulture)} is not READY");

    private async Task<System.Xml.Linq.XElement> Info(int image) => (await One.Call("one.image.info", image)).Document;

    private static (int Code, string Text) Refused(Reply reply) => (reply.Code, reply.Value);
}
