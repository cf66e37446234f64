using System.Collections.Concurrent;

namespace PoweredAppliance.Api.Rest;

/// <summary>Which images are being put right now: two writers of one would each spoil the other's bytes.</summary>
internal sealed class Uploads
{
    private readonly ConcurrentDictionary<int, bool> _open = new();

    /// <summary>False: somebody else does.</summary>
    public bool Begin(int image) => _open.TryAdd(image, true);

    public void End(int image) => _open.TryRemove(image, out _);
}
