using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class WhyTests(Appliance appliance)
{
    [Fact]
    public async Task A_VM_that_waits_says_since_when_and_what_each_host_lacks()
    {
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=100000\nMEMORY=16", Name = "why-giant" })).Single();
        var why = await appliance.Admin.WhyVm(vm.Id);
        Assert.Equal(("waiting", "PENDING", "the only host does not fit", 1), (why.Kind, why.State, why.Text, why.Hosts));
        Assert.NotNull(why.Since);
        var reason = Assert.Single(why.Reasons);
        Assert.Equal(("too-little-cpu", 1), (reason.Kind, reason.Hosts));
        Assert.StartsWith("1 host: not enough cpu (sim1 lacks ", reason.Text, StringComparison.Ordinal);
        Assert.Equal("sim1", Assert.Single(reason.Nearest).Host);
        await appliance.Admin.Act(vm.Id, VmActions.Hold);
        why = await appliance.Admin.WhyVm(vm.Id);
        Assert.Equal(("held", "it is on hold until it is released"), (why.Kind, why.Text));
        Assert.Empty(why.Reasons);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
        Assert.Equal("ended", (await appliance.Admin.WhyVm(vm.Id)).Kind);
    }

    [Fact]
    public async Task A_VM_that_has_a_place_says_who_gave_it_and_by_which_policy()
    {
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = "why-placed" })).Single();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).LcmState == "RUNNING", "it does not run");
        var why = await appliance.Admin.WhyVm(vm.Id);
        Assert.Equal(("placed", "sim1", "scheduler", "default"), (why.Kind, why.Host, why.PlacedBy, why.Policy));
        Assert.Equal("the scheduler placed it on sim1, by policy default", why.Text);
        Assert.NotNull(why.Since);
        await appliance.Admin.Act(vm.Id, VmActions.TerminateHard);
    }

    [Fact]
    public async Task Who_may_not_use_the_VM_is_not_told_and_one_that_is_not_there_is_named()
    {
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = "why-mine", Hold = true })).Single();
        using var other = await appliance.NewUser("whythief");
        Assert.Equal(403, (await Assert.ThrowsAsync<PoweredException>(() => other.WhyVm(vm.Id))).Problem!.Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.WhyVm(987654))).Problem!.Status);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }
}
