using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Pools;

/// <summary>STATE of a marketplace app, by OpenNebula's numbers.</summary>
public enum AppState { Init, Ready, Locked, Error, Disabled }

public enum AppType { Unknown, Image, VmTemplate, ServiceTemplate }

/// <summary>What marketplaces and their apps must have and get, by OpenNebula's rules.</summary>
public static class MarketRules
{
    /// <summary>Fact of an app: the number of its marketplace.</summary>
    public const string MarketFact = "MARKETPLACE_ID";

    /// <summary>The driver of marketplaces whose apps are files in a folder of the controller that a web server shows.</summary>
    public const string Http = "http";

    private static readonly ImmutableArray<string> HttpNeeds = ["BASE_URL", "PUBLIC_DIR"];

    /// <summary>What an app's template says only once, when it is made; the appliance knows it from there on.</summary>
    private static readonly ImmutableArray<string> Known = ["SOURCE", "SIZE", "MD5", "FORMAT", "REGTIME", "ORIGIN_ID", "ZONE_ID"];

    public static AppState StateOf(PooledObject app) => (AppState)app.FactInt("STATE");

    public static AppType TypeOf(PooledObject app) => (AppType)app.FactInt("TYPE", (int)AppType.Image);

    internal static (PooledObject? Made, Refusal? Why) Market(PooledObject o)
    {
        var driver = o.Template["MARKET_MAD"] is { Length: > 0 } given ? given : o.Fact("MARKET_MAD") ?? "";
        if (driver.Length == 0)
            return (null, Bad("MARKET_MAD", driver, "No marketplace driver (MARKET_MAD) in template."));
        if (driver is not Http)
            return (null, Bad("MARKET_MAD", driver, $"MARKET_MAD_CONF named \"{driver}\" is not defined in oned.conf"));
        if (HttpNeeds.FirstOrDefault(name => string.IsNullOrEmpty(o.Template[name])) is { } missing)
            return (null, Bad(missing, o.Template[missing], $"MarketPlace template is missing the \"{missing}\" attribute or it's empty."));
        var (url, folder) = (o.Template["BASE_URL"]!, o.Template["PUBLIC_DIR"]!);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var read) || read.Scheme is not ("http" or "https"))
            return (null, Bad("BASE_URL", url, $"BASE_URL must be an http or https URL, it is '{url}'."));
        if (!Path.IsPathRooted(folder))
            return (null, Bad("PUBLIC_DIR", folder, $"PUBLIC_DIR must be an absolute path on the controller, it is '{folder}'."));
        var template = o.Template.Without("ZONE_ID").Without("STATE").Set("MARKET_MAD", driver);
        return ((o with { Template = template }).With("MARKET_MAD", driver).With("ZONE_ID", "0").With("STATE", o.Fact("STATE") ?? "0"), null);
    }

    internal static (PooledObject? Made, Refusal? Why) App(PooledObject o)
    {
        if (o.Template["ORIGIN_ID"] is not { Length: > 0 } origin)
            return (null, Bad("ORIGIN_ID", null, "Missing ORIGIN_ID for the MARKETPLACEAPP"));
        var type = o.Template["TYPE"] is { Length: > 0 } word
            ? Enum.TryParse<AppType>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var read) ? read : AppType.Unknown
            : AppType.Image;
        if (type is AppType.Unknown)
            return (null, Bad("TYPE", o.Template["TYPE"], $"TYPE must be IMAGE, VMTEMPLATE or SERVICE_TEMPLATE, it is '{o.Template["TYPE"]}'."));
        var made = Described(o).With("ORIGIN_ID", origin).With("TYPE", Number((int)type)).With("ZONE_ID", "0")
            .With("STATE", Number((int)(type is AppType.Image ? AppState.Locked : AppState.Ready)));
        return (made, null);
    }

    internal static (PooledObject? Made, Refusal? Why) AppUpdated(PooledObject next) => (Described(next), null);

    private static PooledObject Described(PooledObject o) => (o with { Template = Known.Aggregate(o.Template, (left, name) => left.Without(name)) })
        .Telling("DESCRIPTION", o.Template["DESCRIPTION"]).Telling("APPTEMPLATE64", o.Template["APPTEMPLATE64"])
        .Telling("VERSION", o.Template["VERSION"] is { Length: > 0 } version ? version : o.Fact("VERSION") ?? "0.0");

    private static PooledObject Telling(this PooledObject o, string fact, string? value) => value is { Length: > 0 } ? o.With(fact, value) : o;

    /// <summary>Disabled, its apps stay but nobody gets a new one in.</summary>
    public sealed record EnableMarket(int Id, bool On) : PoolProtocol.Change(PoolKind.Marketplace, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool) => (o.With("STATE", On ? "0" : "1"), null);
    }

    /// <summary>Nothing happens to one that is on its way or failed.</summary>
    public sealed record EnableApp(int Id, bool On) : PoolProtocol.Change(PoolKind.MarketplaceApp, Id)
    {
        public override (PooledObject? Next, Refusal? Why) Of(PooledObject o, ObjectPool pool) => StateOf(o) is AppState.Ready or AppState.Disabled
            ? (o.With("STATE", Number((int)(On ? AppState.Ready : AppState.Disabled))), null)
            : (o, null);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static Refusal Bad(string field, string? value, string text) => new(ErrorCode.Allocate, text, field, value);
}
