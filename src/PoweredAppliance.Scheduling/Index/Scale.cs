using System.Runtime.CompilerServices;

namespace PoweredAppliance.Scheduling.Index;

/// <summary>How a hardware class measures what is free on its hosts: the shares of it that are cpu and memory, and their bands.</summary>
internal sealed class Scale(Share cpu, Share memory)
{
    public Share Cpu { get; } = cpu;

    public Share Memory { get; } = memory;

    public Bands CpuBands { get; } = new(cpu.Total);

    public Bands MemoryBands { get; } = new(memory.Total);

    /// <summary>The least share of each band.</summary>
    public long[] LeastCpu { get; } = Leasts(cpu);

    /// <inheritdoc cref="LeastCpu"/>
    public long[] LeastMemory { get; } = Leasts(memory);

    /// <summary>The share of the host that so much of it is, cpu and memory added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ShareOf(in Room room) => Cpu.Of(room.CpuPercent) + Memory.Of(room.Kibibytes);

    /// <summary>Of no meaning where less than nothing is free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Spot SpotOf(int host, in Room free) =>
        new((ulong)ShareOf(free) << FitIndex.IdBits | (uint)host, CpuBands.Of(free.CpuPercent), MemoryBands.Of(free.Kibibytes));

    private static long[] Leasts(Share share)
    {
        var bands = new Bands(share.Total);
        return [.. Enumerable.Range(0, Bands.Count).Select(b => share.Of(bands.Least(b)))];
    }
}
