using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>virNodeInfo. Memory is in KiB, <paramref name="Mhz"/> the expected clock of a core or 0 when not known.</summary>
public sealed record NodeInfo(string Model, ulong MemoryKib, uint Cpus, uint Mhz, uint NumaNodes, uint Sockets, uint Cores, uint Threads)
{
    /// <summary>How many CPUs could come online: the highest CPU number of the host plus one, or more.</summary>
    public uint MaxCpus => NumaNodes * Sockets * Cores * Threads;
}

/// <summary>The security driver of the host, empty when it has none.</summary>
public sealed record SecurityModel(string Model, string Doi);

public sealed unsafe partial class Connect
{
    /// <summary>virNodeGetInfo</summary>
    public NodeInfo GetNodeInfo()
    {
        virNodeInfo info;
        Check.Ok(Interop.virNodeGetInfo(_handle, &info));
        return new NodeInfo(CText.Fixed(info.model, 32), info.memory, info.cpus, info.mhz, info.nodes, info.sockets, info.cores, info.threads);
    }

    /// <summary>virNodeGetFreeMemory: bytes.</summary>
    public ulong FreeMemory
    {
        get
        {
            var bytes = Interop.virNodeGetFreeMemory(_handle);
            return bytes != 0 ? bytes : throw LibvirtException.Last(nameof(Interop.virNodeGetFreeMemory));
        }
    }

    /// <summary>virNodeGetCellsFreeMemory: bytes free in each NUMA cell from <paramref name="startCell"/> on.</summary>
    public IReadOnlyList<ulong> GetCellsFreeMemory(int startCell, int maxCells)
    {
        var bytes = new ulong[maxCells];
        fixed (ulong* p = bytes)
            return bytes[..Check.Ok(Interop.virNodeGetCellsFreeMemory(_handle, p, startCell, maxCells))];
    }

    /// <summary>virNodeGetMemoryStats: KiB by name (<see cref="NodeMemoryStatsKeys"/>), of one NUMA cell or of them all.</summary>
    public IReadOnlyDictionary<string, ulong> GetNodeMemoryStats(int cell = (int)NodeGetMemoryStatsAllCells.AllCells)
    {
        var count = 0;
        Check.Ok(Interop.virNodeGetMemoryStats(_handle, cell, null, &count, 0));
        var stats = new virNodeMemoryStats[count];
        var named = new Dictionary<string, ulong>();
        fixed (virNodeMemoryStats* p = stats)
        {
            Check.Ok(Interop.virNodeGetMemoryStats(_handle, cell, p, &count, 0));
            for (var i = 0; i < count; i++)
                named[CText.Fixed(p[i].field, 80)] = p[i].value;
        }

        return named;
    }

    /// <summary>virNodeGetCPUStats: nanoseconds by name (<see cref="NodeCpuStatsKeys"/>), of one CPU or of them all.</summary>
    public IReadOnlyDictionary<string, ulong> GetNodeCpuStats(int cpu = (int)NodeGetCpuStatsAllCpus.AllCpus)
    {
        var count = 0;
        Check.Ok(Interop.virNodeGetCPUStats(_handle, cpu, null, &count, 0));
        var stats = new virNodeCPUStats[count];
        var named = new Dictionary<string, ulong>();
        fixed (virNodeCPUStats* p = stats)
        {
            Check.Ok(Interop.virNodeGetCPUStats(_handle, cpu, p, &count, 0));
            for (var i = 0; i < count; i++)
                named[CText.Fixed(p[i].field, 80)] = p[i].value;
        }

        return named;
    }

    /// <summary>virNodeGetCPUMap: the CPUs that are online, of <c>Present</c> that the host has.</summary>
    public (CpuMap Online, int Present) GetCpuMap()
    {
        byte* map;
        uint online;
        var present = Check.Ok(Interop.virNodeGetCPUMap(_handle, &map, &online, 0));
        try
        {
            return (new CpuMap(new ReadOnlySpan<byte>(map, CpuMap.LengthFor(present))), present);
        }
        finally
        {
            NativeMemory.Free(map);
        }
    }

    /// <summary>virNodeGetFreePages: free pages of each size in KiB, for each cell, cell by cell.</summary>
    public IReadOnlyList<ulong> GetFreePages(IReadOnlyList<uint> pageKib, int startCell, uint cells)
    {
        var sizes = pageKib.ToArray();
        var counts = new ulong[sizes.Length * cells];
        fixed (uint* s = sizes)
        fixed (ulong* c = counts)
            return counts[..Check.Ok(Interop.virNodeGetFreePages(_handle, (uint)sizes.Length, s, startCell, cells, c, 0))];
    }

    /// <summary>virNodeAllocPages: changes the host's pool of huge pages; returns how many node pools were changed.</summary>
    public int AllocPages(IReadOnlyDictionary<uint, ulong> countByPageKib, int startCell, uint cells, NodeAllocPagesFlags flags = 0)
    {
        var sizes = countByPageKib.Keys.ToArray();
        var counts = countByPageKib.Values.ToArray();
        fixed (uint* s = sizes)
        fixed (ulong* c = counts)
            return Check.Ok(Interop.virNodeAllocPages(_handle, (uint)sizes.Length, s, c, startCell, cells, (uint)flags));
    }

    /// <summary>virNodeGetMemoryParameters: same-page merging (<see cref="NodeMemorySharedKeys"/>).</summary>
    public TypedParameters GetMemoryParameters() => TypedParameters.Filled(
        nameof(Interop.virNodeGetMemoryParameters), (p, n) => Interop.virNodeGetMemoryParameters(_handle, p, n, 0));

    /// <summary>virNodeSetMemoryParameters</summary>
    public void SetMemoryParameters(TypedParameters parameters)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virNodeSetMemoryParameters(_handle, native.Pointer, native.Count, 0));
    }

    /// <summary>virNodeGetSEVInfo</summary>
    public TypedParameters GetSevInfo()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virNodeGetSEVInfo(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virNodeGetSecurityModel</summary>
    public SecurityModel GetSecurityModel()
    {
        virSecurityModel model;
        Check.Ok(Interop.virNodeGetSecurityModel(_handle, &model));
        return new SecurityModel(CText.Fixed(model.model, 257), CText.Fixed(model.doi, 257));
    }

    /// <summary>virNodeSuspendForDuration: puts the host itself to sleep for that many seconds.</summary>
    public void SuspendNode(NodeSuspendTarget target, ulong seconds)
        => Check.Ok(Interop.virNodeSuspendForDuration(_handle, (uint)target, seconds, 0));
}
