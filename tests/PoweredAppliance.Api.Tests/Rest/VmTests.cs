using System.Net.Http.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class VmTests(Appliance appliance)
{
    [Fact]
    public async Task What_was_made_is_in_every_list_at_once()
    {
        using var second = appliance.Client("oneadmin", Appliance.Password);
        foreach (var i in Enumerable.Range(0, 20))
        {
            var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = $"law9-{i}", Hold = true })).Single();
            Assert.Equal(vm.Id, Assert.Single(await second.ListVms(name: $"law9-{i}")).Id);
            Assert.Equal("DONE", (await appliance.Admin.Act(vm.Id, VmActions.Terminate)).State);
            Assert.Empty(await second.ListVms(name: $"law9-{i}"));
            Assert.Single(await second.ListVms(name: $"law9-{i}", done: true));
        }

        var template = await appliance.Admin.CreateTemplate(new() { Name = "law9", Text = "CPU=1\nMEMORY=1" });
        Assert.Equal(template.Id, Assert.Single(await second.ListTemplates("law9")).Id);
        await appliance.Admin.RemoveTemplate(template.Id);
        Assert.Empty(await second.ListTemplates("law9"));
    }

    [Fact]
    public async Task Many_are_made_all_or_none()
    {
        using var http = appliance.Http();
        (await http.PostAsJsonAsync("networks", new TemplateCreate { Name = "three", Text = "BRIDGE=br0\nAR=[TYPE=IP4,IP=10.0.0.1,SIZE=3]" }, WireJson.Default.TemplateCreate)).EnsureSuccessStatusCode();
        var wish = new VmCreate { TemplateText = "CPU=1\nMEMORY=16\nNIC=[NETWORK=three]", Name = "trio-%i" };
        var why = await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.CreateVms(wish with { Count = 5 }));
        Assert.NotEqual(500, why.Problem!.Status);
        await Appliance.Until(async () => !(await appliance.Admin.ListVms()).Any(v => v.Name.StartsWith("trio", StringComparison.Ordinal)), "some of the five are left");

        var made = await appliance.Admin.CreateVms(wish with { Count = 3 });
        Assert.Equal(["trio-0", "trio-1", "trio-2"], made.Select(v => v.Name).Order());
        var lent = (await appliance.Admin.ListNetworks("three")).Single();
        Assert.Equal(3, lent.LeasesUsed);
        var no = await http.DeleteAsync($"networks/{lent.Id}");
        Assert.Contains($"leases in use: VM {made.Min(v => v.Id)} (trio-0) and 2 others", await no.Content.ReadAsStringAsync());
        foreach (var vm in made)
            await appliance.Admin.Recover(vm.Id, "delete");
        await Appliance.Until(async () => (await appliance.Admin.GetNetwork(lent.Id)).LeasesUsed == 0, "addresses of VMs that are gone are still lent");
        Assert.Equal(204, (int)(await http.DeleteAsync($"networks/{lent.Id}")).StatusCode);
    }

    [Fact]
    public async Task A_VM_that_fits_nowhere_shows_what_each_host_lacks_until_it_waits_no_more()
    {
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=100000\nMEMORY=16", Name = "giant" })).Single();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).Reason is not null, "it does not say why it waits");
        var waiting = await appliance.Admin.GetVm(vm.Id);
        var host = Assert.Single(waiting.Considered);
        Assert.Equal(("sim1", true), (host.Host, host.Reason.EndsWith(" cpu free, 100000 asked", StringComparison.Ordinal)));
        Assert.Equal([new("too-little-cpu", 1)], waiting.ConsideredCounts!);
        var held = await appliance.Admin.Act(vm.Id, VmActions.Hold);
        Assert.Empty(held.Considered);
        Assert.Null(held.ConsideredCounts);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }

    [Fact]
    public async Task Pages_follow_each_other_and_a_rename_does_not_change_since()
    {
        var made = await appliance.Admin.CreateVms(new() { Template = "small", Name = "page", Count = 5, Hold = true });
        var first = await appliance.Admin.ListVms(name: "page", limit: 3);
        var rest = await appliance.Admin.ListVms(name: "page", after: first[^1].Id, limit: 3);
        Assert.Equal(made.Select(v => v.Id).Order(), first.Concat(rest).Select(v => v.Id));

        var since = (await appliance.Admin.GetVm(made[0].Id)).Since;
        appliance.Time.Advance(TimeSpan.FromMinutes(1));
        await appliance.Cloud.Vm(new Core.Vms.VmProtocol.Rename(new(made[0].Id), "paged", Core.Caller.Admin));
        var now = await appliance.Admin.GetVm(made[0].Id);
        Assert.Equal(("paged", since), (now.Name, now.Since));
        foreach (var vm in made)
            await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }

    [Fact]
    public async Task An_upload_is_resumed_where_it_broke_and_takes_no_byte_too_many()
    {
        var bytes = new byte[3 << 20];
        Array.Fill(bytes, (byte)7);
        var image = await appliance.Admin.AddImage(new() { Name = "up", Upload = bytes.Length, Format = "raw" });
        using var http = appliance.Http();
        Assert.Equal(200, await Put(0, 1 << 20));
        Assert.Equal(1 << 20, (await appliance.Admin.GetImage(image.Id)).Progress!.BytesDone);
        Assert.Equal(409, await Put(5, 10));
        Assert.Equal(400, await Put(1 << 20, bytes.Length));
        Assert.Equal(1 << 20, (await appliance.Admin.GetImage(image.Id)).Progress!.BytesDone);
        Assert.Equal(200, await Put(1 << 20, 2 << 20));
        var ready = await appliance.Admin.GetImage(image.Id);
        Assert.Equal(("READY", "raw", 3L), (ready.State, ready.Format, ready.SizeMib));
        Assert.Equal(409, await Put(0, 10));
        await appliance.Admin.RemoveImage(image.Id);

        async Task<int> Put(int offset, int count) =>
            (int)(await http.PutAsync($"images/{image.Id}/content?offset={offset}", new ByteArrayContent(bytes[..count]))).StatusCode;
    }

    [Fact]
    public async Task An_image_in_use_says_by_whom_only_to_who_may_delete_it()
    {
        using var other = await appliance.NewUser("imagethief");
        var image = await appliance.Admin.AddImage(new() { Name = "used", SizeMib = 1, Format = "raw" });
        await Appliance.Until(async () => (await appliance.Admin.GetImage(image.Id)).State == "READY", "the image is not READY");
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = $"CPU=1\nMEMORY=16\nDISK=[IMAGE_ID={image.Id}]", Name = "secret-name", Hold = true })).Single();
        var used = (await appliance.Admin.ListImages("used")).Single();
        Assert.Equal("USED", used.State);
        Assert.Equal([vm.Id], used.UsedBy);
        Assert.Contains("secret-name", (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.RemoveImage(image.Id))).Problem!.Detail);
        var why = (await Assert.ThrowsAsync<PoweredException>(() => other.RemoveImage(image.Id))).Problem!;
        Assert.Equal(403, why.Status);
        Assert.DoesNotContain("secret-name", why.Detail);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
        await appliance.Admin.RemoveImage(image.Id);
    }
}
