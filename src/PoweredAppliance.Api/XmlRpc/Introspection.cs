using System.Collections.Immutable;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>The <c>system.*</c> methods that XML-RPC servers have beside their own. They need no session.</summary>
internal static class Introspection
{
    private const int MaxCalls = 64;

    /// <summary>All answers of one multicall are in memory at once.</summary>
    private const int MaxCharacters = 32 * 1024 * 1024;

    /// <summary>xmlrpc-c's code for what a server will not do.</summary>
    private const int Refused = -507;

    private static readonly ImmutableSortedDictionary<string, (string[] Types, string Help)> Own =
        new Dictionary<string, (string[], string)>
        {
            ["system.capabilities"] = (["struct"], "What this server can do beyond XML-RPC."),
            ["system.getCapabilities"] = (["struct"], "The specifications that this server keeps to."),
            ["system.listMethods"] = (["array"], "The names of all methods."),
            ["system.methodExist"] = (["boolean", "string"], "Is there a method of this name?"),
            ["system.methodHelp"] = (["string", "string"], "What the method of this name does."),
            ["system.methodSignature"] = (["array", "string"], "The types of the method's result and parameters."),
            ["system.multicall"] = (["array", "array"], $"Answers up to {MaxCalls} calls, one after the other."),
            ["system.shutdown"] = (["int", "string"], "Is refused: no client ends this server."),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static bool Knows(string method) => Own.ContainsKey(method);

    public static async Task<Reply> Answer(RpcCall call, MethodTable methods, Func<RpcCall, Task<Reply>> nested) => (call.Method, call.Values) switch
    {
        ("system.listMethods", _) => Bare(RpcValue.Of(
            methods.All.Select(m => m.Name).Concat(Own.Keys).Order(StringComparer.Ordinal).Select(name => (RpcValue)name))),
        ("system.methodExist", [RpcValue.Text name, ..]) => Bare(Knows(name.Value) || methods.Find(name.Value) is not null),
        ("system.methodHelp", [RpcValue.Text name, ..]) => Help(name.Value, methods),
        ("system.methodSignature", [RpcValue.Text name, ..]) => Types(name.Value, methods) is { } types
            ? Bare(RpcValue.Of(RpcValue.Of(types.Select(t => (RpcValue)t))))
            : new Reply.Fault(RpcFault.NotDefined(name.Value)),
        ("system.multicall", [RpcValue.Array calls, ..]) => await Multicall(calls, nested).ConfigureAwait(false),
        ("system.capabilities", _) => Bare(new RpcValue.Struct([new("protocol_version", 2)])),
        ("system.getCapabilities", _) => Bare(new RpcValue.Struct(
            [new("introspect", new RpcValue.Struct([new("specUrl", "http://xmlrpc-c.sourceforge.net/xmlrpc-c/introspection.html"), new("specVersion", 1)]))])),
        ("system.shutdown", _) => new Reply.Fault(new RpcFault(Refused, "This server is not ended by its clients.")),
        _ => new Reply.Fault(new RpcFault(RpcFault.WrongParameters, "Not enough parameters")),
    };

    private static Reply.Bare Bare(RpcValue value) => new(value);

    private static Reply Help(string name, MethodTable methods)
    {
        if (Own.TryGetValue(name, out var own))
            return Bare(own.Help);
        if (methods.Find(name) is not { } method)
            return new Reply.Fault(RpcFault.NotDefined(name));
        var parameters = string.Join(", ", method.Signature.Parameters.Select(p => p.Default is null ? p.Name : $"[{p.Name}]").Prepend("session"));
        return Bare($"{name}({parameters}){Compatibility.Say(method)}");
    }

    private static IEnumerable<string>? Types(string name, MethodTable methods) =>
        Own.TryGetValue(name, out var own) ? own.Types : methods.Find(name)?.Signature.Types;

    private static async Task<Reply> Multicall(RpcValue.Array calls, Func<RpcCall, Task<Reply>> nested)
    {
        if (calls.Items.Length > MaxCalls)
            return new Reply.Fault(new RpcFault(RpcFault.WrongParameters, $"At most {MaxCalls} calls in one, not {calls.Items.Length}"));
        var (answers, characters) = (new List<RpcValue>(calls.Items.Length), 0L);
        foreach (var item in calls.Items)
        {
            var call = Read(item);
            var reply = call switch
            {
                null => new Reply.Fault(new RpcFault(RpcFault.WrongParameters, "Each call is a struct of methodName and params")),
                { Method: "system.multicall" } => new Reply.Fault(new RpcFault(Refused, "Recursive system.multicall")),
                _ when characters > MaxCharacters => new Reply.Fault(new RpcFault(Refused, $"The answers before are over {MaxCharacters} characters")),
                _ => await nested(call).ConfigureAwait(false),
            };
            var answer = reply.Nested(call?.Method ?? "");
            characters += Length(answer);
            answers.Add(answer);
        }

        return Bare(RpcValue.Of(answers));
    }

    private static long Length(RpcValue value) => value switch
    {
        RpcValue.Text text => text.Value.Length,
        RpcValue.Array array => array.Items.Sum(Length),
        _ => 0,
    };

    private static RpcCall? Read(RpcValue item)
    {
        if (item is not RpcValue.Struct { Members: var members })
            return null;
        var name = members.FirstOrDefault(m => m.Key == "methodName").Value as RpcValue.Text;
        var values = members.FirstOrDefault(m => m.Key == "params").Value as RpcValue.Array;
        return name is null || values is null ? null : new RpcCall(name.Value, values.Items);
    }
}
