namespace LibvirtSharp;

/// <summary>libvirt.so and libvirt-admin.so each register the types of both with GLib, which takes a name once in a process:
/// whichever comes second gets no types and ends the process at its first object. So a process has one of them.</summary>
internal static class ProcessLibrary
{
    private const int Client = 1;
    private const int Admin = 2;

    private static int _taken;

    public static void TakeClient() => Take(Client);

    public static void TakeAdmin() => Take(Admin);

    private static void Take(int wanted)
    {
        var before = Interlocked.CompareExchange(ref _taken, wanted, 0);
        if (before != 0 && before != wanted)
            throw new InvalidOperationException(before == Client
                ? "this process has opened a Connect; libvirt allows an AdminConnect only in another process"
                : "this process has opened an AdminConnect; libvirt allows a Connect only in another process");
    }
}
