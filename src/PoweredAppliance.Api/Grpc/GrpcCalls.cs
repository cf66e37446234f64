using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Grpc;

/// <summary>Answers gRPC calls as the XML-RPC methods that they are: the same checks, the same handlers, the same words.</summary>
internal sealed class GrpcCalls(Dispatcher dispatcher, Gate gate, ApiFacts facts)
{
    /// <summary>A status goes into a header, and clients take 8 KiB of headers; each character may take up to nine bytes there.</summary>
    private const int LongestText = 800;

    /// <summary>Documents that name the port of the API name that of XML-RPC.</summary>
    private readonly int _xmlRpcPort = new Uri(facts.Addresses["xmlrpc"]).Port;

    public async Task<GrpcAnswer> Answer(GrpcCall call, RpcCall request, ServerCallContext server)
    {
        if (!gate.IsOpen)
            throw Failed(StatusCode.Unavailable, "The controller is recovering; try again in a second.");
        var http = server.GetHttpContext();
        var from = new Origin("grpc", http.Connection.RemoteIpAddress, _xmlRpcPort, http.TraceIdentifier);
        return await dispatcher.Answer(request, from, server.CancellationToken).ConfigureAwait(false) switch
        {
            Reply.Value { Item: RpcValue.Int { Value: var id } } => call.AnswersXml ? GrpcAnswer.OfXml(id) : new GrpcAnswer.Id(id),
            Reply.Value { Item: RpcValue.Text { Value: var text } } when call.AnswersXml => new GrpcAnswer.Text(text),
            Reply.Xml { Document: var document } when call.AnswersXml => new GrpcAnswer.Xml(document),
            Reply.No { Why: var why } => throw Failed(Status(why.Code), Reply.Text(request.Method, why)),
            Reply.Fault { Why: var why } => throw Failed(StatusCode.InvalidArgument, why.Text),
            var other => throw new InvalidOperationException($"{request.Method} answered with a {other.GetType().Name}, which {call.Service}/{call.Name} cannot carry"),
        };
    }

    public static RpcException Failed(StatusCode code, string text) =>
        new(new Status(code, text.Length <= LongestText ? text : text[..LongestText] + "..."));

    private static StatusCode Status(ErrorCode code) => code switch
    {
        ErrorCode.Authentication => StatusCode.Unauthenticated,
        ErrorCode.Authorization or ErrorCode.Locked => StatusCode.PermissionDenied,
        ErrorCode.NoExists => StatusCode.NotFound,
        ErrorCode.RpcApi => StatusCode.InvalidArgument,
        ErrorCode.Allocate => StatusCode.AlreadyExists,
        _ => StatusCode.Internal,
    };
}

/// <summary>Tells the gRPC server its services, from the table instead of generated code.</summary>
internal sealed class GrpcMethods : IServiceMethodProvider<GrpcCalls>
{
    private static readonly Marshaller<GrpcAnswer> Answers = Marshallers.Create<GrpcAnswer>(
        static answer => answer.Message(), static _ => throw new NotSupportedException("a server reads no answers"));

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcCalls> context)
    {
        foreach (var call in GrpcTable.All)
            context.AddUnaryMethod(
                new Method<RpcCall, GrpcAnswer>(MethodType.Unary, call.Service, call.Name, Requests(call), Answers),
                metadata: [],
                (calls, request, server) => calls.Answer(call, request, server));
    }

    private static Marshaller<RpcCall> Requests(GrpcCall call) => Marshallers.Create<RpcCall>(
        static _ => throw new NotSupportedException("a server writes no requests"),
        bytes =>
        {
            try
            {
                return call.Read(bytes);
            }
            catch (BadMessageException e)
            {
                throw GrpcCalls.Failed(StatusCode.InvalidArgument, e.Message);
            }
        });
}
