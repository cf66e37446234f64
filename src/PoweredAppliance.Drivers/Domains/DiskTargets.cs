using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Domains;

internal sealed record DiskTarget(string Device, string Bus);

/// <summary>
/// Which device name and bus each disk gets. Machines without IDE (q35) get SATA in its place; a disk that must change
/// its prefix for that takes its letter along, or the first free one where that letter is taken. The CONTEXT CD-ROM goes
/// to virtio-scsi instead, unless it asks for sdX: kernels made for clouds, Debian's among them, have no AHCI driver.
/// </summary>
internal sealed class DiskTargets
{
    private readonly Dictionary<int, DiskTarget> _disks = [];
    private readonly HashSet<string> _taken = [];
    private readonly bool _noIde;

    internal DiskTargets(VmSpec spec)
    {
        _noIde = DomainBoot.IsPcie(spec.Os);
        foreach (var disk in spec.Disks.OrderBy(d => PrefixOf(BusOf(d.Target, d.Bus)) != d.Target[..Math.Min(2, d.Target.Length)])) // who keeps its name chooses first
        {
            if (!_disks.TryAdd(disk.Id, Place(disk.Target, disk.Bus)))
                throw new DomainSpecException($"two disks have the id {disk.Id}");
        }
        if (spec.Context is not null)
            Context = ContextOf(spec.ContextTarget);
    }

    /// <summary>Where the CONTEXT CD-ROM goes: its own target, else the first free one; null: the VM has no CONTEXT.</summary>
    internal DiskTarget? Context { get; }

    internal DiskTarget Of(DiskSpec disk) => _disks[disk.Id];

    internal bool AnyOn(string bus) => _disks.Values.Any(d => d.Bus == bus) || Context?.Bus == bus;

    private DiskTarget ContextOf(string? target) => target switch
    {
        null or "" => FirstFree(_noIde ? "scsi" : "ide"),
        _ when _noIde && target.StartsWith("hd", StringComparison.Ordinal) => Place(target, "scsi"),
        _ => Place(target, ""),
    };

    private DiskTarget Place(string target, string bus)
    {
        if (target.Length != 3 || target[..2] is not ("vd" or "sd" or "hd") || target[2] is not (>= 'a' and <= 'z'))
            throw new DomainSpecException($"'{target}' is no disk target; expected vda, sda or hda and so on");
        var on = BusOf(target, bus);
        var device = PrefixOf(on) + target[2];
        if (_taken.Add(device))
            return new(device, on);
        return device == target ? throw new DomainSpecException($"two disks have the target {target}") : FirstFree(on);
    }

    private DiskTarget FirstFree(string bus)
    {
        for (var letter = 'a'; letter <= 'z'; letter++)
        {
            if (_taken.Add(PrefixOf(bus) + letter))
                return new(PrefixOf(bus) + letter, bus);
        }
        throw new DomainSpecException($"no free target is left on bus {bus}");
    }

    // sd is one row of letters for scsi, sata and usb: the guest sees them side by side
    private static string PrefixOf(string bus) => bus switch { "virtio" => "vd", "ide" => "hd", _ => "sd" };

    private string BusOf(string target, string bus)
    {
        var wanted = bus.Length > 0 ? bus.ToLowerInvariant()
            : target.StartsWith("vd", StringComparison.Ordinal) ? "virtio"
            : target.StartsWith("sd", StringComparison.Ordinal) ? (_noIde ? "sata" : "scsi") : "ide";
        return wanted switch
        {
            "ide" when _noIde => "sata",
            "sata" when !_noIde && target.StartsWith("hd", StringComparison.Ordinal) => "ide",
            _ => wanted,
        };
    }
}
