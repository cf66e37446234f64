using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Scheduling;
using ClusterHeadroom = PoweredAppliance.Client.Wire.ClusterHeadroom;
using Headroom = PoweredAppliance.Client.Wire.Headroom;
using LostVm = PoweredAppliance.Client.Wire.LostVm;

namespace PoweredAppliance.Api.Rest;

/// <summary>What would come of it: nothing here changes anything.</summary>
internal static class PlanRoutes
{
    private const int DefaultCpuPercent = 100, DefaultMebibytes = 1024;

    /// <summary>What lies further away is not worth a date.</summary>
    private const double Never = 100 * 365;

    public static void MapPlans(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Capacity, Capacity).Says<Headroom>("How many more VMs of a template or of a shape fit, per cluster, and when that ends. Makes none.")
            .Query("template", "string", "id or name of a VM template").Query("cpuPercent", "integer", "of each, 100 is one core")
            .Query("memoryMib", "integer", "of each").Query("diskMib", "integer", "of each").Query("cluster", "string", "only in this one: id or name");
        routes.MapGet(Routes.PlanLose, Lose).Says<LossPlan>("What would become of their VMs if these hosts were lost. Touches nothing.")
            .Query("host", "string", "id or name; once for each host");
    }

    private static async Task<IResult> Capacity(HttpContext http, VmOperations vms, Inventory inventory, TimeProvider time)
    {
        var (who, query) = (Doors.Who(http), http.Request.Query);
        PooledObject? template = null, cluster = null;
        if (query["template"].ToString() is { Length: > 0 } called && Named.Find(inventory, PoolKind.Template, called, who) is var named)
        {
            if (named.Why is not null)
                return named.Why;
            template = named.Found;
        }

        if (query["cluster"].ToString() is { Length: > 0 } within && Named.Find(inventory, PoolKind.Cluster, within, who) is var place)
        {
            if (place.Why is not null)
                return place.Why;
            cluster = place.Found;
        }

        if (Number(query, "cpuPercent", DefaultCpuPercent, 1, out var cpu) is { } badCpu)
            return badCpu;
        if (Number(query, "memoryMib", DefaultMebibytes, 1, out var memory) is { } badMemory)
            return badMemory;
        if (Number(query, "diskMib", 0, 0, out var disk) is { } badDisk)
            return badDisk;
        if (template is not null && new[] { "cpuPercent", "memoryMib", "diskMib" }.FirstOrDefault(name => query[name].ToString().Length > 0) is { } both)
            return Problems.Bad(both, query[both], $"template says what each takes: give template, or {both}.");
        var (outlook, why) = template is not null ? await vms.Capacity(who, template, cluster?.Id) : await vms.Capacity(who, Shape(cpu, memory, disk), cluster?.Id);
        return why is not null ? Problems.Of(why) : Results.Ok(Form(inventory, outlook!, template, time.GetUtcNow()));
    }

    private static Template Shape(long cpuPercent, long mebibytes, long disk)
    {
        var shape = Template.Empty.Set("CPU", (cpuPercent / 100m).ToString(CultureInfo.InvariantCulture)).Set("MEMORY", mebibytes.ToString(CultureInfo.InvariantCulture));
        return disk == 0 ? shape : shape.WithVectors("DISK", [VectorAttribute.Of("DISK", ("TYPE", "fs"), ("SIZE", disk.ToString(CultureInfo.InvariantCulture)))]);
    }

    private static IResult? Number(IQueryCollection query, string name, long otherwise, int least, out long number)
    {
        var text = query[name].ToString();
        number = otherwise;
        return text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= 1_000_000_000)
            ? null
            : Problems.Bad(name, text, $"{name} must be a number from {least} to 1000000000, it is '{text}'.");
    }

    private static Headroom Form(Inventory inventory, Outlook outlook, PooledObject? template, DateTimeOffset now)
    {
        var allUp = outlook.IfAllUp.Clusters.ToDictionary(c => c.Cluster);
        var known = outlook.Now.Clusters.ToDictionary(c => c.Cluster);
        return new()
        {
            Template = template?.Name,
            TemplateId = template?.Id,
            CpuPercent = outlook.Each.CpuPercent,
            MemoryMib = outlook.Each.MemoryKibibytes / 1024,
            DiskMib = outlook.Each.DiskMebibytes,
            Fits = outlook.Now.Fits,
            AtLeast = outlook.Now.IsAtLeast,
            FitsIfAllUp = outlook.IfAllUp.Fits,
            RunsOutFirst = Word(outlook.Now.RunsOut),
            Clusters =
            [
                .. allUp.Keys.Union(known.Keys).Order().Select(id => (Id: id, Now: known.GetValueOrDefault(id), Up: allUp.GetValueOrDefault(id))).Select(c => new ClusterHeadroom(
                    c.Id, c.Id < 0 ? "-" : inventory.NameOf(PoolKind.Cluster, c.Id), c.Now?.Hosts ?? 0, c.Now?.Fits ?? 0, c.Up?.Fits ?? 0, Word(c.Now?.RunsOut))),
            ],
            Reasons = WhyForm.Of(outlook.Reasons),
            Growth = new(
                outlook.Growth.Over.TotalDays, outlook.Growth.CpuPercentPerDay, outlook.Growth.KibibytesPerDay / 1024, outlook.Growth.MebibytesOfDiskPerDay),
            FullAt = outlook.DaysUntilFull is { } days and < Never ? now.AddDays(days) : null,
        };
    }

    private static string? Word(Misfit? scarce) => scarce switch
    {
        Misfit.TooLittleCpu => "cpu",
        Misfit.TooLittleMemory => "memory",
        Misfit.TooLittleDisk => "disk",
        _ => null,
    };

    private static async Task<IResult> Lose(HttpContext http, Cloud cloud, Authority authority, Inventory inventory)
    {
        var (who, hosts) = (Doors.Who(http), new SortedDictionary<int, PooledObject>());
        foreach (var word in http.Request.Query["host"].OfType<string>())
        {
            var (host, why) = Named.Find(inventory, PoolKind.Host, word, who);
            if (why is not null)
                return why;
            if (authority.May(who, Rights.Admin, host!) is { } no)
                return Problems.Of(no);
            hosts[host!.Id] = host;
        }

        if (hosts.Count == 0)
            return Problems.Bad("host", null, "Give host (id or name) for each host that would be lost.");
        var lost = await cloud.Lose([.. hosts.Keys.Select(id => new HostId(id))]);
        return Results.Ok(new LossPlan
        {
            Hosts = [.. hosts.Values.Select(h => h.Name)],
            Fits = lost.All(vm => vm.To is not null),
            Vms =
            [
                .. lost.Select(l => new LostVm(
                    l.Vm.Id.Value, authority.Shows(who, l.Vm) ? l.Vm.Name : null, l.Priority, l.Vm.Host!.Host.Value, l.Vm.Host.Hostname,
                    l.To?.Value, l.To is { } to ? inventory.NameOf(PoolKind.Host, to.Value) : null, l.Why, WhyForm.Of(l.Reasons))),
            ],
        });
    }
}
