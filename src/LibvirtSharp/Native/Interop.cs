using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>The C API, name for name; the functions are in Generated/. libvirt.so.0 and its three siblings are looked for
/// when the first function of each is called, so a machine without libvirt-admin can use all the rest.</summary>
internal static unsafe partial class Interop
{
    private const string LibvirtName = "libvirt.so.0";

    /// <summary>The C variable virConnectAuthPtrDefault: libvirt's own prompts on the terminal.</summary>
    internal static virConnectAuth* virConnectAuthPtrDefault
        => *(virConnectAuth**)NativeLibrary.GetExport(Load(LibvirtName, typeof(Interop).Assembly), nameof(virConnectAuthPtrDefault));

#pragma warning disable CA2255 // the resolver must stand before any code of ours can call into C
    [ModuleInitializer]
    internal static void Register()
        => NativeLibrary.SetDllImportResolver(typeof(Interop).Assembly, (name, assembly, _) => Load(name, assembly));
#pragma warning restore CA2255

    internal static nint Load(string name, Assembly assembly)
        => NativeLibrary.TryLoad(name, assembly, null, out var library)
            ? library
            : throw new DllNotFoundException($"{name} was not found on this machine: install libvirt's client library (Debian: package libvirt0)");
}
