using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>virDomainBlockJobInfo. Bandwidth is MiB/s unless bytes were asked for; the job is ready or done when the
/// cursor is at the end.</summary>
public sealed record DomainBlockJobInfo(DomainBlockJobType Type, ulong Bandwidth, ulong Cursor, ulong End);

/// <summary>A disk is named by its target, such as vda, or by its path. Bandwidth is MiB/s, 0 without a limit, unless a flag says bytes.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>virDomainBlockCommit: moves what is above <paramref name="baseImage"/> down into it. Name the base: null is the
    /// bottom of the chain, which other domains may share. Starts a job and returns.</summary>
    public void BlockCommit(string disk, string? baseImage, string? top = null, ulong bandwidth = 0, DomainBlockCommitFlags flags = 0)
        => Check.Ok(Interop.virDomainBlockCommit(_handle, disk, baseImage, top, (nuint)bandwidth, (uint)flags));

    /// <summary>virDomainBlockPull: copies all that lies below into the top image. Starts a job and returns.</summary>
    public void BlockPull(string disk, ulong bandwidth = 0, DomainBlockPullFlags flags = 0)
        => Check.Ok(Interop.virDomainBlockPull(_handle, disk, (nuint)bandwidth, (uint)flags));

    /// <summary>virDomainBlockRebase: as a pull, but down to <paramref name="baseImage"/> only.</summary>
    public void BlockRebase(string disk, string? baseImage, ulong bandwidth = 0, DomainBlockRebaseFlags flags = 0)
        => Check.Ok(Interop.virDomainBlockRebase(_handle, disk, baseImage, (nuint)bandwidth, (uint)flags));

    /// <summary>virDomainBlockCopy: mirrors the disk to where the XML says (<see cref="DomainBlockCopyKeys"/>).</summary>
    public void BlockCopy(string disk, string destinationXml, TypedParameters? parameters = null, DomainBlockCopyFlags flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainBlockCopy(_handle, disk, destinationXml, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainGetBlockJobInfo; null when no job runs on the disk.</summary>
    public DomainBlockJobInfo? GetBlockJobInfo(string disk, DomainBlockJobInfoFlags flags = 0)
    {
        virDomainBlockJobInfo j;
        return Check.Yes(Interop.virDomainGetBlockJobInfo(_handle, disk, &j, (uint)flags))
            ? new DomainBlockJobInfo((DomainBlockJobType)j.type, j.bandwidth, j.cur, j.end)
            : null;
    }

    /// <summary>virDomainBlockJobAbort: gives a job up, or with <see cref="DomainBlockJobAbortFlags.Pivot"/> ends a mirror by moving to it.</summary>
    public void BlockJobAbort(string disk, DomainBlockJobAbortFlags flags = 0)
        => Check.Ok(Interop.virDomainBlockJobAbort(_handle, disk, (uint)flags));

    /// <summary>virDomainBlockJobSetSpeed</summary>
    public void BlockJobSetSpeed(string disk, ulong bandwidth, DomainBlockJobSetSpeedFlags flags = 0)
        => Check.Ok(Interop.virDomainBlockJobSetSpeed(_handle, disk, (nuint)bandwidth, (uint)flags));

    /// <summary>virDomainBlockResize: bytes, as the guest sees the disk.</summary>
    public void BlockResize(string disk, ulong bytes)
        => Check.Ok(Interop.virDomainBlockResize(_handle, disk, bytes, (uint)DomainBlockResizeFlags.Bytes));

    /// <summary>virDomainBlockPeek: reads from a disk as the guest sees it.</summary>
    public byte[] BlockPeek(string disk, ulong offset, int bytes)
    {
        var buffer = new byte[bytes];
        fixed (byte* p = buffer)
            Check.Ok(Interop.virDomainBlockPeek(_handle, disk, offset, (nuint)bytes, (nint)p, 0));
        return buffer;
    }

    /// <summary>virDomainMemoryPeek: reads the guest's memory.</summary>
    public byte[] MemoryPeek(ulong start, int bytes, DomainMemoryFlags flags = DomainMemoryFlags.Physical)
    {
        var buffer = new byte[bytes];
        fixed (byte* p = buffer)
            Check.Ok(Interop.virDomainMemoryPeek(_handle, start, (nuint)bytes, (nint)p, (uint)flags));
        return buffer;
    }

    /// <summary>virDomainSetBlockThreshold: one <see cref="BlockThresholdNotice"/> when writing has passed that byte.</summary>
    public void SetBlockThreshold(string device, ulong bytes)
        => Check.Ok(Interop.virDomainSetBlockThreshold(_handle, device, bytes, 0));

    /// <summary>virDomainGetBlockIoTune (<see cref="DomainBlockIoTuneKeys"/>)</summary>
    public TypedParameters GetBlockIoTune(string disk, DomainModificationImpact flags = 0) => TypedParameters.Filled(
        nameof(Interop.virDomainGetBlockIoTune), (p, n) => Interop.virDomainGetBlockIoTune(_handle, disk, p, n, (uint)flags));

    /// <summary>virDomainSetBlockIoTune (<see cref="DomainBlockIoTuneKeys"/>)</summary>
    public void SetBlockIoTune(string disk, TypedParameters parameters, DomainModificationImpact flags = 0)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetBlockIoTune(_handle, disk, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainFDAssociate: gives open files to the domain under a name; they stay open for its life.</summary>
    public void AssociateFiles(string name, IReadOnlyCollection<SafeHandle> files, DomainFDAssociateFlags flags = 0)
    {
        using var fds = new FileDescriptors(files);
        fixed (int* p = fds.Numbers)
            Check.Ok(Interop.virDomainFDAssociate(_handle, name, (uint)fds.Numbers.Length, p, (uint)flags));
    }
}
