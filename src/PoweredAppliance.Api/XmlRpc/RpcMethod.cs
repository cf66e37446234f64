using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>A call of a known method by somebody who is known. Parameters count from 1, behind the session.</summary>
/// <param name="Port">that it came in by</param>
internal sealed record Call(Subject Who, string Method, RpcArguments Arguments, int Port)
{
    public int Int(int index) => Arguments.Int(index);
    public bool Bool(int index) => Arguments.Bool(index);
    public string Text(int index) => Arguments.Text(index);

    /// <summary>The id that most methods begin with.</summary>
    public int Id => Arguments.Int(1);

    /// <summary>The nine numbers of chmod, from the second parameter on.</summary>
    public int[] Nine => [.. Enumerable.Range(2, 9).Select(Arguments.Int)];

    /// <summary>A parameter that is a template, or why it is none.</summary>
    public (Template? Template, Refusal? Why) Template(int index) =>
        Core.Templates.Template.TryParse(Text(index), out var template, out var error)
            ? (template, null)
            : (null, new(ErrorCode.Internal, error));

    /// <summary>The last parameter of update methods: 0 replaces, 1 appends.</summary>
    public (bool Append, Refusal? Why) Append(int index) => Int(index) switch
    {
        0 => (false, null),
        1 => (true, null),
        var other => (false, new(ErrorCode.RpcApi, $"Wrong update type {other}", "append", $"{other}", Id)),
    };
}

internal delegate Task<Reply> Handler(Call call);

/// <param name="Handler">null: OpenNebula has the method, the appliance does not</param>
internal sealed record RpcMethod(MethodSignature Signature, Handler? Handler)
{
    public string Name => Signature.Method;
}
