using System.Buffers;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>What a call is answered with.</summary>
internal abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>A number or a text in OpenNebula's envelope.</summary>
    public sealed record Value(RpcValue Item) : Reply;

    /// <summary>An XML document in OpenNebula's envelope.</summary>
    public sealed record Xml(Document Document) : Reply;

    /// <summary>A failure in OpenNebula's envelope; the text gets the method's name in front.</summary>
    public sealed record No(Refusal Why) : Reply;

    public sealed record Fault(RpcFault Why) : Reply;

    /// <summary>Without an envelope, as the <c>system.*</c> methods answer.</summary>
    public sealed record Bare(RpcValue Item) : Reply;

    public static implicit operator Reply(Answer answer) => answer.Refusal is { } why ? new No(why) : new Value(answer.Id);
    public static implicit operator Reply(Refusal why) => new No(why);
    public static implicit operator Reply(Document document) => new Xml(document);
    public static implicit operator Reply(string text) => new Value(text);

    public static async Task<Reply> Of(Task<Answer> answer) => await answer.ConfigureAwait(false);

    /// <summary>The whole answer but for a document, which is sent piece by piece.</summary>
    public void WriteTo(IBufferWriter<byte> to, string method)
    {
        switch (this)
        {
            case Value { Item: var item }:
                XmlRpcWriter.WriteSuccess(to, item);
                break;
            case Xml { Document: var document }:
                XmlRpcWriter.WriteSuccess(to, document, static (writer, d) => d.WriteTo(writer));
                break;
            case No { Why: var why }:
                XmlRpcWriter.WriteFailure(to, Text(method, why), (int)why.Code, why.ObjectId);
                break;
            case Fault { Why: var why }:
                XmlRpcWriter.WriteFault(to, why);
                break;
            case Bare { Item: var item }:
                XmlRpcWriter.WriteBare(to, item);
                break;
        }
    }

    /// <summary>As one item of what system.multicall answers: an array of the result, or the fault as a struct.</summary>
    public RpcValue Nested(string method) => this switch
    {
        Value { Item: var item } => RpcValue.Of(RpcValue.Of(true, item, 0)),
        Xml { Document: var document } => RpcValue.Of(RpcValue.Of(true, Documents.Text(document), 0)),
        No { Why: var why } => RpcValue.Of(RpcValue.Of(false, Text(method, why), (int)why.Code, why.ObjectId, new RpcValue.Long(-1))),
        Fault { Why: var why } => new RpcValue.Struct([new("faultCode", why.Code), new("faultString", why.Text)]),
        Bare { Item: var item } => RpcValue.Of(item),
        _ => throw new InvalidOperationException($"a reply of type {GetType().Name} has no value"),
    };

    /// <summary>As OpenNebula words it: the method in front.</summary>
    public static string Text(string method, Refusal why) => $"[{method}] {why.Text}";
}
