using System.Reflection;

namespace LibvirtSharp.Generator;

/// <summary>What the description has and an assembly binds. <see cref="Unbound"/> names what is neither bound nor excused.</summary>
public sealed record ApiCoverage(int Described, int Bound, IReadOnlyDictionary<string, string> Excused, IReadOnlyList<string> Unbound)
{
    public static IReadOnlyDictionary<string, ApiCoverage> Compare(ApiDescription api, Assembly binding)
    {
        const BindingFlags any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var types = binding.GetTypes();
        var interop = types.Single(t => t.Name == "Interop");
        var functions = interop.GetMethods(any).Select(m => m.Name).ToHashSet();
        var named = types.Where(t => t.IsEnum).SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public))
            .Where(f => NativeNameOf(f) is not null)
            .GroupBy(f => (EnumType: NativeNameOf(f.DeclaringType!)!, Name: NativeNameOf(f)!))
            .ToDictionary(g => g.Key, g => Convert.ToInt64(g.First().GetRawConstantValue(), null));
        var structs = types.Select(t => NativeNameOf(t) ?? t.Name).ToHashSet();
        var constants = types.SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public))
            .Where(f => f.IsLiteral && !f.DeclaringType!.IsEnum && NativeNameOf(f) is not null)
            .ToDictionary(f => NativeNameOf(f)!, f => f.GetRawConstantValue());

        return new Dictionary<string, ApiCoverage>
        {
            ["functions"] = Of(api.Functions.Select(f => f.Name), functions.Contains),
            ["enum values"] = Of(
                api.EnumValues.Select(v => v.Name),
                name => api.EnumValues.Where(v => v.Name == name)
                    .All(v => named.TryGetValue((v.EnumType, v.Name), out var number) && number == api.NumberOf(v))),
            ["structs"] = Of(api.Structs.Select(s => s.Name), structs.Contains),
            ["constants"] = Of(
                api.Macros.Select(m => m.Name),
                name => api.Macros.First(m => m.Name == name) is var macro && constants.TryGetValue(name, out var value)
                    && (macro.Text is { } text ? Equals(value, text) : Equals(value, api.NumberOf(macro)))),
            ["variables"] = Of(api.Variables, interop.GetProperties(any).Select(p => p.Name).ToHashSet().Contains),
        };
    }

    private static ApiCoverage Of(IEnumerable<string> described, Func<string, bool> isBound)
    {
        var names = described.ToList();
        var bound = names.Where(isBound).ToHashSet();
        var excused = names.Where(n => !bound.Contains(n) && Generator.Excused.Names.ContainsKey(n)).Distinct()
            .ToDictionary(n => n, n => Generator.Excused.Names[n]);
        var unbound = names.Where(n => !bound.Contains(n) && !excused.ContainsKey(n)).ToList();
        return new ApiCoverage(names.Count, names.Count(bound.Contains), excused, unbound);
    }

    private static string? NativeNameOf(MemberInfo member)
        => member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == "NativeNameAttribute")
            ?.ConstructorArguments[0].Value as string;
}
