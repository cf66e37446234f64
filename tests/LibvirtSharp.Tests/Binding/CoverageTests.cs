using System.Reflection;
using System.Runtime.InteropServices;
using LibvirtSharp.Generator;

namespace LibvirtSharp.Tests.Binding;

public sealed class CoverageTests(ITestOutputHelper output)
{
    [Fact]
    public void Everything_in_libvirts_description_is_bound_or_excused_by_name_with_a_reason()
    {
        var coverage = ApiCoverage.Compare(Description(), typeof(Interop).Assembly);

        foreach (var (what, c) in coverage)
        {
            Say($"{what}: bound {c.Bound} of {c.Described - c.Excused.Count}, excused {c.Excused.Count}");
            foreach (var (name, why) in c.Excused)
                Say($"  excused {name}: {why}");
        }

        Say($"bound {coverage.Values.Sum(c => c.Bound)} of {coverage.Values.Sum(c => c.Described - c.Excused.Count)}");
        Assert.All(coverage, c => Assert.Empty(c.Value.Unbound));
        Assert.All(coverage.Values.SelectMany(c => c.Excused.Values), why => Assert.NotEmpty(why));
        Assert.True(coverage["functions"].Bound >= 558 && coverage["enum values"].Bound >= 1042);
    }

    [Fact]
    public void Nothing_is_excused_that_the_description_no_longer_has_or_that_is_bound_after_all()
    {
        var coverage = ApiCoverage.Compare(Description(), typeof(Interop).Assembly);

        Assert.Equal(Excused.Names.Keys.Order(), coverage.Values.SelectMany(c => c.Excused.Keys).Order());
    }

    [Fact]
    public void A_hole_in_the_binding_is_seen()
    {
        var api = Description();
        var holed = api with
        {
            Functions = [.. api.Functions, new CFunction("libvirt", "libvirt-domain", "virDomainFly", "int", [])],
            EnumValues = [.. api.EnumValues, new CEnumValue("libvirt-domain", "virDomainState", "VIR_DOMAIN_FLYING", "77", false)],
            Structs = [.. api.Structs, new CStruct("libvirt", "libvirt-domain", "virWing", "struct _virWing", [])],
        };

        var coverage = ApiCoverage.Compare(holed, typeof(Interop).Assembly);

        Assert.Equal(["virDomainFly"], coverage["functions"].Unbound);
        Assert.Equal(["VIR_DOMAIN_FLYING"], coverage["enum values"].Unbound);
        Assert.Equal(["virWing"], coverage["structs"].Unbound);
    }

    [Fact]
    public void Every_bound_function_is_a_symbol_of_the_library_that_is_loaded()
    {
        var bound = typeof(Interop).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(m => m.Name.StartsWith("vir", StringComparison.Ordinal)).ToList();
        Assert.True(bound.Count >= 558);

        var missing = new List<string>();
        foreach (var group in Description().Functions.GroupBy(f => f.Module))
        {
            var library = NativeLibrary.Load(group.Key + ".so.0");
            missing.AddRange(group.Where(f => !NativeLibrary.TryGetExport(library, f.Name, out _)).Select(f => f.Name));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Generating_again_gives_the_same_bytes()
    {
        var generated = new Emitter(Description()).Files();
        var folder = Path.Combine(Sources.Root, "src", "LibvirtSharp", "Generated");

        Assert.Equal(generated.Keys, Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.All(generated, g => Assert.Equal(g.Value, File.ReadAllText(Path.Combine(folder, g.Key))));
    }

    /// <summary>The description of the libvirt that the binding was made from; another one has other contents.</summary>
    private ApiDescription Description()
    {
        if (ApiDescription.TryRead() is not { } api)
        {
            const string why = $"no API description in {ApiDescription.DefaultFolder}: the package libvirt-dev is not installed";
            Say("skipped: " + why);
            Assert.Skip(why);
            throw new InvalidOperationException(why);
        }

        return api;
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
