using System.Buffers.Binary;

namespace PoweredAppliance.Drivers.Files;

/// <summary>The first page of a Linux swap area, so that a guest can <c>swapon</c> a volatile swap disk without making it first.</summary>
public static class SwapArea
{
    public const int PageBytes = 4096;

    /// <summary>Version 1 header for an area of this many bytes (layout: <c>union swap_header</c> in linux/swap.h).</summary>
    public static byte[] Header(long areaBytes, Guid uuid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(areaBytes, 10 * PageBytes);
        var page = new byte[PageBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(1024), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(1028), (uint)Math.Min(areaBytes / PageBytes - 1, uint.MaxValue));
        uuid.TryWriteBytes(page.AsSpan(1036));
        "SWAPSPACE2"u8.CopyTo(page.AsSpan(PageBytes - 10));
        return page;
    }
}
