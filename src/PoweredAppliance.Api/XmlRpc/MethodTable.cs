using System.Collections.Frozen;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>
/// Every method of OpenNebula by its name. Those without a handler are known to tools and answered with an error that says so:
/// never with a success that did nothing.
/// </summary>
internal sealed class MethodTable
{
    private readonly FrozenDictionary<string, RpcMethod> _methods;

    public MethodTable(IEnumerable<IMethods> methods)
    {
        var handlers = new Dictionary<string, Handler>(StringComparer.Ordinal);
        foreach (var (name, handler) in methods.SelectMany(m => m.All))
            handlers.Add(name, handler);
        if (handlers.Keys.FirstOrDefault(name => !Signatures.All.ContainsKey(name)) is { } unknown)
            throw new InvalidOperationException($"{unknown} has a handler and no signature");
        _methods = Signatures.All.Values
            .Select(s => new RpcMethod(s, handlers.GetValueOrDefault(s.Method)))
            .ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);
    }

    public RpcMethod? Find(string name) => _methods.GetValueOrDefault(name);

    public IEnumerable<RpcMethod> All => _methods.Values;

    public static Refusal Unsupported(string method, int id) => new(
        ErrorCode.Action, $"Action \"{method["one.".Length..]}\" is not supported by this version of the appliance.", ObjectId: id);
}
