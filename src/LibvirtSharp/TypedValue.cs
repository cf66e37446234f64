using System.Globalization;

namespace LibvirtSharp;

/// <summary>One value of libvirt's, with the type it has in C. libvirt refuses a parameter of another type than it
/// expects, so the types are kept apart.</summary>
public readonly record struct TypedValue
{
    private readonly long _bits;
    private readonly string? _text;

    private TypedValue(TypedParameterType type, long bits, string? text = null) => (Type, _bits, _text) = (type, bits, text);

    public TypedParameterType Type { get; }

    public static implicit operator TypedValue(int value) => new(TypedParameterType.Int, value);

    public static implicit operator TypedValue(uint value) => new(TypedParameterType.Uint, value);

    public static implicit operator TypedValue(long value) => new(TypedParameterType.Llong, value);

    public static implicit operator TypedValue(ulong value) => new(TypedParameterType.Ullong, unchecked((long)value));

    public static implicit operator TypedValue(double value)
        => new(TypedParameterType.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator TypedValue(bool value) => new(TypedParameterType.Boolean, value ? 1 : 0);

    public static implicit operator TypedValue(string value) => new(TypedParameterType.String, 0, value);

    public bool IsInteger => Type is TypedParameterType.Int or TypedParameterType.Uint or TypedParameterType.Llong or TypedParameterType.Ullong;

    /// <summary>Any whole number or boolean. An overflow or another type throws <see cref="InvalidCastException"/>.</summary>
    public long AsInt64() => Type switch
    {
        TypedParameterType.Ullong when _bits < 0 => throw Wrong("a signed 64-bit number"),
        _ when IsInteger || Type is TypedParameterType.Boolean => _bits,
        _ => throw Wrong("a whole number"),
    };

    /// <summary>Any whole number that is not negative. Another type throws <see cref="InvalidCastException"/>.</summary>
    public ulong AsUInt64() => Type switch
    {
        TypedParameterType.Ullong => unchecked((ulong)_bits),
        _ when (IsInteger || Type is TypedParameterType.Boolean) && _bits >= 0 => (ulong)_bits,
        _ => throw Wrong("a whole number that is not negative"),
    };

    public double AsDouble() => Type is TypedParameterType.Double ? BitConverter.Int64BitsToDouble(_bits) : AsInt64();

    /// <summary>A boolean, or a whole number as C takes it: zero is false.</summary>
    public bool AsBoolean() => Type is TypedParameterType.Boolean || IsInteger ? _bits != 0 : throw Wrong("a boolean");

    /// <summary>The text of a string; of anything else its value as libvirt's tools would print it.</summary>
    public override string ToString() => Type switch
    {
        TypedParameterType.String => _text!,
        TypedParameterType.Double => AsDouble().ToString(CultureInfo.InvariantCulture),
        TypedParameterType.Ullong => AsUInt64().ToString(CultureInfo.InvariantCulture),
        TypedParameterType.Boolean => _bits != 0 ? "yes" : "no",
        _ => _bits.ToString(CultureInfo.InvariantCulture),
    };

    private InvalidCastException Wrong(string wanted) => new($"the value {this} of type {Type} is not {wanted}");
}
