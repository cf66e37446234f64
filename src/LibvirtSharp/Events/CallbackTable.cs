using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>What C's callbacks lead to. C holds a number, not an address: a call that comes after the end finds nothing
/// and does nothing, and giving back twice is harmless.</summary>
internal static unsafe class CallbackTable
{
    private static readonly ConcurrentDictionary<nint, object> Targets = new();
    private static long _last;

    /// <summary>For C's `freecb`: C will not call this number again.</summary>
    public static readonly delegate* unmanaged<nint, void> Free = &Freed;

    public static nint Add(object target)
    {
        var token = (nint)Interlocked.Increment(ref _last);
        Targets[token] = target;
        LiveCounts.CallbackGiven();
        return token;
    }

    public static T? Find<T>(nint token) where T : class => Targets.TryGetValue(token, out var target) ? (T)target : null;

    public static void Remove(nint token)
    {
        if (Targets.TryRemove(token, out _))
            LiveCounts.CallbackReturned();
    }

    [UnmanagedCallersOnly]
    private static void Freed(nint token) => Remove(token);
}
