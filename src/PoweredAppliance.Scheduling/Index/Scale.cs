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
    public long ShareOf(in Room room) => Cpu.Of(room.CpuPercent) + Memory.Of(room.Kibibytes);

    private static long[] Leasts(Share share)
    {
        var bands = new Bands(share.Total);
        return [.. Enumerable.Range(0, Bands.Count).Select(b => share.Of(bands.Least(b)))];
    }
}
