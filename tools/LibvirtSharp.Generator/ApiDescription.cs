using System.Globalization;
using System.Xml.Linq;

namespace LibvirtSharp.Generator;

public sealed record CArg(string Name, string Type);

/// <summary>One C function. <paramref name="Module"/> is the description it came from (libvirt, libvirt-qemu, ...),
/// <paramref name="File"/> the header that declares it.</summary>
public sealed record CFunction(string Module, string File, string Name, string Returns, IReadOnlyList<CArg> Args);

/// <summary>One enum constant. <paramref name="Value"/> is a number or the name of another constant.</summary>
public sealed record CEnumValue(string File, string EnumType, string Name, string Value, bool IsBit);

/// <summary>One struct; no fields when C keeps its inside to itself. <paramref name="Tag"/> is the C tag, so that two
/// names of one struct can be told.</summary>
public sealed record CStruct(string Module, string File, string Name, string Tag, IReadOnlyList<CArg> Fields);

/// <summary>A function type, as a callback is declared.</summary>
public sealed record CFunctionType(string Name, string Returns, IReadOnlyList<CArg> Args);

/// <summary>A macro: a string, or raw text that may be a number.</summary>
public sealed record CMacro(string Name, string? Text, string? Raw, bool TakesArguments);

/// <summary>What libvirt's own API description files say, all of them as one.</summary>
public sealed record ApiDescription(
    IReadOnlyList<CFunction> Functions,
    IReadOnlyList<CEnumValue> EnumValues,
    IReadOnlyList<CStruct> Structs,
    IReadOnlyList<CFunctionType> FunctionTypes,
    IReadOnlyList<CMacro> Macros,
    IReadOnlyDictionary<string, string> Typedefs,
    IReadOnlyList<string> Variables)
{
    public const string DefaultFolder = "/usr/share/libvirt/api";

    public static readonly IReadOnlyList<string> Modules = ["libvirt", "libvirt-qemu", "libvirt-lxc", "libvirt-admin"];

    /// <summary>Null when the description (Debian: package libvirt-dev) is not on this machine.</summary>
    public static ApiDescription? TryRead(string folder = DefaultFolder)
        => Modules.All(m => File.Exists(PathOf(folder, m))) ? Read(folder) : null;

    public static ApiDescription Read(string folder)
    {
        var symbols = Modules.Select(m => (Module: m, Root: XDocument.Load(PathOf(folder, m)).Root!.Element("symbols")!)).ToList();
        List<T> All<T>(string tag, Func<string, XElement, T> make)
            => symbols.SelectMany(s => s.Root.Elements(tag).Select(e => make(s.Module, e))).ToList();

        return new ApiDescription(
            All("function", (m, e) => new CFunction(m, Text(e, "file"), Text(e, "name"), Returns(e), Args(e, "arg"))),
            All("enum", (_, e) => new CEnumValue(
                Text(e, "file"), Text(e, "type"), Text(e, "name"), Text(e, "value"), e.Attribute("value_bitshift") is not null)),
            All("struct", (m, e) => new CStruct(m, Text(e, "file"), Text(e, "name"), Text(e, "type"), Args(e, "field"))),
            All("functype", (_, e) => new CFunctionType(Text(e, "name"), Returns(e), Args(e, "arg"))),
            All("macro", (_, e) => new CMacro(
                Text(e, "name"), (string?)e.Attribute("string"), (string?)e.Attribute("raw"), e.Attribute("params") is not null)),
            All("typedef", (_, e) => (Name: Text(e, "name"), Type: Text(e, "type")))
                .Where(t => t.Type != "enum").ToDictionary(t => t.Name, t => t.Type),
            All("variable", (_, e) => Text(e, "name")));
    }

    /// <summary>The number behind a constant; constants may be given as another constant's name.</summary>
    public long NumberOf(CEnumValue value)
    {
        while (!long.TryParse(value.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            var name = value.Value;
            value = EnumValues.FirstOrDefault(v => v.Name == name)
                ?? throw new InvalidDataException($"the description gives {value.Name} as {name}, which it does not list");
        }

        return long.Parse(value.Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The number that a macro stands for, or null when it is no number (a cast, a call, a type).</summary>
    public long? NumberOf(CMacro macro)
    {
        var raw = macro.Raw ?? "";
        var comment = raw.IndexOf("/*", StringComparison.Ordinal);
        var text = (comment < 0 ? raw : raw[..comment]).Replace("(", "").Replace(")", "").Replace("LL", "").Trim();
        if (macro.TakesArguments || text.Length == 0)
            return null;
        if (Macros.FirstOrDefault(m => m.Name == text) is { } other)
            return NumberOf(other);
        if (EnumValues.FirstOrDefault(v => v.Name == text) is { } constant)
            return NumberOf(constant);

        var terms = text.Split('+', StringSplitOptions.TrimEntries);
        return terms.All(t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? terms.Sum(t => long.Parse(t, CultureInfo.InvariantCulture))
            : null;
    }

    private static string PathOf(string folder, string module) => Path.Combine(folder, module + "-api.xml");

    private static string Text(XElement e, string name)
        => (string?)e.Attribute(name) ?? throw new InvalidDataException($"a <{e.Name}> without {name}");

    private static string Returns(XElement e) => (string?)e.Element("return")?.Attribute("type") ?? "void";

    private static List<CArg> Args(XElement e, string tag)
        => e.Elements(tag).Select(a => new CArg(Text(a, "name"), Text(a, "type"))).ToList();
}
