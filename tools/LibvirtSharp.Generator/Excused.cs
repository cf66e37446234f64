namespace LibvirtSharp.Generator;

/// <summary>What is not generated, by name, each with its reason. Whatever is in neither the binding nor this list is a
/// failed coverage test.</summary>
public static class Excused
{
    public static readonly IReadOnlyDictionary<string, string> Names = new Dictionary<string, string>
    {
        ["virBlkioParameter"] = "a second name of virTypedParameter, kept by C for callers older than 0.9.2",
        ["virMemoryParameter"] = "a second name of virTypedParameter, kept by C for callers older than 0.9.2",
        ["virSchedParameter"] = "a second name of virTypedParameter, kept by C for callers older than 0.9.2",
        ["_virBlkioParameter"] = "the struct tag of a second name of virTypedParameter",
        ["_virMemoryParameter"] = "the struct tag of a second name of virTypedParameter",
        ["_virSchedParameter"] = "the struct tag of a second name of virTypedParameter",
        ["LIBVIR_CHECK_VERSION"] = "compares versions when C is compiled; here LibvirtVersion compares",
        ["VIR_COPY_CPUMAP"] = "pointer arithmetic; CpuMap does it",
        ["VIR_CPU_MAPLEN"] = "pointer arithmetic; CpuMap does it",
        ["VIR_CPU_USABLE"] = "pointer arithmetic; CpuMap does it",
        ["VIR_CPU_USED"] = "pointer arithmetic; CpuMap does it",
        ["VIR_GET_CPUMAP"] = "pointer arithmetic; CpuMap does it",
        ["VIR_UNUSE_CPU"] = "pointer arithmetic; CpuMap does it",
        ["VIR_USE_CPU"] = "pointer arithmetic; CpuMap does it",
        ["VIR_NODEINFO_MAXCPUS"] = "a product of fields; NodeInfo.MaxCpus is it",
        ["VIR_DOMAIN_EVENT_CALLBACK"] = "a cast of C; Subscribe picks the callback by the notice's type",
        ["VIR_NETWORK_EVENT_CALLBACK"] = "a cast of C; Subscribe picks the callback by the notice's type",
        ["VIR_NODE_DEVICE_EVENT_CALLBACK"] = "a cast of C; Subscribe picks the callback by the notice's type",
        ["VIR_SECRET_EVENT_CALLBACK"] = "a cast of C; Subscribe picks the callback by the notice's type",
        ["VIR_STORAGE_POOL_EVENT_CALLBACK"] = "a cast of C; Subscribe picks the callback by the notice's type",
    };

    /// <summary>Structs that are written by hand, since their layout is not in the description: the union.</summary>
    public static readonly IReadOnlySet<string> WrittenByHand = new HashSet<string> { "virTypedParameter" };
}
