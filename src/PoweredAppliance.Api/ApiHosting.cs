using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Metrics;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Client;

namespace PoweredAppliance.Api;

/// <summary>The faces of the appliance: XML-RPC on its own port; REST, metrics and health on the other.</summary>
public static class ApiHosting
{
    public static IServiceCollection AddPoweredApi(this IServiceCollection services)
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
            .AddSingleton<Sessions>()
            .AddSingleton<TokenOwners>()
            .AddSingleton<Uploads>()
            .AddSingleton<OpenStreams>()
            .AddSingleton<Authority>()
            .AddSingleton<VmOperations>()
            .AddSingleton<PoolOperations>()
            .AddSingleton<HostOperations>()
            .AddSingleton<ImageOperations>()
            .AddSingleton<NetworkOperations>()
            .AddSingleton<UserOperations>()
            .AddHostedService<ProfileEnrolment>()
            .AddXmlRpc();
    }

    /// <summary>Health and metrics need no log-in; everything else does.</summary>
    public static void UsePoweredApi(this WebApplication app)
    {
        app.UseXmlRpc();
        app.Use(AnswerHead);
        app.UseRouting();
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(30), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.UseMetrics();
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Routes.Root), rest => rest.UseMiddleware<Doors>());
        app.MapOpenApi("/openapi/v1.json");
        var rest = app.MapGroup(Routes.Root);
        rest.MapZone();
        rest.MapVms();
        rest.MapPools();
        rest.MapStreams();
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
