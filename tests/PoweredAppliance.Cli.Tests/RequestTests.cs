using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

/// <summary>What command lines ask the daemon for.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Creating_from_a_template_sends_sizes_as_template_text()
    {
        VmCreate? wish = null;
        await using var appliance = await CannedAppliance.Start(
            a => Take(a, Routes.Vms, WireJson.Default.VmCreate, w => wish = w, Two, WireJson.Default.IReadOnlyListVm));
        appliance.Templates = [Samples.Template(4, "small")];
        using var line = new Line(appliance);

        var ran = await line.Run(
            "vm", "create", "--template", "small", "--name", "n-%i", "--count", "2", "--hold", "--cpu", "0.5", "--vcpu", "2", "--memory", "1.5G");

        Assert.Equal(new Ran(Exit.Ok, "VM 7 'n-0' created, now HOLD\nVM 8 'n-1' created, now HOLD\n", ""), ran);
        Assert.Equal(
            new VmCreate { Template = "4", Name = "n-%i", Count = 2, Hold = true, Extra = "CPU=\"0.5\"\nVCPU=\"2\"\nMEMORY=\"1536\"" }, wish);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("FILE")]
    public async Task Creating_from_text_sends_the_text(string from)
    {
        const string Text = "NAME=\"web\"\nCPU=1\n";
        VmCreate? wish = null;
        await using var appliance = await CannedAppliance.Start(
            a => Take(a, Routes.Vms, WireJson.Default.VmCreate, w => wish = w, Two, WireJson.Default.IReadOnlyListVm));
        using var line = new Line(appliance) { Input = Text };
        var file = Path.Combine(line.Home, "web.tmpl");
        await File.WriteAllTextAsync(file, Text, TestContext.Current.CancellationToken);

        Assert.Equal(Exit.Ok, (await line.Run("vm", "create", from == "-" ? from : file)).Code);
        Assert.Equal(new VmCreate { TemplateText = Text }, wish);
    }

    [Fact]
    public async Task Creating_from_nothing_or_from_both_is_a_wrong_command_line()
    {
        using var line = new Line();

        Assert.Equal(Exit.Usage, (await line.Run("vm", "create")).Code);
        Assert.Equal(Exit.Usage, (await line.Run("vm", "create", "x.tmpl", "--template", "small")).Code);
    }

    [Fact]
    public async Task A_template_is_created_and_instantiated()
    {
        TemplateCreate? made = null;
        Instantiate? wish = null;
        await using var appliance = await CannedAppliance.Start(a =>
        {
            Take(
                a,
                Routes.Templates,
                WireJson.Default.TemplateCreate,
                w => made = w,
                Samples.Template(4, "small"),
                WireJson.Default.VmTemplate);
            Take(
                a,
                Routes.TemplateInstantiate,
                WireJson.Default.Instantiate,
                w => wish = w,
                Two,
                WireJson.Default.IReadOnlyListVm);
        });
        appliance.Templates = [Samples.Template(4, "small")];
        using var create = new Line(appliance) { Input = "CPU=1" };
        using var instantiate = new Line(appliance);

        Assert.Equal(
            new Ran(Exit.Ok, "template 4 'small' created\n", ""),
            await create.Run("template", "create", "-", "--name", "small"));
        Assert.Equal(
            Exit.Ok, (await instantiate.Run("template", "instantiate", "small", "--name", "web", "--count", "2")).Code);
        Assert.Equal(new TemplateCreate { Name = "small", Text = "CPU=1" }, made);
        Assert.Equal(new Instantiate { Name = "web", Count = 2 }, wish);
        Assert.Contains("POST /api/v1/templates/4/instantiate", appliance.Asked);
    }

    [Fact]
    public async Task A_host_is_added_with_all_that_was_said()
    {
        HostAdd? wish = null;
        await using var appliance = await CannedAppliance.Start(a => Take(
            a, Routes.Hosts, WireJson.Default.HostAdd, w => wish = w, Samples.Host(3, "rack1-a") with { State = "INIT" }, WireJson.Default.Host));
        using var line = new Line(appliance);

        var ran = await line.Run(
            "host",
            "add",
            "rack1-a",
            "--uri",
            "qemu+tls://rack1-a/system",
            "--cluster",
            "prod",
            "--datastore-path",
            "/srv/vms");

        Assert.Equal(new Ran(Exit.Ok, "host 3 'rack1-a' added, now INIT, profile generic\n", ""), ran);
        Assert.Equal(
            new HostAdd
            {
                Name = "rack1-a",
                Uri = "qemu+tls://rack1-a/system",
                Cluster = "prod",
                DatastorePath = "/srv/vms",
            },
            wish);
    }

    [Theory]
    [InlineData("enable", Routes.HostEnable, "MONITORED")]
    [InlineData("disable", Routes.HostDisable, "DISABLED")]
    [InlineData("offline", Routes.HostOffline, "OFFLINE")]
    public async Task Hosts_are_enabled_disabled_and_taken_offline(string verb, string route, string state)
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            route, (int id) => CannedAppliance.Json(Samples.Host(id, $"host{id}") with { State = state }, WireJson.Default.Host)));
        appliance.Hosts = [Samples.Host(0, "host0"), Samples.Host(5, "host5")];
        using var line = new Line(appliance);

        var ran = await line.Run("host", verb, "host0", "5");

        Assert.Equal(new Ran(Exit.Ok, $"host 0 'host0' is {state}\nhost 5 'host5' is {state}\n", ""), ran);
    }

    [Fact]
    public async Task A_wild_vm_is_imported_by_its_name()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.WildImport, (int id, string name) => CannedAppliance.Json(Samples.Vm(12, name) with { HostId = id }, WireJson.Default.Vm, 201)));
        appliance.Hosts = [Samples.Host(0, "host0")];
        using var line = new Line(appliance);

        Assert.Equal(
            new Ran(Exit.Ok, "VM 12 'old web' imported, now RUNNING\n", ""),
            await line.Run("host", "import", "host0", "old web"));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("image")]
    [InlineData("template")]
    public async Task Things_are_removed_by_name_or_id(string kind)
    {
        await using var appliance = await CannedAppliance.Start();
        appliance.Hosts = [Samples.Host(0, "a"), Samples.Host(1, "b")];
        appliance.Images = [Samples.Image(0, "a"), Samples.Image(1, "b")];
        appliance.Templates = [Samples.Template(0, "a"), Samples.Template(1, "b")];
        using var line = new Line(appliance);

        Assert.Equal(
            new Ran(Exit.Ok, $"{kind} a removed\n{kind} 1 removed\n", ""), await line.Run(kind, "remove", "a", "1"));
        Assert.Equal(2, appliance.Asked.Count(a => a.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("poweroff", "--hard", "poweroff-hard")]
    [InlineData("reboot", "--hard", "reboot-hard")]
    [InlineData("undeploy", "--hard", "undeploy-hard")]
    [InlineData("terminate", "--hard", "terminate-hard")]
    [InlineData("suspend", null, "suspend")]
    [InlineData("stop", null, "stop")]
    [InlineData("hold", null, "hold")]
    [InlineData("release", null, "release")]
    public async Task An_action_is_asked_by_OpenNebulas_word(string verb, string? option, string action)
    {
        await using var appliance = await CannedAppliance.Start(a => a.OnAction((vm, _) => vm));
        appliance.Vms = [Samples.Vm(1, "web")];
        using var line = new Line(appliance);

        Assert.Equal(Exit.Ok, (await line.Run([.. new[] { "vm", verb, "web", option }.OfType<string>()])).Code);
        Assert.Contains($"POST /api/v1/vms/1/actions/{action}", appliance.Asked);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("resume")]
    public async Task There_is_no_hard_where_it_means_nothing(string verb)
    {
        using var line = new Line();

        Assert.Equal(Exit.Usage, (await line.Run("vm", verb, "1", "--hard")).Code);
    }

    [Fact]
    public async Task Recovery_retries_unless_it_is_told_otherwise()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.VmRecover, (int id) => CannedAppliance.Json(Samples.Vm(id, "web", "PROLOG"), WireJson.Default.Vm, 202)));
        using var line = new Line(appliance);

        Assert.Equal("VM 1 'web': recover retry accepted, now PROLOG\n", (await line.Run("vm", "recover", "1")).Out);
        Assert.Contains("POST /api/v1/vms/1/recover?operation=retry", appliance.Asked);
    }

    [Fact]
    public async Task A_migration_names_the_host_by_its_id_and_goes_live_unless_it_is_told_otherwise()
    {
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.VmMigrate, (int id) => CannedAppliance.Json(Samples.Vm(id, "web", "MIGRATE"), WireJson.Default.Vm, 202)));
        appliance.Vms = [Samples.Vm(1, "web")];
        appliance.Hosts = [Samples.Host(4, "rack2")];
        using var line = new Line(appliance);

        Assert.Equal("VM 1 'web': migrate accepted, now MIGRATE\n", (await line.Run("vm", "migrate", "web", "--to", "rack2")).Out);
        Assert.Contains("POST /api/v1/vms/1/migrate?host=4&way=live", appliance.Asked);
        Assert.Equal(Exit.Ok, (await line.Run("vm", "migrate", "1", "--to", "4", "--way", "poweroff-hard")).Code);
        Assert.Contains("POST /api/v1/vms/1/migrate?host=4&way=poweroff-hard", appliance.Asked);
        Assert.Equal(Exit.Usage, (await line.Run("vm", "migrate", "web")).Code);
        Assert.Equal(Exit.Usage, (await line.Run("vm", "migrate", "web", "--to", "4", "--way", "teleport")).Code);
    }

    [Theory]
    [InlineData(4, Exit.Ok, "VM 1 'web' is RUNNING on rack2 at 10.0.0.1\n", "")]
    [InlineData(0, Exit.Failed, "", "powered: VM 1 'web' did not come to host rack2, it is on host0\n")]
    public async Task A_VM_that_rests_on_its_old_host_did_not_migrate(int host, int code, string told, string error)
    {
        var vm = Samples.Vm(1, "web") with { HostId = host, Host = host == 4 ? "rack2" : "host0" };
        await using var appliance = await CannedAppliance.Start(a => a.Routing.MapPost(
            Routes.VmMigrate, () => CannedAppliance.Json(vm, WireJson.Default.Vm, 202)));
        appliance.Vms = [vm];
        appliance.Hosts = [Samples.Host(4, "rack2")];
        using var line = new Line(appliance);

        Assert.Equal(new Ran(code, told, error), await line.Run("vm", "migrate", "web", "--to", "rack2", "--wait"));
    }

    private static IReadOnlyList<Vm> Two => [Samples.Vm(7, "n-0", "HOLD"), Samples.Vm(8, "n-1", "HOLD")];

    private static void Take<TWish, TReply>(
        CannedAppliance appliance, string route, JsonTypeInfo<TWish> wishType, Action<TWish> take, TReply reply, JsonTypeInfo<TReply> replyType) =>
        appliance.Routing.MapPost(route, async (HttpContext context) =>
        {
            take((await JsonSerializer.DeserializeAsync(context.Request.Body, wishType, context.RequestAborted))!);
            return CannedAppliance.Json(reply, replyType, 201);
        });
}
