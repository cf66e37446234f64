namespace LibvirtSharp.Generator;

/// <summary>C types to the C# types of the raw binding. Everything is blittable but handles (a SafeHandle, so that no
/// object is freed under a running call) and constant strings going in (UTF-8).</summary>
public sealed class CTypes(ApiDescription api)
{
    private readonly Dictionary<string, CStruct> _structs = api.Structs.ToDictionary(s => s.Name);
    private readonly Dictionary<string, CFunctionType> _functionTypes = api.FunctionTypes.ToDictionary(t => t.Name);

    private static readonly Dictionary<string, string> Plain = new()
    {
        ["void"] = "void",
        ["int"] = "int",
        ["unsigned int"] = "uint",
        ["long long"] = "long",
        ["unsigned long long"] = "ulong",
        ["unsigned long"] = "nuint", // 64 bits on every 64-bit Linux
        ["size_t"] = "nuint",
        ["unsigned short"] = "ushort",
        ["unsigned char"] = "byte",
        ["char"] = "byte",
        ["double"] = "double",
        ["virErrorLevel"] = "int",
    };

    /// <summary>These take the bare pointer: they count references or end the object's life, which is the handle's own work.</summary>
    public static bool TakesBarePointers(string function)
        => function.EndsWith("Free", StringComparison.Ordinal) || function.EndsWith("Ref", StringComparison.Ordinal)
           || function is "virConnectClose" or "virAdmConnectClose";

    public static string HandleClass(string opaque) => opaque["vir".Length..] + "Handle";

    public bool IsOpaque(string name) => _structs.TryGetValue(name, out var s) && s.Fields.Count == 0;

    /// <summary>An argument of a function.</summary>
    public string Argument(CFunction function, CArg arg)
    {
        if (OpaqueOf(arg.Type) is { } opaque && !TakesBarePointers(function.Name))
            return HandleClass(opaque);
        if (arg.Type == "const char *" && arg.Name != "data")
            return "string?";
        return Raw(arg.Type);
    }

    /// <summary>A return value, a field, or an argument of a callback: pointers stay pointers.</summary>
    public string Raw(string type)
    {
        if (type == "void *")
            return "nint";
        if (OpaqueOf(type) is not null)
            return "nint";
        if (_functionTypes.TryGetValue(type, out var callback))
            return FunctionPointer(callback);

        var bare = type.Replace("const", "").Trim();
        var stars = bare.Count(c => c == '*');
        bare = bare.Replace("*", "").Trim();
        if (api.Typedefs.TryGetValue(bare, out var target) && !_structs.ContainsKey(bare))
        {
            if (bare.EndsWith("Ptr", StringComparison.Ordinal))
            {
                var pointee = target.Replace("*", "").Trim();
                return (IsOpaque(pointee) ? "nint" : pointee + "*") + new string('*', stars);
            }

            return Raw(target) + new string('*', stars);
        }

        if (_structs.ContainsKey(bare))
            return bare + new string('*', stars);
        return Plain.TryGetValue(bare, out var plain)
            ? plain + new string('*', stars)
            : throw new InvalidDataException($"no rule for the C type '{type}'");
    }

    /// <summary>The C type behind `virXPtr` when C does not show its fields, else null.</summary>
    private string? OpaqueOf(string type)
    {
        if (!api.Typedefs.TryGetValue(type, out var target) || !target.EndsWith(" *", StringComparison.Ordinal))
            return null;
        var pointee = target[..^2];
        return IsOpaque(pointee) ? pointee : null;
    }

    private string FunctionPointer(CFunctionType type)
        => "delegate* unmanaged<" + string.Concat(type.Args.Select(a => Raw(a.Type) + ", ")) + Raw(type.Returns) + ">";
}
