using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PoweredAppliance.Api;

/// <summary>What answers alone on a port of its own; every other port speaks REST.</summary>
public enum Face { XmlRpc, OneGate, OneFlow }

public static class Faces
{
    /// <summary>What comes in by this port is for this face and nothing else.</summary>
    public static ListenOptions Speaks(this ListenOptions listen, Face face)
    {
        listen.Protocols = HttpProtocols.Http1;
        var mark = new Mark(face);
        listen.Use(next => connection =>
        {
            connection.Features.Set(mark);
            return next(connection);
        });
        return listen;
    }

    /// <summary>Takes the requests of the ports that speak it; the others go on.</summary>
    internal static void Use(this IApplicationBuilder app, Face face, RequestDelegate answer) =>
        app.Use((context, next) => context.Features.Get<Mark>()?.Face == face ? answer(context) : next(context));

    private sealed record Mark(Face Face);
}
