using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtSharp;

/// <summary>libvirt-lxc: this process steps into a container. What is entered is entered by the calling thread and, for some
/// namespaces, only while the process has no other; C has no way round that.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>virDomainLxcOpenNamespace: the container's namespaces as open files.</summary>
    public IReadOnlyList<SafeFileHandle> LxcOpenNamespace()
    {
        int* files;
        var count = Check.Ok(Interop.virDomainLxcOpenNamespace(_handle, &files, 0));
        return Owned(files, count);
    }

    /// <summary>virDomainLxcEnterNamespace: returns the namespaces that were left, for the way back.</summary>
    public IReadOnlyList<SafeFileHandle> LxcEnterNamespace(IReadOnlyCollection<SafeHandle> namespaces)
    {
        using var fds = new FileDescriptors(namespaces);
        int* old;
        uint count;
        fixed (int* p = fds.Numbers)
            Check.Ok(Interop.virDomainLxcEnterNamespace(_handle, (uint)fds.Numbers.Length, p, &count, &old, 0));
        return Owned(old, (int)count);
    }

    /// <summary>virDomainLxcEnterCGroup</summary>
    public void LxcEnterCgroup() => Check.Ok(Interop.virDomainLxcEnterCGroup(_handle, 0));

    /// <summary>virDomainLxcEnterSecurityLabel: takes the container's label on; returns the one that was left.</summary>
    public string LxcEnterSecurityLabel()
    {
        virSecurityModel model;
        virSecurityLabel label, old;
        Check.Ok(Interop.virNodeGetSecurityModel(Connect.Handle, &model));
        Check.Ok(Interop.virDomainGetSecurityLabel(_handle, &label));
        Check.Ok(Interop.virDomainLxcEnterSecurityLabel(&model, &label, &old, 0));
        return CText.Fixed(old.label, 4097);
    }
}
