using System.Collections.Immutable;

namespace PoweredAppliance.Api.XmlRpc.Wire;

/// <summary>One XML-RPC value.</summary>
public abstract record RpcValue
{
    private RpcValue()
    {
    }

    /// <summary><c>i4</c> or <c>int</c></summary>
    public sealed record Int(int Value) : RpcValue;

    /// <summary><c>i8</c></summary>
    public sealed record Long(long Value) : RpcValue;

    public sealed record Bool(bool Value) : RpcValue;

    public sealed record Text(string Value) : RpcValue;

    public sealed record Double(double Value) : RpcValue;

    public sealed record Array(ImmutableArray<RpcValue> Items) : RpcValue
    {
        public bool Equals(Array? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

        public override int GetHashCode() => Items.Length;
    }

    public sealed record Struct(ImmutableArray<KeyValuePair<string, RpcValue>> Members) : RpcValue
    {
        public bool Equals(Struct? other) =>
            other is not null && Members.AsSpan().SequenceEqual(other.Members.AsSpan());

        public override int GetHashCode() => Members.Length;
    }

    /// <summary>Understood in a request, never sent.</summary>
    public sealed record Nil : RpcValue;

    /// <summary>A date or base64: known to XML-RPC, taken by no method of OpenNebula.</summary>
    public sealed record Opaque(string Type, string Content) : RpcValue;

    public static implicit operator RpcValue(int value) => new Int(value);

    public static implicit operator RpcValue(bool value) => new Bool(value);

    public static implicit operator RpcValue(string value) => new Text(value);

    public static RpcValue Of(params IEnumerable<RpcValue> items) => new Array([.. items]);
}

/// <summary>A call as it came: <c>Values[0]</c> is the session string.</summary>
public sealed record RpcCall(string Method, ImmutableArray<RpcValue> Values);

/// <summary>What went wrong before a method was reached; sent as an XML-RPC fault.</summary>
public sealed record RpcFault(int Code, string Text)
{
    public const int UnexpectedError = -500;
    public const int WrongParameters = -501;
    public const int NotACall = -503;
    public const int NoSuchMethod = -506;

    public static RpcFault NotDefined(string method) => new(NoSuchMethod, $"Method '{method}' not defined");

    public static RpcFault Unreadable(string why) => new(NotACall, $"Call is not proper XML-RPC. {why}");
}

/// <summary>What a request may take up.</summary>
/// <param name="MaxBytes">Of the whole body.</param>
/// <param name="MaxDepth">Of arrays and structs inside each other.</param>
/// <param name="MaxValues">All values together, and all members of structs.</param>
public sealed record RpcLimits(int MaxBytes = 32 * 1024 * 1024, int MaxDepth = 16, int MaxValues = 65_536)
{
    public const int MaxMethodName = 256;

    public static readonly RpcLimits Default = new();
}
