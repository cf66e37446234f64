using System.Collections.Immutable;
using PoweredAppliance.Api.Audit;

namespace PoweredAppliance.Api.XmlRpc.Wire;

public enum RpcType
{
    Int,
    Bool,
    Text,
    Long,
    Ints,
}

/// <param name="Name">For people.</param>
/// <param name="Default">Null when the parameter must be there.</param>
public sealed record RpcParameter(string Name, RpcType Type, RpcValue? Default = null)
{
    /// <summary>What is given for it gets into no log.</summary>
    internal bool IsSecret { get; } = Secrets.IsNameOfOne(Name);
}

/// <summary>A method's name and what it takes behind the session string. Parameters behind the last known one are
/// ignored.</summary>
public sealed record MethodSignature(string Method, ImmutableArray<RpcParameter> Parameters)
{
    /// <summary>Reads the notation of the method tables: <c>int id, bool decrypt?=false, string template?=""</c>; the
    /// types are int, bool, string, long and ints (an array of int, whose default is always []).</summary>
    /// <exception cref="FormatException">The notation is wrong, or something required stands behind something
    /// optional.</exception>
    public static MethodSignature Of(string method, string parameters = "")
    {
        var read = parameters.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Parameter).ToImmutableArray();
        if (read.SkipWhile(p => p.Default is null).Any(p => p.Default is null))
            throw new FormatException($"{method}: a required parameter behind an optional one");
        return new MethodSignature(method, read);
    }

    /// <summary>As <c>system.methodSignature</c> tells it: the result, the session, then the parameters.</summary>
    public IEnumerable<string> Types => ["array", "string", .. Parameters.Select(p => p.Type switch
    {
        RpcType.Bool => "boolean",
        RpcType.Text => "string",
        RpcType.Long => "i8",
        RpcType.Ints => "array",
        _ => "int",
    })];

    /// <summary>The session string, read before anything else of the call is looked at.</summary>
    public static (string? Session, RpcFault? Fault) Session(RpcCall call) => call.Values switch
    {
        [] => (null, new RpcFault(RpcFault.UnexpectedError, "Unexpected error: a call without parameters")),
        [RpcValue.Text session, ..] => (session.Value, null),
        _ => (null, WrongType(RpcType.Text)),
    };

    /// <summary>The parameters behind the session, with defaults filled in.</summary>
    public (RpcArguments? Arguments, RpcFault? Fault) Bind(RpcCall call)
    {
        var bound = ImmutableArray.CreateBuilder<RpcValue>(Parameters.Length);
        for (var i = 0; i < Parameters.Length; i++)
        {
            var (_, type, otherwise) = Parameters[i];
            var given = i + 1 < call.Values.Length ? call.Values[i + 1] : otherwise;
            if (given is null)
                return (null, new RpcFault(RpcFault.WrongParameters, "Not enough parameters"));
            if (!Fits(given, type))
                return (null, WrongType(type));
            bound.Add(given);
        }

        return (new RpcArguments(bound.MoveToImmutable()), null);
    }

    private static bool Fits(RpcValue value, RpcType type) => (value, type) switch
    {
        (RpcValue.Int, RpcType.Int) or (RpcValue.Bool, RpcType.Bool) or (RpcValue.Text, RpcType.Text) => true,
        (RpcValue.Int or RpcValue.Long, RpcType.Long) => true,
        (RpcValue.Array array, RpcType.Ints) => array.Items.All(i => i is RpcValue.Int),
        _ => false,
    };

    private static RpcFault WrongType(RpcType type)
    {
        var word = type switch
        {
            RpcType.Bool => "boolean",
            RpcType.Text => "string",
            RpcType.Long => "64-bit integer",
            RpcType.Ints => "array of integers",
            _ => "integer",
        };
        return new RpcFault(RpcFault.WrongParameters, $"Parameter that is supposed to be {word} is not");
    }

    private static RpcParameter Parameter(string text)
    {
        var equals = text.IndexOf("?=", StringComparison.Ordinal);
        var words = (equals < 0 ? text : text[..equals]).Split(' ');
        var otherwise = equals < 0 ? null : text[(equals + 2)..];
        return (words, otherwise) switch
        {
            (["int", var name], null) => new(name, RpcType.Int),
            (["int", var name], _) => new(name, RpcType.Int, int.Parse(otherwise)),
            (["bool", var name], null) => new(name, RpcType.Bool),
            (["bool", var name], _) => new(name, RpcType.Bool, bool.Parse(otherwise)),
            (["string", var name], null) => new(name, RpcType.Text),
            (["string", var name], ['"', .. var inner, '"']) => new(name, RpcType.Text, inner),
            (["long", var name], null) => new(name, RpcType.Long),
            (["long", var name], _) => new(name, RpcType.Long, new RpcValue.Long(long.Parse(otherwise))),
            (["ints", var name], null) => new(name, RpcType.Ints),
            (["ints", var name], "[]") => new(name, RpcType.Ints, RpcValue.Of()),
            _ => throw new FormatException($"not a parameter: '{text}'"),
        };
    }
}

/// <summary>Bound parameters. They are counted as on the wire, where 0 is the session: the first one here is
/// 1.</summary>
public sealed record RpcArguments(ImmutableArray<RpcValue> Values)
{
    public int Int(int index) => ((RpcValue.Int)Values[index - 1]).Value;

    public bool Bool(int index) => ((RpcValue.Bool)Values[index - 1]).Value;

    public string Text(int index) => ((RpcValue.Text)Values[index - 1]).Value;

    public long Long(int index) =>
        Values[index - 1] is RpcValue.Int small ? small.Value : ((RpcValue.Long)Values[index - 1]).Value;

    public ImmutableArray<int> Ints(int index) =>
        [.. ((RpcValue.Array)Values[index - 1]).Items.Select(i => ((RpcValue.Int)i).Value)];
}
