using System.Text.Json.Serialization;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

/// <summary>
/// How the contract is written: camelCase, times as ISO 8601 in UTC, absent rather than null. Readers pass over fields
/// they do not know.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ApiVersion))]
[JsonSerializable(typeof(LoginAsk))]
[JsonSerializable(typeof(LoginReply))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Change))]
[JsonSerializable(typeof(VmCreate))]
[JsonSerializable(typeof(Instantiate))]
[JsonSerializable(typeof(HostAdd))]
[JsonSerializable(typeof(ImageAdd))]
[JsonSerializable(typeof(TemplateCreate))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(TwoFactorSecret))]
[JsonSerializable(typeof(TwoFactorCode))]
[JsonSerializable(typeof(RecoveryCodes))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(IReadOnlyList<AuditEntry>))]
[JsonSerializable(typeof(VmWhy))]
[JsonSerializable(typeof(Headroom))]
[JsonSerializable(typeof(LossPlan))]
[JsonSerializable(typeof(IReadOnlyList<Vm>))]
[JsonSerializable(typeof(IReadOnlyList<VmEvent>))]
[JsonSerializable(typeof(IReadOnlyList<Host>))]
[JsonSerializable(typeof(IReadOnlyList<Image>))]
[JsonSerializable(typeof(IReadOnlyList<VmTemplate>))]
[JsonSerializable(typeof(IReadOnlyList<Network>))]
[JsonSerializable(typeof(IReadOnlyList<Datastore>))]
public sealed partial class WireJson : JsonSerializerContext;
