using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Methods;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>OpenNebula's XML-RPC on ports of its own.</summary>
public static class XmlRpcHosting
{
    public static IServiceCollection AddXmlRpc(this IServiceCollection services) => services
        .AddSingleton<Documents>()
        .AddSingleton<VmMethods>()
        .AddSingleton<VmPoolMethods>()
        .AddSingleton<PoolMethods>()
        .AddSingleton<HostMethods>()
        .AddSingleton<ImageMethods>()
        .AddSingleton<TemplateMethods>()
        .AddSingleton<NetworkMethods>()
        .AddSingleton<ClusterMethods>()
        .AddSingleton<UserMethods>()
        .AddSingleton<GroupMethods>()
        .AddSingleton<AclMethods>()
        .AddSingleton<ZoneMethods>()
        .AddSingleton<MethodTable>()
        .AddSingleton<Dispatcher>()
        .AddSingleton<XmlRpcEndpoint>();

    /// <summary>What comes in by this port is XML-RPC and nothing else.</summary>
    public static ListenOptions SpeaksXmlRpc(this ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection =>
        {
            connection.Features.Set(XmlRpcPort.Mark);
            return next(connection);
        });
        return listen;
    }

    /// <summary>Takes the requests of ports that <see cref="SpeaksXmlRpc"/>; the others go on.</summary>
    public static void UseXmlRpc(this IApplicationBuilder app)
    {
        var endpoint = app.ApplicationServices.GetRequiredService<XmlRpcEndpoint>();
        app.Use((context, next) => context.Features.Get<XmlRpcPort>() is null ? next(context) : endpoint.Answer(context));
    }

    private sealed class XmlRpcPort
    {
        public static readonly XmlRpcPort Mark = new();
    }
}
