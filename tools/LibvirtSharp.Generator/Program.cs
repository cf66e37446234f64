using System.Text;
using LibvirtSharp.Generator;

// usage: LibvirtSharp.Generator OUTPUT_FOLDER [API_FOLDER]
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: LibvirtSharp.Generator OUTPUT_FOLDER [API_FOLDER]");
    return 2;
}

var folder = args.Length == 2 ? args[1] : ApiDescription.DefaultFolder;
if (ApiDescription.TryRead(folder) is not { } api)
{
    Console.Error.WriteLine($"no API description in {folder}; Debian has it in the package libvirt-dev");
    return 1;
}

Directory.CreateDirectory(args[0]);
foreach (var old in Directory.GetFiles(args[0], "*.g.cs"))
    File.Delete(old);
var files = new Emitter(api).Files();
foreach (var (name, content) in files)
    File.WriteAllText(Path.Combine(args[0], name), content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
Console.WriteLine($"{files.Count} files, {api.Functions.Count} functions, {api.EnumValues.Count} enum values, {api.Structs.Count} structs");
return 0;
