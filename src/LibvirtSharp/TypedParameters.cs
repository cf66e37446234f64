using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtSharp;

/// <summary>libvirt's typed parameters: names with values, in order. A name may come more than once where libvirt takes a
/// list, such as <see cref="MigrateKeys.MigrateDisks"/>.
/// <code>var p = new TypedParameters { { MigrateKeys.Bandwidth, 100UL }, { MigrateKeys.Uri, "tcp://10.0.0.2" } };</code>
/// The C# type of a value decides the C type: a literal for an unsigned 64-bit parameter is written 100UL.</summary>
public sealed unsafe class TypedParameters : IEnumerable<KeyValuePair<string, TypedValue>>
{
    private readonly List<KeyValuePair<string, TypedValue>> _all = [];
    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);

    internal delegate int Fill(virTypedParameter* parameters, int* count);

    public int Count => _all.Count;

    /// <summary>The first value of that name; <see cref="KeyNotFoundException"/> when there is none.</summary>
    public TypedValue this[string name] => TryGet(name, out var value)
        ? value
        : throw new KeyNotFoundException($"there is no parameter '{name}'");

    /// <exception cref="ArgumentException">The name is longer than C's 79 bytes.</exception>
    public TypedParameters Add(string name, TypedValue value)
    {
        if (Encoding.UTF8.GetByteCount(name) >= LibvirtConstants.TypedParamFieldLength)
            throw new ArgumentException($"'{name}' is longer than the 79 bytes that libvirt allows", nameof(name));
        _first.TryAdd(name, _all.Count);
        _all.Add(new(name, value));
        return this;
    }

    public bool TryGet(string name, out TypedValue value)
    {
        var found = _first.TryGetValue(name, out var index);
        value = found ? _all[index].Value : default;
        return found;
    }

    /// <summary>Null when libvirt did not say: an absent figure is unknown, not zero.</summary>
    public ulong? GetUInt64(string name) => TryGet(name, out var v) ? v.AsUInt64() : null;

    /// <inheritdoc cref="GetUInt64"/>
    public long? GetInt64(string name) => TryGet(name, out var v) ? v.AsInt64() : null;

    /// <inheritdoc cref="GetUInt64"/>
    public int? GetInt32(string name) => TryGet(name, out var v) ? checked((int)v.AsInt64()) : null;

    public bool? GetBoolean(string name) => TryGet(name, out var v) ? v.AsBoolean() : null;

    public string? GetString(string name) => TryGet(name, out var v) ? v.ToString() : null;

    public IEnumerable<TypedValue> GetAll(string name) => _all.Where(p => p.Key == name).Select(p => p.Value);

    public IEnumerator<KeyValuePair<string, TypedValue>> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A copy of what C lends us.</summary>
    internal static TypedParameters Copy(virTypedParameter* parameters, int count)
    {
        var copy = new TypedParameters();
        for (var i = 0; i < count; i++)
        {
            var p = parameters + i;
            TypedValue? value = (TypedParameterType)p->type switch
            {
                TypedParameterType.Int => p->i,
                TypedParameterType.Uint => p->ui,
                TypedParameterType.Llong => p->l,
                TypedParameterType.Ullong => p->ul,
                TypedParameterType.Double => p->d,
                TypedParameterType.Boolean => p->b != 0,
                TypedParameterType.String => CText.Borrowed(p->s) ?? "",
                _ => null, // an entry that the driver left empty
            };
            if (value is { } known)
                copy.Add(CText.Fixed(p->field, 80), known);
        }

        return copy;
    }

    /// <summary>A copy of what C has given to us, which is then freed.</summary>
    internal static TypedParameters Owned(virTypedParameter* parameters, int count)
    {
        try
        {
            return Copy(parameters, count);
        }
        finally
        {
            Interop.virTypedParamsFree(parameters, count);
        }
    }

    /// <summary>For C functions that fill the caller's array: asks how many, then for them.</summary>
    internal static TypedParameters Filled(string function, Fill fill)
    {
        var count = 0;
        if (fill(null, &count) < 0)
            throw LibvirtException.Last(function);
        if (count == 0)
            return [];

        var length = count;
        var array = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)length, (nuint)sizeof(virTypedParameter));
        try
        {
            return fill(array, &count) < 0 ? throw LibvirtException.Last(function) : Copy(array, count);
        }
        finally
        {
            Interop.virTypedParamsClear(array, length);
            NativeMemory.Free(array);
        }
    }
}
