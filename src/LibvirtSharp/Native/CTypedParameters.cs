using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtSharp;

/// <summary>Typed parameters laid out as C's array for the time of one call.</summary>
internal readonly unsafe ref struct CTypedParameters
{
    public CTypedParameters(TypedParameters? parameters)
    {
        if (parameters is null || parameters.Count == 0)
            return;
        Count = parameters.Count;
        Pointer = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)Count, (nuint)sizeof(virTypedParameter));
        var p = Pointer;
        foreach (var (name, value) in parameters)
            Write(p++, name, value);
    }

    /// <summary>Null when there are no parameters.</summary>
    public virTypedParameter* Pointer { get; }

    public int Count { get; }

    public uint UnsignedCount => (uint)Count;

    public void Dispose()
    {
        for (var i = 0; i < Count; i++)
            if ((TypedParameterType)Pointer[i].type is TypedParameterType.String)
                NativeMemory.Free(Pointer[i].s);
        NativeMemory.Free(Pointer);
    }

    private static void Write(virTypedParameter* p, string name, TypedValue value)
    {
        Encoding.UTF8.GetBytes(name, new Span<byte>(p->field, 79));
        p->type = (int)value.Type;
        switch (value.Type)
        {
            case TypedParameterType.Int:
                p->i = (int)value.AsInt64();
                break;
            case TypedParameterType.Uint:
                p->ui = (uint)value.AsUInt64();
                break;
            case TypedParameterType.Llong:
                p->l = value.AsInt64();
                break;
            case TypedParameterType.Ullong:
                p->ul = value.AsUInt64();
                break;
            case TypedParameterType.Double:
                p->d = value.AsDouble();
                break;
            case TypedParameterType.Boolean:
                p->b = value.AsBoolean() ? (byte)1 : (byte)0;
                break;
            case TypedParameterType.String:
                p->s = CText.Copy(value.ToString());
                break;
            default:
                throw new ArgumentException($"the value of '{name}' was never set", nameof(value));
        }
    }
}
