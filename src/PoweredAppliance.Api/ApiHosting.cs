using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Grpc;
using PoweredAppliance.Api.Metrics;
using PoweredAppliance.Api.OneFlow;
using PoweredAppliance.Api.OneGate;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Client;
using PoweredAppliance.ControlPlane.Workflows;

namespace PoweredAppliance.Api;

/// <summary>The faces of the appliance: XML-RPC, gRPC, OneFlow and OneGate on ports of their own; REST, metrics and health on another.</summary>
public static class ApiHosting
{
    public static IServiceCollection AddPoweredApi(this IServiceCollection services, AuthSettings authentication)
    {
        MetricsHosting.KeepOurs();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // the doors answer it as a problem
        services.AddOpenApi("v1", Described.Document);
        return services
            .AddSingleton<Gate>()
            .AddSingleton<AuditLog>()
            .AddHostedService(services => services.GetRequiredService<AuditLog>())
            .AddSingleton<AuditSearch>()
            .AddAuthentication(authentication)
            .AddSingleton<TokenOwners>()
            .AddSingleton<Uploads>()
            .AddSingleton<OpenStreams>()
            .AddSingleton<Authority>()
            .AddSingleton<VmOperations>()
            .AddSingleton<VmChangeOperations>()
            .AddSingleton<VmSaveOperations>()
            .AddSingleton<VmConfigurationOperations>()
            .AddSingleton<PoolOperations>()
            .AddSingleton<TemplateOperations>()
            .AddSingleton<HostOperations>()
            .AddSingleton<ImageOperations>()
            .AddSingleton<DatastoreOperations>()
            .AddSingleton<MarketOperations>()
            .AddSingleton<NetworkOperations>()
            .AddSingleton<RouterOperations>()
            .AddSingleton<UserOperations>()
            .AddSingleton<AccessChanges>()
            .AddSingleton<SecurityUpdates>()
            .AddSingleton<CredentialOperations>()
            .AddHostedService<ProfileEnrolment>()
            .AddOneFlow()
            .AddOneGate()
            .AddXmlRpc()
            .AddGrpcCalls();
    }

    private static IServiceCollection AddOneFlow(this IServiceCollection services) => services
        .AddSingleton<OwnersVms>()
        .AddSingleton<MakeVmFor>(services => services.GetRequiredService<OwnersVms>().Make)
        .AddSingleton<FlowRuns>()
        .AddSingleton<FlowOperations>()
        .AddSingleton<FlowDocuments>()
        .AddSingleton<FlowCalls>()
        .AddSingleton<FlowTemplateCalls>()
        .AddSingleton<OneFlowEndpoint>();

    private static IServiceCollection AddOneGate(this IServiceCollection services) => services
        .AddSingleton<GuestLimits>()
        .AddSingleton<GuestDocuments>()
        .AddSingleton<GuestCalls>()
        .AddSingleton<OneGateEndpoint>();

    /// <summary>Health and metrics need no log-in; everything else does.</summary>
    public static void UsePoweredApi(this WebApplication app)
    {
        if (app.Services.GetRequiredService<AuthSettings>().TrustedProxies is { Count: > 0 } proxies)
            app.UseForwardedHeaders(ForwardedBy(proxies));
        app.Use(Face.XmlRpc, app.Services.GetRequiredService<XmlRpcEndpoint>().Answer);
        app.Use(Face.OneFlow, app.Services.GetRequiredService<OneFlowEndpoint>().Answer);
        app.Use(Face.OneGate, app.Services.GetRequiredService<OneGateEndpoint>().Answer);
        app.Use(AnswerHead);
        app.UseRouting();
        app.UseGrpcCalls();
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.UseMetrics();
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Routes.Root), rest => rest.UseMiddleware<RequestAudit>().UseMiddleware<Doors>());
        app.MapOpenApi("/openapi/v1.json");
        var rest = app.MapGroup(Routes.Root);
        rest.MapZone();
        rest.MapVms();
        rest.MapPools();
        rest.MapPlans();
        rest.MapStreams();
        rest.MapAudit();
        rest.MapTwoFactor();
    }

    /// <summary>The address of a client behind a proxy is what the proxy says, if it is one of ours: lockouts and the audit log go by it.</summary>
    private static ForwardedHeadersOptions ForwardedBy(IEnumerable<System.Net.IPNetwork> proxies)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        return options;
    }

    /// <summary>A HEAD is the GET without its body, which the web server leaves out by itself; streams have no end to wait for.</summary>
    private static Task AnswerHead(HttpContext http, RequestDelegate next)
    {
        string[] streams = [Routes.Watch, "/log", "/console"];
        if (HttpMethods.IsHead(http.Request.Method) && !streams.Any(s => http.Request.Path.Value?.EndsWith(s, StringComparison.Ordinal) == true))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    }
}
