using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.zone.*, one.system.*</summary>
internal sealed class ZoneMethods(Documents documents, Cloud cloud, Authority authority) : IMethods
{
    /// <summary>The version of OpenNebula whose API this is.</summary>
    public const string Version = "7.4.0";

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.zone.info"] = c => Task.FromResult(documents.Zone(c.Id) is { } zone ? zone : (Reply)Refusal.NotFound("zone", c.Id)),
        ["one.zone.allocate"] = _ => Task.FromResult<Reply>(new Refusal(ErrorCode.Allocate, "New zones can only be created at federation master")),
        ["one.zone.delete"] = c => Changed(c, () => Task.FromResult<Reply>(
            new Refusal(ErrorCode.Action, "Cannot delete zone. System Zones (ID < 100) cannot be deleted.", ObjectId: c.Id))),
        ["one.zone.enable"] = c => Here(c, "Enable/disable mode have to be set through the target zone endpoints",
            () => Reply.Of(cloud.Zone(new ZoneProtocol.Enable(c.Id, c.Bool(2))))),
        ["one.zone.addserver"] = c => Here(c, "Servers have to be added through the target zone endpoints", () => AddServer(c)),
        ["one.zone.delserver"] = c => Here(c, "Servers have to be deleted through the target zone endpoints", () => NoServer(c)),
        ["one.zone.resetserver"] = c => Here(c, "Servers have to be deleted through the target zone endpoints", () => NoServer(c)),
        ["one.zone.rename"] = c => Changed(c, () => Reply.Of(cloud.Zone(new ZoneProtocol.Rename(c.Id, c.Text(2))))),
        ["one.zone.update"] = c => Changed(c, () => c.Append(3) is var (append, wrong) && wrong is null
            ? c.WithTemplate(2, given => cloud.Zone(new ZoneProtocol.Update(c.Id, given, append)))
            : Task.FromResult<Reply>(wrong!)),
        ["one.zonepool.info"] = _ => Task.FromResult<Reply>(documents.Zones()),
        ["one.zone.raftstatus"] = _ => Task.FromResult<Reply>(Documents.Raft()),
        ["one.system.version"] = _ => Task.FromResult<Reply>(Version),
        ["one.system.config"] = c => Task.FromResult(c.Who.IsAdmin
            ? documents.Configuration(c.Port, RpcLimits.Default.MaxBytes)
            : (Reply)new Refusal(ErrorCode.Authorization, $"User [{c.Who.User}] : Only members of group oneadmin may read the configuration.")),
    };

    /// <summary>Controllers find each other by their settings; a list of servers in the zone's record would be nobody's.</summary>
    private static Task<Reply> AddServer(Call call) => Task.FromResult<Reply>(call.Template(2) switch
    {
        (null, { } why) => why with { Code = ErrorCode.Action },
        ({ } given, _) when given.Vector("SERVER") is null => new Refusal(ErrorCode.Action, "SERVER not found in template", "SERVER", null, call.Id),
        _ => new Refusal(ErrorCode.Action, "Controllers of the appliance join by their settings, no SERVER can be added to the zone.", ObjectId: call.Id),
    });

    private static Task<Reply> NoServer(Call call) => Task.FromResult<Reply>(
        new Refusal(ErrorCode.Action, "SERVER not found in zone", "SERVER_ID", $"{call.Int(2)}", call.Id));

    /// <summary>Of this zone alone, and for who administers it.</summary>
    private Task<Reply> Here(Call call, string elsewhere, Func<Task<Reply>> act) => documents.Zone(call.Id) is null
        ? Task.FromResult<Reply>(new Refusal(ErrorCode.Action, elsewhere, ObjectId: call.Id))
        : Changed(call, act);

    private Task<Reply> Changed(Call call, Func<Task<Reply>> change) => documents.Zone(call.Id) is null
        ? Task.FromResult<Reply>(Refusal.NotFound("zone", call.Id))
        : authority.MayZone(call.Who, Rights.Admin, call.Id) is { } why ? Task.FromResult<Reply>(why) : change();
}
