using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Workflows;

/// <summary>Images that a VM's disk becomes: the VM's host leaves the content where storage looks for it, and the VM goes on.</summary>
public sealed partial class ImageImports
{
    /// <summary>Fact of an image that waits for a disk: the VM whose it is.</summary>
    public const string Saving = "SAVING";

    /// <summary>Where the content of an image has to be left, whole, for it to be found.</summary>
    public string Landing(int image) => storage.Landing(image);

    /// <summary>Waits until the VM does not save its disk as this image any more; then it becomes READY, or ERROR with the VM's reason.</summary>
    public void Await(int image) => Begin(image, (there, stop) => Land(image, new VmId(there.FactInt(Saving, -1)), stop));

    private async Task Land(int image, VmId id, CancellationToken stop)
    {
        using (var watch = cloud.Inventory.Changes.Subscribe())
        {
            while (IsSaving(id, image))
            {
                await watch.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
                while (watch.Reader.TryRead(out _))
                    continue;
            }
        }

        await Settle(image, () => storage.Uploaded(image) > 0
            ? storage.Complete(image, format: null, CancellationToken.None)
            : throw new ImageRefusedException(
                $"VM {id} did not save its disk: {cloud.Inventory.Vms.Find(id)?.UserTemplate["ERROR"] ?? "it was never asked to"}")).ConfigureAwait(false);
    }

    private bool IsSaving(VmId vm, int image) =>
        cloud.Inventory.Vms.Find(vm)?.Changing is { What: VmChange.SaveDisk { Image: var saved } } && saved == image;
}
