using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.XmlRpc.Methods;

/// <summary>one.zone.*, one.system.*</summary>
internal sealed class ZoneMethods(Documents documents)
{
    /// <summary>The version of OpenNebula whose API this is.</summary>
    public const string Version = "7.4.0";

    public Dictionary<string, Handler> All => new(StringComparer.Ordinal)
    {
        ["one.zone.info"] = c => Task.FromResult(documents.Zone(c.Id) is { } zone ? zone : (Reply)Refusal.NotFound("zone", c.Id)),
        ["one.zonepool.info"] = _ => Task.FromResult<Reply>(documents.Zones()),
        ["one.zone.raftstatus"] = _ => Task.FromResult<Reply>(Documents.Raft()),
        ["one.system.version"] = _ => Task.FromResult<Reply>(Version),
        ["one.system.config"] = c => Task.FromResult(c.Who.IsAdmin
            ? documents.Configuration(c.Port, RpcLimits.Default.MaxBytes)
            : (Reply)new Refusal(ErrorCode.Authorization, $"User [{c.Who.User}] : Only members of group oneadmin may read the configuration.")),
    };
}
