using System.Collections.Immutable;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>VMs that are made with images whose content is on its way.</summary>
public sealed class FillingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private static PooledObject Image(int id, ImageState state, long size = 8, string? error = null) => new(
        PoolKind.Image, id, $"i{id}", Caller.Admin, 0, 0, Template.Empty,
        new[] { ("STATE", $"{(int)state}"), ("TYPE", "0"), ("SIZE", $"{size}"), ("ERROR", error ?? ""), ("SOURCE", state is ImageState.Ready ? $"/ds/{id}" : ""), ("VOLUME", $"image-{id}.raw") }
            .Where(f => f.Item2.Length > 0).ToImmutableSortedDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal));

    private static VirtualMachine Made(bool onHold, params PooledObject[] images)
    {
        var given = Template.Parse("CPU=1\nMEMORY=16\n" + string.Concat(images.Select(i => $"DISK=[IMAGE_ID={i.Id}]\n")));
        var assembly = Assembly.Plan(given, (_, id, _, _) => (images.Single(i => $"{i.Id}" == id), null)).Made!;
        var (template, user) = assembly.Finish(new(7), "vm", Guid.Empty, [], "");
        return VirtualMachine.Apply(null, new Created(
            new(7), Noon, "vm", Caller.Admin, 0, onHold ? template.Set("SUBMIT_ON_HOLD", "YES") : template, user, onHold));
    }

    private static VirtualMachine Told(VirtualMachine vm, params PooledObject[] images) =>
        VirtualMachine.Decide(vm, new FillDisks(vm.Id, [.. images]), Noon).Events.Aggregate(vm, (now, e) => VirtualMachine.Apply(now, e));

    [Theory]
    [InlineData(false, VmState.Pending)]
    [InlineData(true, VmState.Hold)]
    public void A_VM_waits_until_the_last_of_its_images_is_filled(bool onHold, VmState end)
    {
        var vm = Made(onHold, Image(1, ImageState.Locked, size: 0), Image(2, ImageState.Locked), Image(3, ImageState.Ready));
        Assert.Equal((VmState.Cloning, null), (vm.State, vm.Work));
        Assert.Equal(["YES", "YES", null], vm.Template.Vectors("DISK").Select(d => d["CLONING"]));
        Assert.Empty(VirtualMachine.Decide(vm, new FillDisks(vm.Id, [Image(1, ImageState.Locked), Image(2, ImageState.Locked)]), Noon).Events);

        vm = Told(vm, Image(1, ImageState.Ready, size: 64), Image(2, ImageState.Locked));
        Assert.Equal(VmState.Cloning, vm.State);
        Assert.Equal(("64", "/ds/1", null), (vm.Template.Disk(0)!["SIZE"], vm.Template.Disk(0)!["SOURCE"], vm.Template.Disk(0)!["CLONING"]));

        vm = Told(vm, Image(2, ImageState.Ready));
        Assert.Equal(end, vm.State);
        Assert.Equal(["vda", "vdb", "vdc"], vm.Template.Vectors("DISK").Select(d => d["TARGET"]));
        Assert.Empty(VirtualMachine.Decide(vm, new FillDisks(vm.Id, []), Noon).Events);
    }

    [Fact]
    public void A_VM_whose_image_does_not_come_fails_with_the_reason_and_goes_on_when_the_image_is_mended()
    {
        var vm = Told(Made(false, Image(1, ImageState.Locked)), Image(1, ImageState.Error, error: "no such host"));
        Assert.Equal(VmState.CloningFailure, vm.State);
        Assert.EndsWith("image 1 (i1) could not be filled: no such host", vm.UserTemplate["ERROR"], StringComparison.Ordinal);
        Assert.Empty(VirtualMachine.Decide(vm, new FillDisks(vm.Id, [Image(1, ImageState.Error, error: "no such host")]), Noon).Events);
        Assert.NotNull(VirtualMachine.Decide(vm, new Recover(vm.Id, RecoverOperation.Recreate, Caller.Admin), Noon).Refusal);

        vm = Told(vm, Image(1, ImageState.Ready));
        Assert.Equal((VmState.Pending, null), (vm.State, vm.UserTemplate["ERROR"]));
    }

    [Fact]
    public void A_VM_that_waits_for_its_images_can_be_ended()
    {
        var vm = Made(false, Image(1, ImageState.Locked));
        var ended = VirtualMachine.Decide(vm, new Act(vm.Id, VmAction.Terminate, Caller.Admin), Noon).Events.Aggregate(vm, (now, e) => VirtualMachine.Apply(now, e));
        Assert.Equal(VmState.Done, ended.State);
    }
}
