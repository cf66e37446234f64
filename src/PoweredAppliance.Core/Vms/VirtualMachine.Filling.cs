using System.Collections.Immutable;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// A VM that is made with images that are not filled yet is CLONING and waits for them; then it is PENDING, or HOLD where it was made so.
/// CLONING_FAILURE when one of them will not come, until somebody mends the image.
/// </summary>
public sealed partial record VirtualMachine
{
    private const string OnHold = "SUBMIT_ON_HOLD";

    private Decision<IEvent> Decide(FillDisks fill, DateTimeOffset now)
    {
        if (State is not (VmState.Cloning or VmState.CloningFailure))
            return Nothing;
        var disks = Template.Vectors("DISK").ToImmutableArray();
        var filled = disks.Select(disk => ImageDisk.Awaits(disk)
            ? ImageDisk.Filled(disk, fill.Images.FirstOrDefault(i => i.Id == Devices.Id(disk, "IMAGE_ID")))
            : (Disk: disk, Why: null)).ToList();
        var why = filled.Select(f => f.Why).FirstOrDefault(w => w is not null);
        var told = why is null ? State is VmState.Cloning : State is VmState.CloningFailure && (UserTemplate["ERROR"]?.EndsWith(why, StringComparison.Ordinal) ?? false);
        return told && filled.Select(f => f.Disk).SequenceEqual(disks) ? Nothing : Of(new DisksFilled(Id, now, [.. filled.Select(f => f.Disk)], why));
    }

    private VirtualMachine Apply(DisksFilled filled)
    {
        var vm = this with { Template = Template.WithVectors("DISK", filled.Disks) };
        if (filled.Why is { } why)
            return vm.WithError(filled.At, why).To(VmState.CloningFailure, filled.At);
        Lifecycle.Phase next = filled.Disks.Any(ImageDisk.Awaits) ? VmState.Cloning
            : Specification.Yes(Template[OnHold]) ? VmState.Hold : VmState.Pending;
        return (vm with { UserTemplate = UserTemplate.Without("ERROR") }).To(next, filled.At);
    }
}
