using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Rest;

/// <summary>How this controller is set up, for /status.</summary>
/// <param name="Members">the control plane as this controller sees it</param>
public sealed record ApiFacts(
    IReadOnlyDictionary<string, string> Addresses, string Journal, DateTimeOffset Started, Func<IReadOnlyList<Controller>> Members);

internal static class ZoneRoutes
{
    public const string OpenNebula = "7.4.0";
    public static readonly string Version = typeof(ZoneRoutes).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
    private static readonly TimeSpan TokenLives = TimeSpan.FromHours(10);

    public static void MapZone(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Version, () => new ApiVersion(Version, OpenNebula, "v1")).WithMetadata(new OpenDoor())
            .Says<ApiVersion>("Which API this is; needs no log-in.");
        routes.MapGet(Routes.Status, Status).Says<Status>("The appliance at a glance.");
        routes.MapGet(Routes.Me, (HttpContext http, Inventory inventory) =>
            Results.Ok(PoolForms.User(inventory, inventory.Find(PoolKind.User, Doors.Who(http).User.Value)!))).Says<User>("The user who asks.");
        routes.MapPost(Routes.Login, Login).Says<LoginReply>("Makes a login token.");
    }

    private static Status Status(Inventory inventory, ApiFacts facts, TimeProvider time)
    {
        var hosts = inventory.All(PoolKind.Host).Values.Select(h => (h.Name, Picture: inventory.Host(new(h.Id)))).ToList();
        var monitored = hosts.Where(h => h.Picture?.State is HostState.Monitored).Select(h => h.Picture!).ToList();
        var (usable, allocated) = (
            monitored.Aggregate(default(Capacity), (sum, h) => sum + h.Usable), monitored.Aggregate(default(Capacity), (sum, h) => sum + h.Allocated));
        return new()
        {
            Version = Version,
            OpenNebula = OpenNebula,
            Addresses = facts.Addresses,
            Journal = facts.Journal,
            Started = facts.Started,
            UptimeSeconds = (long)(time.GetUtcNow() - facts.Started).TotalSeconds,
            Hosts = Counted(hosts.Select(h => (h.Picture?.State ?? HostState.Init).ToString().ToUpperInvariant())),
            Vms = Counted(inventory.Vms.Ascending().Where(vm => vm.State is not VmState.Done).Select(vm => StateNames.Of(vm.State, vm.Lcm))),
            Capacity = new(usable.CpuPercent, usable.MemoryKibibytes / 1024),
            Allocated = new(allocated.CpuPercent, allocated.MemoryKibibytes / 1024),
            ControlPlane = facts.Members(),
            Warnings =
            [
                .. hosts.Where(h => h.Picture?.Silence is not null).Select(h => $"host {h.Name} does not answer: {h.Picture!.Silence}"),
                .. monitored.Where(h => h.Facts?.Acceleration.StartsWith("tcg", StringComparison.Ordinal) == true)
                    .Select(h => $"host {inventory.NameOf(PoolKind.Host, h.Id.Value)} emulates guests in software ({h.Facts!.Acceleration})"),
            ],
        };
    }

    private static SortedDictionary<string, int> Counted(IEnumerable<string> words) =>
        new(words.GroupBy(w => w).ToDictionary(g => g.Key, g => g.Count()), StringComparer.Ordinal);

    private static async Task<IResult> Login(HttpContext http, LoginAsk asked, UserOperations users, Inventory inventory, TimeProvider time)
    {
        var who = Doors.Who(http);
        var name = inventory.NameOf(PoolKind.User, who.User.Value);
        var seconds = asked.ExpireSeconds ?? (long)TokenLives.TotalSeconds;
        if (seconds is < 1 or > int.MaxValue)
            return Problems.Bad("expireSeconds", $"{seconds}", "expireSeconds must be 1 or more.");
        var (token, why) = await users.Login(who, name, "", (int)seconds, group: OnlyGroup(inventory, who));
        return why is null ? Results.Ok(new LoginReply(name, token!, time.GetUtcNow().AddSeconds(seconds))) : Problems.Of(why);
    }

    /// <summary>A session that a token holds to one group makes no token for more.</summary>
    private static int OnlyGroup(Inventory inventory, Subject who) =>
        who.Groups.Length == 1 && (inventory.Find(PoolKind.User, who.User.Value)?.Fact("GIDS") ?? "1").Contains(',', StringComparison.Ordinal) ? who.Group.Value : -1;
}
