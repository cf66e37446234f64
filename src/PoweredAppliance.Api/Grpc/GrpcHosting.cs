using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Grpc;

/// <summary>OpenNebula's gRPC interface on a port of its own: HTTP/2 without TLS, as its clients speak it.</summary>
public static class GrpcHosting
{
    public static IServiceCollection AddGrpcCalls(this IServiceCollection services)
    {
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = RpcLimits.Default.MaxBytes);
        return services
            .AddSingleton<GrpcCalls>()
            .AddSingleton<IServiceMethodProvider<GrpcCalls>, GrpcMethods>();
    }

    /// <summary>What comes in by this port is gRPC and nothing else.</summary>
    public static ListenOptions SpeaksGrpc(this ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        listen.Use(next => connection =>
        {
            connection.Features.Set(GrpcPort.Mark);
            return next(connection);
        });
        return listen;
    }

    /// <summary>Behind the routing: gRPC is answered on ports that <see cref="SpeaksGrpc"/>, everything else on the others.</summary>
    internal static void UseGrpcCalls(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            var routed = http.GetEndpoint()?.Metadata.GetMetadata<GrpcPort>();
            if (http.Features.Get<GrpcPort>() == routed)
                return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.MapGroup("").WithMetadata(GrpcPort.Mark).MapGrpcService<GrpcCalls>();
    }

    private sealed class GrpcPort
    {
        public static readonly GrpcPort Mark = new();
    }
}
