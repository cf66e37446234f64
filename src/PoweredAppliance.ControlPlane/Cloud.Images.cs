using System.Collections.Immutable;
using Akka.Actor;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

public sealed partial class Cloud
{
    /// <summary>Tells a VM that waits for images how they are now.</summary>
    public async Task<Answer> FillDisks(VmId id)
    {
        if (inventory.Vms.Find(id) is not { } vm)
            return Refusal.NotFound("virtual machine", id.Value);
        ImmutableArray<PooledObject> images =
            [.. vm.Template.Vectors("DISK").Where(ImageDisk.Awaits).Select(d => inventory.Find(PoolKind.Image, Devices.Id(d, "IMAGE_ID"))).OfType<PooledObject>()];
        return await Vm(new VmProtocol.FillDisks(id, images)).ConfigureAwait(false);
    }

    /// <summary>The snapshots that a disk comes with: those of its persistent image. Null: none.</summary>
    public DiskSnapshots? SnapshotsOf(VectorAttribute disk) =>
        inventory.Find(PoolKind.Image, Devices.Id(disk, "IMAGE_ID")) is { } image && image.IsPersistent() ? ImageSnapshots.Of(image, Devices.Id(disk, "DISK_ID")) : null;

    /// <summary>Does what these images are needed for, unless somebody else's purpose with one of them forbids it.</summary>
    public async Task<Answer> Holding(ImmutableArray<int> images, LoanPurpose purpose, Func<Task<Answer>> act)
    {
        if (images.IsEmpty)
            return await act().ConfigureAwait(false);
        var reply = await Ask<object>(new LoanProtocol.Borrow(images, purpose)).ConfigureAwait(false);
        return reply is LoanProtocol.Refused refused
            ? refused.Why
            : await Settling(act, _ => new LoanProtocol.Settle(((LoanProtocol.Lent)reply).Ticket)).ConfigureAwait(false);
    }
}
