using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>Open files as C's numbers, held open for the time of one call.</summary>
internal readonly ref struct FileDescriptors
{
    private readonly List<SafeHandle> _held = [];

    public FileDescriptors(IReadOnlyCollection<SafeHandle> files)
    {
        Numbers = new int[files.Count];
        foreach (var file in files)
        {
            var added = false;
            file.DangerousAddRef(ref added);
            Numbers[_held.Count] = (int)file.DangerousGetHandle();
            _held.Add(file);
        }
    }

    public int[] Numbers { get; }

    public void Dispose()
    {
        foreach (var file in _held)
            file.DangerousRelease();
    }
}
