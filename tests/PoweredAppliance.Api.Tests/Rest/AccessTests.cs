using System.Net;
using System.Net.Http.Json;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class AccessTests(Appliance appliance)
{
    [Fact]
    public async Task Nobody_a_wrong_secret_and_a_disabled_user_get_401_before_their_body_is_read()
    {
        await appliance.NewUser("disabled", enabled: false);
        foreach (var http in new[] { appliance.Http(null), appliance.Http("wrong"), appliance.Http("x", "no-such-user"), appliance.Http(user: "disabled"), appliance.Bearer("00") })
        {
            using var answer = await http.PostAsync("vms", new StringContent("{ no json"));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal(256, (await answer.Content.ReadFromJsonAsync(WireJson.Default.Problem))!.Code);
            Assert.Contains("Basic", answer.Headers.WwwAuthenticate.ToString());
            http.Dispose();
        }
    }

    [Fact]
    public async Task A_login_token_works_as_password_and_as_bearer_until_it_expires_or_its_user_is_disabled()
    {
        using var user = await appliance.NewUser("tokenholder");
        var reply = await user.Login(TimeSpan.FromHours(1));
        using var basic = appliance.Client("tokenholder", reply.Token);
        using var bearer = appliance.Bearer(reply.Token);
        Assert.Equal("tokenholder", (await basic.GetMe()).Name);
        Assert.Equal("tokenholder", (await bearer.GetFromJsonAsync("users/me", WireJson.Default.User))!.Name);

        var id = (await user.GetMe()).Id;
        await appliance.SetFact(PoolKind.User, id, "ENABLED", "0");
        Assert.Equal(HttpStatusCode.Unauthorized, (await bearer.GetAsync("users/me")).StatusCode);
        await appliance.SetFact(PoolKind.User, id, "ENABLED", "1");
        Assert.Equal(HttpStatusCode.OK, (await bearer.GetAsync("users/me")).StatusCode);

        appliance.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.Unauthorized, (await bearer.GetAsync("users/me")).StatusCode);
        Assert.Equal(401, (await Assert.ThrowsAsync<PoweredException>(() => basic.GetMe())).Problem!.Status);
    }

    [Fact]
    public async Task A_second_user_sees_nothing_of_what_is_not_his_and_may_do_nothing_to_it()
    {
        using var other = await appliance.NewUser("stranger");
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=1\nMEMORY=16", Hold = true })).Single();
        Assert.DoesNotContain(await other.ListVms(), v => v.Id == vm.Id);
        using var http = appliance.Http(user: "stranger");
        string[] reads = [$"vms/{vm.Id}", $"vms/{vm.Id}/events", $"vms/{vm.Id}/log", $"vms/{vm.Id}/console"];
        foreach (var read in reads)
            Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(read)).StatusCode);
        string[] deeds = [$"vms/{vm.Id}/actions/terminate-hard", $"vms/{vm.Id}/recover?operation=delete", "hosts/0/disable"];
        foreach (var deed in deeds)
            Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync(deed, null)).StatusCode);
        string[] things = ["hosts/0", "templates/0", "datastores/1"];
        foreach (var thing in things)
            Assert.NotEqual(HttpStatusCode.NoContent, (await http.DeleteAsync(thing)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync("hosts/0")).StatusCode);
        Assert.Equal(403, (await Assert.ThrowsAsync<PoweredException>(() => other.AddHost(new() { Name = "mine", Uri = "sim:generic" }))).Problem!.Status);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }

    [Fact]
    public async Task Who_may_only_use_a_vm_does_not_read_its_console()
    {
        using var other = await appliance.NewUser("onlooker");
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=1\nMEMORY=16", Hold = true })).Single();
        await appliance.Cloud.Vm(new Core.Vms.VmProtocol.Chmod(new(vm.Id), 0b110_000_100, Core.Caller.Admin));
        Assert.Equal(vm.Id, (await other.GetVm(vm.Id)).Id);
        using var http = appliance.Http(user: "onlooker");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync($"vms/{vm.Id}/log")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync($"vms/{vm.Id}/console")).StatusCode);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.NotFound)]
    public async Task A_page_of_another_site_may_not_use_the_password_a_browser_remembers(string? origin, HttpStatusCode expected)
    {
        using var http = appliance.Http();
        if (origin is not null)
            http.DefaultRequestHeaders.Add("Origin", origin);
        Assert.Equal(expected, (await http.PostAsync("vms/999999/actions/terminate", null)).StatusCode);
    }
}
