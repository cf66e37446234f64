using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainOpenConsole: connects a stream to a serial console; null is the first one.</summary>
    public void OpenConsole(VirStream stream, string? device = null, DomainConsoleFlags flags = 0)
        => Check.Ok(Interop.virDomainOpenConsole(_handle, device, stream.Handle, (uint)flags));

    /// <summary>virDomainOpenChannel: connects a stream to a channel by its name; null is the first one.</summary>
    public void OpenChannel(VirStream stream, string? name = null, DomainChannelFlags flags = 0)
        => Check.Ok(Interop.virDomainOpenChannel(_handle, name, stream.Handle, (uint)flags));

    /// <summary>virDomainScreenshot: the picture comes through the stream; returns its MIME type.</summary>
    public string Screenshot(VirStream stream, uint screen = 0)
        => Check.Text(Interop.virDomainScreenshot(_handle, stream.Handle, screen, 0));

    /// <summary>virDomainScreenshot, all of it.</summary>
    public (string MimeType, byte[] Picture) Screenshot(uint screen = 0)
    {
        using var stream = Connect.NewStream();
        var type = Screenshot(stream, screen);
        using var picture = new MemoryStream();
        stream.ReceiveAll(picture);
        return (type, picture.ToArray());
    }

    /// <summary>virDomainSendKey: presses these keys together for that many milliseconds. At most
    /// <see cref="LibvirtConstants.DomainSendKeyMaxKeys"/>.</summary>
    public void SendKey(KeycodeSet set, uint holdMilliseconds, params ReadOnlySpan<uint> keys)
    {
        fixed (uint* p = keys)
            Check.Ok(Interop.virDomainSendKey(_handle, (uint)set, holdMilliseconds, p, keys.Length, 0));
    }

    /// <summary>virDomainOpenGraphicsFD: an open socket to a VNC or SPICE display of a host on this machine.</summary>
    public SafeFileHandle OpenGraphics(uint display = 0, DomainOpenGraphicsFlags flags = 0)
        => new(Check.Ok(Interop.virDomainOpenGraphicsFD(_handle, display, (uint)flags)), ownsHandle: true);

    /// <summary>virDomainOpenGraphics: hands our end of a socket pair to a VNC or SPICE display.</summary>
    public void OpenGraphics(SafeHandle socket, uint display = 0, DomainOpenGraphicsFlags flags = 0)
    {
        using var fds = new FileDescriptors([socket]);
        Check.Ok(Interop.virDomainOpenGraphics(_handle, display, fds.Numbers[0], (uint)flags));
    }

    /// <summary>virDomainCreateWithFiles: as <see cref="Create"/>, handing open files to the first process in a container.</summary>
    public void CreateWithFiles(IReadOnlyCollection<SafeHandle> files, DomainCreateFlags flags = 0)
    {
        using var fds = new FileDescriptors(files);
        fixed (int* p = fds.Numbers)
            Check.Ok(Interop.virDomainCreateWithFiles(_handle, (uint)fds.Numbers.Length, p, (uint)flags));
    }
}
