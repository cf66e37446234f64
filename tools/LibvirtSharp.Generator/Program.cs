using System.Reflection;
using System.Text;
using LibvirtSharp.Generator;

const string usage = """
    usage: LibvirtSharp.Generator OUTPUT_FOLDER [API_FOLDER]                        writes the binding
           LibvirtSharp.Generator --coverage LibvirtSharp.dll [API_FOLDER]   says how much of the description is bound
    """;
if (args.Length is 0 or > 3 || (args[0] != "--coverage" && args.Length == 3) || (args[0] == "--coverage" && args.Length == 1))
{
    Console.Error.WriteLine(usage);
    return 2;
}

var binding = args[0] == "--coverage" ? args[1] : null;
if (binding is not null)
    args = args[1..];
var folder = args.Length == 2 ? args[1] : ApiDescription.DefaultFolder;
if (ApiDescription.TryRead(folder) is not { } api)
{
    Console.Error.WriteLine($"no API description in {folder}; Debian has it in the package libvirt-dev");
    return 1;
}

if (binding is not null)
{
    var coverage = ApiCoverage.Compare(api, Assembly.LoadFrom(Path.GetFullPath(binding)));
    foreach (var (what, c) in coverage)
        Console.WriteLine($"{what}: bound {c.Bound} of {c.Described - c.Excused.Count}, excused {c.Excused.Count}");
    Console.WriteLine($"FIGURE libvirt_functions_bound {coverage["functions"].Bound} functions");
    Console.WriteLine($"FIGURE libvirt_functions_unbound {coverage["functions"].Unbound.Count} functions");
    return coverage.Values.All(c => c.Unbound.Count == 0) ? 0 : 1;
}

Directory.CreateDirectory(args[0]);
foreach (var old in Directory.GetFiles(args[0], "*.g.cs"))
    File.Delete(old);
var files = new Emitter(api).Files();
foreach (var (name, content) in files)
    File.WriteAllText(Path.Combine(args[0], name), content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
Console.WriteLine($"{files.Count} files, {api.Functions.Count} functions, {api.EnumValues.Count} enum values, {api.Structs.Count} structs");
return 0;
