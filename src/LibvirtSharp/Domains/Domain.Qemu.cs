using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtSharp;

/// <summary>libvirt-qemu: past libvirt, straight to qemu and its guest agent.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>virDomainQemuAgentCommand: JSON in, JSON out. <paramref name="timeoutSeconds"/> may also be one of
    /// <see cref="DomainQemuAgentCommandTimeout"/>; without an answer in time the call fails.</summary>
    public string QemuAgentCommand(string command, int timeoutSeconds = (int)DomainQemuAgentCommandTimeout.Default)
        => Check.Text(Interop.virDomainQemuAgentCommand(_handle, command, timeoutSeconds, 0));

    /// <summary>virDomainQemuMonitorCommand: JSON, or the human monitor's language with <see cref="DomainQemuMonitorCommandFlags.Hmp"/>.</summary>
    public string QemuMonitorCommand(string command, DomainQemuMonitorCommandFlags flags = 0)
    {
        byte* result;
        Check.Ok(Interop.virDomainQemuMonitorCommand(_handle, command, &result, (uint)flags));
        return CText.Owned(result) ?? "";
    }

    /// <summary>virDomainQemuMonitorCommandWithFiles: as <see cref="QemuMonitorCommand"/>, with open files in and out.</summary>
    public (string Result, IReadOnlyList<SafeFileHandle> Files) QemuMonitorCommandWithFiles(
        string command, IReadOnlyCollection<SafeHandle> files, DomainQemuMonitorCommandFlags flags = 0)
    {
        using var fds = new FileDescriptors(files);
        byte* result = null;
        int* outFiles = null;
        uint outCount = 0;
        fixed (int* p = fds.Numbers)
            Check.Ok(Interop.virDomainQemuMonitorCommandWithFiles(
                _handle, command, (uint)fds.Numbers.Length, p, &outCount, &outFiles, &result, (uint)flags));
        var given = Owned(outFiles, (int)outCount);
        return (CText.Owned(result) ?? "", given);
    }

    private static List<SafeFileHandle> Owned(int* files, int count)
    {
        var handles = new List<SafeFileHandle>();
        for (var i = 0; i < count; i++)
            handles.Add(new SafeFileHandle(files[i], ownsHandle: true));
        NativeMemory.Free(files);
        return handles;
    }
}
