using System.Reflection;
using System.Text.RegularExpressions;

namespace LibvirtSharp.Tests.Binding;

/// <summary>The face above the binding: what of the C API can be reached through it.</summary>
public sealed partial class FaceTests(ITestOutputHelper output)
{
    /// <summary>C functions that the face does not call, each with what stands in its place.</summary>
    private static readonly (string Pattern, string Why)[] Superseded =
    [
        ("^virConn(CopyLast|GetLast|ResetLast)Error$", "errors of a connection are not safe with threads; LibvirtException reads the thread's"),
        ("^virConnSetErrorFunc$", "errors are exceptions"),
        ("^vir(CopyLastError|DefaultErrorFunc|FreeError|GetLastError(Code|Domain|Message)|ResetError|ResetLastError|SaveLastError)$",
            "LibvirtException reads the whole error at once"),
        ("^virConnectDomainEvent(Register|Deregister)$", "the Any functions bring every event"),
        ("^virConnect(NumOf|List)(Defined)?(Domains|Interfaces|Networks|NWFilters|Secrets|StoragePools)$", "ListAll... returns objects in one call, without a race"),
        ("^virNode(NumOf|List)Devices$", "ListAllNodeDevices"),
        ("^virStoragePool(NumOf|List)Volumes$", "ListAllVolumes"),
        ("^virDomainSnapshot(Num|NumChildren|ListNames|ListChildrenNames)$", "ListAllSnapshots, ListAllChildren"),
        ("^virDomain(AbortJob|AttachDevice|CoreDump|CreateLinux|DefineXML|Destroy|DetachDevice|PinVcpu|Restore|Save|SetMemory|SetVcpus|Shutdown|Undefine)$",
            "the function with flags does this too"),
        ("^virDomainSetMaxMemory$", "SetMemory with DomainMemoryModFlags.Maximum"),
        ("^virDomainMigrate(2|ToURI|ToURI2)?$", "Migrate3 and MigrateToUri3 take all parameters"),
        ("^vir(NetworkCreateXML|NetworkDefineXML|NWFilterDefineXML)$", "the function with flags does this too"),
        ("^virNodeDeviceDettach$", "the older spelling of Detach"),
        ("^virStorageVolWipe$", "WipePattern with zeros"),
        ("^vir(Domain|Network|NetworkPort|NWFilter|Secret|StoragePool)GetUUIDString$", "Uuid is a Guid"),
        ("^vir(Domain)LookupByUUIDString$|^vir(Network|NetworkPort|NWFilter|Secret|StoragePool)LookupByUUID$", "the other spelling of the same lookup"),
        ("^vir\\w+Get(Connect|Domain|Network)$", "every object knows where it came from"),
        ("^vir(DomainCheckpoint|DomainSnapshot|Interface|NetworkPort|NWFilter|NWFilterBinding|StorageVol)Ref$", "a handle owns one reference"),
        ("^virEvent(AddHandle|RegisterImpl|RemoveHandle|RemoveTimeout|UpdateHandle|UpdateTimeout)$", "the event loop is the library's own"),
        ("^virStream(Sparse)?(Recv|Send)All$", "SendAll, ReceiveAll and their sparse kin loop in C#, where cancelling and exceptions work"),
        ("^virTypedParams(Add|Get)\\w*$", "TypedParameters writes and reads the array itself"),
    ];

    [Fact]
    public void Every_function_is_reached_by_the_face_or_has_something_in_its_place()
    {
        var folder = Path.Combine(Sources.Root, "src", "LibvirtSharp");
        var called = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetFileName(f).StartsWith("Interop.", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Call().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).ToHashSet();
        var bound = typeof(Interop).GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Select(m => m.Name)
            .Where(n => n.StartsWith("vir", StringComparison.Ordinal)).ToList();

        var left = bound.Where(n => !called.Contains(n)).ToList();
        var unanswered = left.Where(n => !Superseded.Any(s => Regex.IsMatch(n, s.Pattern))).ToList();
        output.WriteLine($"face: {bound.Count - left.Count} functions called, {left.Count} superseded");

        Assert.Empty(unanswered);
        Assert.All(Superseded, s => Assert.True(left.Any(n => Regex.IsMatch(n, s.Pattern)), $"nothing is left that {s.Pattern} answers for"));
    }

    [Fact]
    public void A_library_that_is_not_there_is_named_with_what_to_install()
    {
        var failure = Assert.Throws<DllNotFoundException>(() => Interop.Load("libvirt-nothing.so.0", typeof(Interop).Assembly));

        Assert.Contains("libvirt-nothing.so.0 was not found", failure.Message);
        Assert.Contains("libvirt0", failure.Message);
    }

    [Fact]
    public void Nothing_public_shows_a_pointer()
    {
        var shown = typeof(Connect).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m is MethodInfo method && method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType).Any(IsPointer)
                || m is FieldInfo field && IsPointer(field.FieldType));

        Assert.Empty(shown.Select(m => $"{m.DeclaringType}.{m.Name}"));

        static bool IsPointer(Type t) => t.IsPointer || t.IsFunctionPointer || t == typeof(nint) || t == typeof(nuint);
    }

    [Fact]
    public void The_name_of_the_C_function_is_found_in_the_call()
    {
        Assert.Equal("virDomainCreate", Check.FunctionIn("Interop.virDomainCreate(_handle)"));
        Assert.Equal("virSecretGetValue", Check.FunctionIn("(nint)Interop.virSecretGetValue(_handle, &length, 0)"));
        Assert.Equal("something", Check.FunctionIn("something"));
    }

    [GeneratedRegex(@"Interop\.(vir\w+)")]
    private static partial Regex Call();
}
