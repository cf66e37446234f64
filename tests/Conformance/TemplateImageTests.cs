using System.Globalization;

namespace PoweredAppliance.Conformance;

/// <summary>The recursive forms of one.template.*: a template and the images of its disks.</summary>
public sealed class TemplateImageTests(Appliance appliance)
{
    private Caller One => appliance.One;

    [Fact]
    public async Task The_images_of_a_template_are_opened_and_deleted_with_it()
    {
        var image = (await One.Call("one.image.allocate", "NAME=of-template TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1)).Id;
        await Until(image, "STATE", "1");
        var template = (await One.Call("one.template.allocate", "NAME=with-image CPU=1 MEMORY=16 DISK=[IMAGE=of-template] DISK=[TYPE=fs,SIZE=1]")).Id;

        Assert.True((await One.Call("one.template.chmod", template, -1, -1, -1, 1, -1, -1, -1, -1, -1, false)).Ok);
        Assert.Equal("0", (await One.Call("one.image.info", image)).Document.Element("PERMISSIONS")!.Element("GROUP_U")!.Value);
        Assert.True((await One.Call("one.template.chmod", template, -1, -1, -1, 1, -1, -1, -1, -1, -1, true)).Ok);
        Assert.Equal("1", (await One.Call("one.image.info", image)).Document.Element("PERMISSIONS")!.Element("GROUP_U")!.Value);

        var deleted = await One.Call("one.template.delete", template, true);
        Assert.Equal(template, deleted.Id);
        Assert.Equal(1024, (await One.Call("one.template.info", template)).Code);
        Assert.Equal(1024, (await One.Call("one.image.info", image)).Code);
    }

    [Fact]
    public async Task A_template_is_cloned_with_its_images()
    {
        var image = await Ready(await One.Call("one.image.allocate", "NAME=to-clone TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1));
        var template = (await One.Call("one.template.allocate", "NAME=cloned CPU=1 MEMORY=16 LABEL=x DISK=[TYPE=fs,SIZE=1] DISK=[IMAGE=to-clone,DEV_PREFIX=sd]")).Id;

        var clone = await One.Call("one.template.clone", template, "its-copy", true);
        Assert.True(clone.Ok, $"{clone}");
        var made = (await One.Call("one.template.info", clone.Id)).Document;
        Assert.Equal(("its-copy", "x"), (made.Element("NAME")!.Value, made.Element("TEMPLATE")!.Element("LABEL")!.Value));
        var disk = made.Element("TEMPLATE")!.Elements("DISK").Last();
        Assert.Equal((null, "sd"), (disk.Element("IMAGE"), disk.Element("DEV_PREFIX")!.Value));
        var copy = (await One.Call("one.image.info", int.Parse(disk.Element("IMAGE_ID")!.Value, CultureInfo.InvariantCulture))).Document;
        Assert.Equal(("its-copy-disk-1", "0"), (copy.Element("NAME")!.Value, copy.Element("PERSISTENT")!.Value));
        Assert.NotEqual($"{image}", copy.Element("ID")!.Value);

        var taken = await One.Call("one.template.clone", template, "its-copy", true);
        Assert.Equal(8192, taken.Code);
        Assert.Contains($"NAME is already taken by VIRTUAL MACHINE TEMPLATE {clone.Id}", taken.Value, StringComparison.Ordinal);
        Assert.Equal(1024, (await One.Call("one.template.clone", 99_999, "n", true)).Code);
    }

    [Fact]
    public async Task A_clone_that_cannot_be_whole_leaves_nothing_behind()
    {
        var free = await Ready(await One.Call("one.image.allocate", "NAME=half-free TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1));
        var used = await Ready(await One.Call("one.image.allocate", "NAME=half-used TYPE=DATABLOCK SIZE=4 FORMAT=raw PERSISTENT=YES", 1));
        var holder = await One.Call("one.vm.allocate", $"CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={used}]", true);
        Assert.True(holder.Ok, $"{holder}");
        var template = (await One.Call("one.template.allocate", $"NAME=half CPU=1 MEMORY=16 DISK=[IMAGE_ID={free}] DISK=[IMAGE_ID={used}]")).Id;

        foreach (var attempt in new[] { await One.Call("one.template.clone", template, "half-copy", true), await One.Call("one.template.instantiate", template, "half-copy", false, "", true) })
        {
            Assert.True(attempt.Code == 2048, $"{attempt}");
            Assert.Contains("Failed to clone images: Cannot clone image in state: USED", attempt.Value, StringComparison.Ordinal);
        }

        Assert.DoesNotContain((await One.Call("one.imagepool.info", -2, -1, -1)).Document.Descendants("NAME"), n => n.Value.StartsWith("half-copy", StringComparison.Ordinal));
        Assert.DoesNotContain((await One.Call("one.templatepool.info", -2, -1, -1)).Document.Descendants("NAME"), n => n.Value == "half-copy");
        Assert.True((await One.Call("one.vm.action", "terminate", holder.Id)).Ok);
    }

    [Fact]
    public async Task An_image_can_be_deleted_in_the_moment_it_has_been_filled()
    {
        foreach (var round in Enumerable.Range(0, 200))
        {
            var image = (await One.Call("one.image.allocate", $"NAME=short-lived-{round} TYPE=DATABLOCK SIZE=1 FORMAT=raw", 1)).Id;
            await Task.Delay(TimeSpan.FromMicroseconds(round * 20));
            var deleted = await One.Call("one.image.delete", image, true);
            Assert.True(deleted.Ok, $"{deleted}");
            Assert.Equal(1024, (await One.Call("one.image.info", image)).Code);
        }
    }

    [Fact]
    public async Task A_persistent_VM_has_images_of_its_own_and_a_template_of_them()
    {
        var image = await Ready(await One.Call("one.image.allocate", "NAME=pet-origin TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1));
        var template = (await One.Call("one.template.allocate", $"NAME=cattle CPU=0.1 MEMORY=16 DISK=[IMAGE_ID={image}]")).Id;
        var vm = await One.Call("one.template.instantiate", template, "pet", false, "LABEL=own", true);
        Assert.True(vm.Ok, $"{vm}");
        await appliance.Reach(vm.Id, 3, 3);

        var made = (await One.Call("one.vm.info", vm.Id)).Document;
        Assert.Equal(("pet", $"{template}"), (made.Element("NAME")!.Value, made.Element("TEMPLATE")!.Element("CLONING_TEMPLATE_ID")!.Value));
        var own = int.Parse(made.Element("TEMPLATE")!.Element("DISK")!.Element("IMAGE_ID")!.Value, CultureInfo.InvariantCulture);
        Assert.NotEqual(image, own);
        var copy = (await One.Call("one.image.info", own)).Document;
        Assert.Equal(("pet-disk-0", "1", "8"), (copy.Element("NAME")!.Value, copy.Element("PERSISTENT")!.Value, copy.Element("STATE")!.Value));
        var kept = (await One.Call("one.template.info", int.Parse(made.Element("TEMPLATE")!.Element("TEMPLATE_ID")!.Value, CultureInfo.InvariantCulture))).Document;
        Assert.Equal(("pet", "own", $"{own}"), (
            kept.Element("NAME")!.Value, kept.Element("TEMPLATE")!.Element("LABEL")!.Value, kept.Element("TEMPLATE")!.Element("DISK")!.Element("IMAGE_ID")!.Value));

        // A VM that cannot be made takes its template and images along.
        var refused = await One.Call("one.template.instantiate", template, "pet2", false, "MEMORY=none", true);
        Assert.False(refused.Ok);
        Assert.DoesNotContain((await One.Call("one.imagepool.info", -2, -1, -1)).Document.Descendants("NAME"), n => n.Value.StartsWith("pet2", StringComparison.Ordinal));
        Assert.DoesNotContain((await One.Call("one.templatepool.info", -2, -1, -1)).Document.Descendants("NAME"), n => n.Value == "pet2");
        Assert.True((await One.Call("one.vm.action", "terminate-hard", vm.Id)).Ok);
    }

    [Fact]
    public async Task An_extended_template_says_what_its_disks_and_NICs_are_of()
    {
        var template = (await One.Call("one.template.allocate", "NAME=extended CPU=1 MEMORY=16 DISK=[TYPE=fs,SIZE=1] DISK=[IMAGE=base] DISK=[IMAGE_ID=99999] NIC=[NETWORK=lan]")).Id;
        Assert.Null((await One.Call("one.template.info", template)).Document.Descendants("SOURCE").FirstOrDefault());
        var said = (await One.Call("one.template.info", template, true)).Document.Element("TEMPLATE")!;
        var disks = said.Elements("DISK").ToList();
        Assert.Equal(["0", "1", "2"], disks.Select(d => d.Element("DISK_ID")!.Value));
        Assert.Equal(($"{appliance.Image}", "16", "raw", "YES"), (
            disks[1].Element("IMAGE_ID")!.Value, disks[1].Element("SIZE")!.Value, disks[1].Element("FORMAT")!.Value, disks[1].Element("CLONE")!.Value));
        Assert.Null(disks[2].Element("SOURCE"));
        Assert.Equal($"{appliance.Network}", said.Element("NIC")!.Element("NETWORK_ID")!.Value);

        var user = (await One.Call("one.user.allocate", "extender", "extender-pw", "", new[] { 1 })).Id;
        Assert.True((await One.Call("one.template.chmod", template, -1, -1, -1, -1, -1, -1, 1, -1, -1, false)).Ok);
        var other = One.As("extender:extender-pw");
        Assert.True((await other.Call("one.template.info", template)).Ok);
        var image = await Ready(await One.Call("one.image.allocate", "NAME=not-the-extenders TYPE=DATABLOCK SIZE=1 FORMAT=raw", 1));
        Assert.True((await One.Call("one.template.update", template, $"DISK=[IMAGE_ID={image}]", 0)).Ok);
        Assert.Equal(512, (await other.Call("one.template.info", template, true)).Code);
        Assert.True((await One.Call("one.user.delete", user)).Ok);
    }

    private async Task<int> Ready(Reply image)
    {
        Assert.True(image.Ok, $"{image}");
        await Until(image.Id, "STATE", "1");
        return image.Id;
    }

    private Task Until(int image, string element, string value) => Lab.Daemon.Until.True(
        async () => (await One.Call("one.image.info", image)).Document.Element(element)!.Value == value);
}
