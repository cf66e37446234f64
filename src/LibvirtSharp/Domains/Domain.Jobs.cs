namespace LibvirtSharp;

/// <summary>virDomainJobInfo: times in milliseconds, sizes in bytes. Remaining time is a guess.</summary>
public sealed record DomainJobInfo(DomainJobType Type, ulong TimeElapsed, ulong TimeRemaining,
    ulong DataTotal, ulong DataProcessed, ulong DataRemaining,
    ulong MemoryTotal, ulong MemoryProcessed, ulong MemoryRemaining,
    ulong FileTotal, ulong FileProcessed, ulong FileRemaining);

/// <summary>Figures of a job that runs or has ended, with libvirt's names for them (<see cref="DomainJobKeys"/>).</summary>
public sealed record DomainJobStats(DomainJobType Type, TypedParameters Values)
{
    public DomainJobOperation? Operation => (DomainJobOperation?)Values.GetInt32(DomainJobKeys.Operation);

    /// <summary>Milliseconds.</summary>
    public ulong? TimeElapsed => Values.GetUInt64(DomainJobKeys.TimeElapsed);

    /// <summary>Milliseconds that the guest stood still, or is expected to.</summary>
    public ulong? Downtime => Values.GetUInt64(DomainJobKeys.Downtime);

    /// <summary>Bytes.</summary>
    public ulong? DataTotal => Values.GetUInt64(DomainJobKeys.DataTotal);

    /// <inheritdoc cref="DataTotal"/>
    public ulong? DataProcessed => Values.GetUInt64(DomainJobKeys.DataProcessed);

    /// <inheritdoc cref="DataTotal"/>
    public ulong? DataRemaining => Values.GetUInt64(DomainJobKeys.DataRemaining);

    /// <summary>Whether a job that has ended reached its goal.</summary>
    public bool? Success => Values.GetBoolean(DomainJobKeys.Success);

    public string? Error => Values.GetString(DomainJobKeys.Errmsg);
}

public sealed unsafe partial class Domain
{
    /// <summary>virDomainGetJobInfo; type <see cref="DomainJobType.None"/> when no job runs.</summary>
    public DomainJobInfo GetJobInfo()
    {
        virDomainJobInfo j;
        Check.Ok(Interop.virDomainGetJobInfo(_handle, &j));
        return new DomainJobInfo((DomainJobType)j.type, j.timeElapsed, j.timeRemaining, j.dataTotal, j.dataProcessed, j.dataRemaining,
            j.memTotal, j.memProcessed, j.memRemaining, j.fileTotal, j.fileProcessed, j.fileRemaining);
    }

    /// <summary>virDomainGetJobStats: of the job that runs or, with <see cref="DomainGetJobStatsFlags.Completed"/>, of the last
    /// one; reading that forgets it, unless it is to be kept.</summary>
    public DomainJobStats GetJobStats(DomainGetJobStatsFlags flags = 0)
    {
        int type, count;
        virTypedParameter* parameters;
        Check.Ok(Interop.virDomainGetJobStats(_handle, &type, &parameters, &count, (uint)flags));
        return new DomainJobStats((DomainJobType)type, TypedParameters.Owned(parameters, count));
    }

    /// <summary>virDomainAbortJobFlags: ends a migration, save, dump or backup that runs.</summary>
    public void AbortJob(DomainAbortJobFlags flags = 0) => Check.Ok(Interop.virDomainAbortJobFlags(_handle, (uint)flags));

    /// <summary>virDomainBackupBegin: starts a backup as the XML says, with a checkpoint made at the same moment.</summary>
    public void BackupBegin(string backupXml, string? checkpointXml = null, DomainBackupBeginFlags flags = 0)
        => Check.Ok(Interop.virDomainBackupBegin(_handle, backupXml, checkpointXml, (uint)flags));

    /// <summary>virDomainBackupGetXMLDesc: of the backup that runs.</summary>
    public string GetBackupXml() => Check.Text(Interop.virDomainBackupGetXMLDesc(_handle, 0));

    /// <summary>virDomainStartDirtyRateCalc: measures for that many seconds; the result is in the bulk statistics.</summary>
    public void StartDirtyRateCalc(int seconds, DomainDirtyRateCalcFlags flags = 0)
        => Check.Ok(Interop.virDomainStartDirtyRateCalc(_handle, seconds, (uint)flags));
}
