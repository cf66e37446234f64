namespace LibvirtSharp.Generator;

/// <summary>C names to C# names, by rule; the tables hold what no rule gets right.</summary>
public static class Naming
{
    /// <summary>Where the words that the constants of an enum have in common are not the part to drop.</summary>
    private static readonly Dictionary<string, string> Prefixes = new()
    {
        ["virDomainBackupBeginFlags"] = "VIR_DOMAIN_BACKUP_BEGIN_",
        ["virDomainBlockJobInfoFlags"] = "VIR_DOMAIN_BLOCK_JOB_INFO_",
        ["virDomainBlockJobSetSpeedFlags"] = "VIR_DOMAIN_BLOCK_JOB_SPEED_",
        ["virDomainBlockPullFlags"] = "VIR_DOMAIN_BLOCK_PULL_",
        ["virDomainFDAssociateFlags"] = "VIR_DOMAIN_FD_ASSOCIATE_",
        ["virErrorDomain"] = "VIR_FROM_",
        ["virErrorNumber"] = "VIR_ERR_",
        ["virNodeGetCPUStatsAllCPUs"] = "VIR_NODE_CPU_STATS_",
        ["virNodeGetMemoryStatsAllCells"] = "VIR_NODE_MEMORY_STATS_",
        ["virStorageVolDownloadFlags"] = "VIR_STORAGE_VOL_DOWNLOAD_",
        ["virStorageVolUploadFlags"] = "VIR_STORAGE_VOL_UPLOAD_",
        ["virStreamRecvFlagsValues"] = "VIR_STREAM_RECV_",
        ["virTypedParameterFlags"] = "VIR_TYPED_PARAM_",
    };

    /// <summary>Families of string macros: each becomes a class of names, so that they are found by typing.</summary>
    private static readonly (string Prefix, string Class)[] KeyFamilies =
    [
        ("VIR_CLIENT_INFO_", "AdminClientKeys"),
        ("VIR_CONNECT_IDENTITY_", "IdentityKeys"),
        ("VIR_DOMAIN_BANDWIDTH_", "DomainBandwidthKeys"),
        ("VIR_DOMAIN_BLKIO_", "DomainBlkioKeys"),
        ("VIR_DOMAIN_BLOCK_COPY_", "DomainBlockCopyKeys"),
        ("VIR_DOMAIN_BLOCK_IOTUNE_", "DomainBlockIoTuneKeys"),
        ("VIR_DOMAIN_BLOCK_STATS_", "DomainBlockStatsKeys"),
        ("VIR_DOMAIN_CPU_STATS_", "DomainCpuStatsKeys"),
        ("VIR_DOMAIN_IOTHREAD_", "DomainIoThreadKeys"),
        ("VIR_DOMAIN_JOB_", "DomainJobKeys"),
        ("VIR_DOMAIN_LAUNCH_SECURITY_", "DomainLaunchSecurityKeys"),
        ("VIR_DOMAIN_MEMORY_", "DomainMemoryKeys"),
        ("VIR_DOMAIN_NUMA_", "DomainNumaKeys"),
        ("VIR_DOMAIN_SAVE_PARAM_", "DomainSaveKeys"),
        ("VIR_DOMAIN_SCHEDULER_", "DomainSchedulerKeys"),
        ("VIR_DOMAIN_TUNABLE_", "DomainTunableKeys"),
        ("VIR_MIGRATE_PARAM_", "MigrateKeys"),
        ("VIR_NETWORK_PORT_BANDWIDTH_", "NetworkPortBandwidthKeys"),
        ("VIR_NODE_CPU_STATS_", "NodeCpuStatsKeys"),
        ("VIR_NODE_MEMORY_SHARED_", "NodeMemorySharedKeys"),
        ("VIR_NODE_MEMORY_STATS_", "NodeMemoryStatsKeys"),
        ("VIR_NODE_SEV_", "NodeSevKeys"),
        ("VIR_PERF_PARAM_", "PerfKeys"),
        ("VIR_SERVER_", "AdminServerKeys"),
        ("VIR_THREADPOOL_", "AdminThreadPoolKeys"),
    ];

    /// <summary>virDomainShutdownFlagValues to DomainShutdownFlags.</summary>
    public static string EnumType(string c)
    {
        var name = c["vir".Length..];
        if (name.EndsWith("FlagValues", StringComparison.Ordinal))
            name = name[..^"FlagValues".Length] + "Flags";
        else if (name.EndsWith("Values", StringComparison.Ordinal))
            name = name[..^"Values".Length];
        if (name.EndsWith("ID", StringComparison.Ordinal))
            name = name[..^2] + "Id";
        return name.Replace("XML", "Xml").Replace("CPU", "Cpu").Replace("SSH", "Ssh");
    }

    /// <summary>The words that every constant of an enum begins with, up to an underscore.</summary>
    public static string EnumPrefix(string enumType, IReadOnlyList<string> constants)
    {
        if (Prefixes.TryGetValue(enumType, out var known))
            return known;

        var first = constants[0];
        var length = constants.Min(c => c.Zip(first).TakeWhile(p => p.First == p.Second).Count());
        return first[..(first.LastIndexOf('_', Math.Min(length, first.Length) - 1) + 1)];
    }

    public static string Member(string prefix, string c)
        => Pascal(c.StartsWith(prefix, StringComparison.Ordinal) ? c[prefix.Length..] : c["VIR_".Length..]);

    /// <summary>The class and the name of a string macro.</summary>
    public static (string Class, string Member) Key(string macro)
    {
        foreach (var (prefix, name) in KeyFamilies)
            if (macro.StartsWith(prefix, StringComparison.Ordinal))
                return (name, Pascal(macro[prefix.Length..]));

        return ("LibvirtKeys", Pascal(macro["VIR_".Length..]));
    }

    public static string Constant(string macro)
        => Pascal(macro.StartsWith("VIR_", StringComparison.Ordinal) ? macro["VIR_".Length..] : macro);

    /// <summary>libvirt-domain-snapshot to DomainSnapshot.</summary>
    public static string FileSubject(string cFile)
        => cFile == "virterror" ? "Error" : string.Concat(cFile.Split('-').Skip(1).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    private static string Pascal(string words)
        => string.Concat(words.Split('_', StringSplitOptions.RemoveEmptyEntries)
            .Select(w => char.ToUpperInvariant(w[0]) + w[1..].ToLowerInvariant()));
}
