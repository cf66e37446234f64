using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>An address of a guest; <paramref name="Prefix"/> in bits.</summary>
public sealed record DomainAddress(IPAddrType Type, string Address, uint Prefix);

/// <summary>A network interface of a guest with the addresses that are known of it.</summary>
public sealed record DomainInterfaceAddresses(string Name, string? MacAddress, IReadOnlyList<DomainAddress> Addresses);

/// <summary>A mounted file system of a guest, with the disks (targets such as vda) under it.</summary>
public sealed record DomainFileSystem(string MountPoint, string Name, string Type, IReadOnlyList<string> Disks);

/// <summary>What needs the guest's help, mostly its agent.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>virDomainInterfaceAddresses: from DHCP leases, the guest agent or the host's ARP table.</summary>
    public IReadOnlyList<DomainInterfaceAddresses> InterfaceAddresses(
        DomainInterfaceAddressesSource source = DomainInterfaceAddressesSource.Lease)
    {
        virDomainInterface** interfaces;
        var count = Check.Ok(Interop.virDomainInterfaceAddresses(_handle, &interfaces, (uint)source, 0));
        var all = new DomainInterfaceAddresses[count];
        for (var i = 0; i < count; i++)
        {
            var nic = interfaces[i];
            var addresses = new DomainAddress[nic->naddrs];
            for (var a = 0; a < addresses.Length; a++)
                addresses[a] = new DomainAddress((IPAddrType)nic->addrs[a].type, CText.Borrowed(nic->addrs[a].addr) ?? "", nic->addrs[a].prefix);
            all[i] = new DomainInterfaceAddresses(CText.Borrowed(nic->name) ?? "", CText.Borrowed(nic->hwaddr), addresses);
            Interop.virDomainInterfaceFree(nic);
        }

        NativeMemory.Free(interfaces);
        return all;
    }

    /// <summary>virDomainGetHostname: the guest's own.</summary>
    public string GetHostname(DomainGetHostnameFlags flags = 0) => Check.Text(Interop.virDomainGetHostname(_handle, (uint)flags));

    /// <summary>virDomainGetGuestInfo: users, system, timezone, disks, interfaces, under dotted names; 0 is all that there is.</summary>
    public TypedParameters GetGuestInfo(DomainGuestInfoTypes types = 0)
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virDomainGetGuestInfo(_handle, (uint)types, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virDomainGetFSInfo</summary>
    public IReadOnlyList<DomainFileSystem> GetFileSystems()
    {
        virDomainFSInfo** infos;
        var count = Check.Ok(Interop.virDomainGetFSInfo(_handle, &infos, 0));
        var all = new DomainFileSystem[count];
        for (var i = 0; i < count; i++)
        {
            var info = infos[i];
            var disks = new string[(int)info->ndevAlias];
            for (var d = 0; d < disks.Length; d++)
                disks[d] = CText.Borrowed(info->devAlias[d]) ?? "";
            all[i] = new DomainFileSystem(
                CText.Borrowed(info->mountpoint) ?? "", CText.Borrowed(info->name) ?? "", CText.Borrowed(info->fstype) ?? "", disks);
            Interop.virDomainFSInfoFree(info);
        }

        NativeMemory.Free(infos);
        return all;
    }

    /// <summary>virDomainFSFreeze: stops writing to the named file systems, or to all; returns how many. Thaw soon.</summary>
    public int FsFreeze(IReadOnlyCollection<string>? mountPoints = null)
    {
        using var points = new CTextArray(mountPoints);
        return Check.Ok(Interop.virDomainFSFreeze(_handle, points.Pointer, points.Count, 0));
    }

    /// <summary>virDomainFSThaw</summary>
    public int FsThaw(IReadOnlyCollection<string>? mountPoints = null)
    {
        using var points = new CTextArray(mountPoints);
        return Check.Ok(Interop.virDomainFSThaw(_handle, points.Pointer, points.Count, 0));
    }

    /// <summary>virDomainFSTrim: gives unused blocks back; ranges shorter than that many bytes are left alone.</summary>
    public void FsTrim(string? mountPoint = null, ulong minimumBytes = 0)
        => Check.Ok(Interop.virDomainFSTrim(_handle, mountPoint, minimumBytes, 0));

    /// <summary>virDomainGetTime: the guest's clock.</summary>
    public DateTimeOffset GetTime()
    {
        long seconds;
        uint nanoseconds;
        Check.Ok(Interop.virDomainGetTime(_handle, &seconds, &nanoseconds, 0));
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);
    }

    /// <summary>virDomainSetTime; with <see cref="DomainSetTimeFlags.Sync"/> the guest takes its own hardware clock.</summary>
    public void SetTime(DateTimeOffset time, DomainSetTimeFlags flags = 0)
        => Check.Ok(Interop.virDomainSetTime(
            _handle, time.ToUnixTimeSeconds(), (uint)(time.UtcTicks % TimeSpan.TicksPerSecond) * 100, (uint)flags));

    /// <summary>virDomainSetUserPassword</summary>
    public void SetUserPassword(string user, string password, DomainSetUserPasswordFlags flags = 0)
        => Check.Ok(Interop.virDomainSetUserPassword(_handle, user, password, (uint)flags));

    /// <summary>virDomainAuthorizedSSHKeysGet</summary>
    public IReadOnlyList<string> GetAuthorizedSshKeys(string user)
    {
        byte** keys;
        var count = Check.Ok(Interop.virDomainAuthorizedSSHKeysGet(_handle, user, &keys, 0));
        return CText.OwnedArray(keys, count);
    }

    /// <summary>virDomainAuthorizedSSHKeysSet: replaces the user's keys, or adds or removes these.</summary>
    public void SetAuthorizedSshKeys(string user, IReadOnlyCollection<string> keys, DomainAuthorizedSshKeysSetFlags flags = 0)
    {
        using var native = new CTextArray(keys);
        Check.Ok(Interop.virDomainAuthorizedSSHKeysSet(_handle, user, native.Pointer, native.Count, (uint)flags));
    }

    /// <summary>virDomainAgentSetResponseTimeout: seconds, or one of <see cref="DomainAgentResponseTimeout"/>.</summary>
    public void SetAgentResponseTimeout(int seconds) => Check.Ok(Interop.virDomainAgentSetResponseTimeout(_handle, seconds, 0));
}
