using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

[Collection(nameof(OneAppliance))]
public sealed class PlanTests(Appliance appliance)
{
    [Fact]
    public async Task How_many_more_fit_is_said_of_a_template_and_of_a_shape()
    {
        var small = await appliance.Admin.GetCapacity("small");
        Assert.Equal(("small", 100, 128L, 0L), (small.Template, small.CpuPercent, small.MemoryMib, small.DiskMib));
        Assert.True(small.Fits > 0);
        Assert.Equal((small.Fits, "default", 1, "cpu"), (small.FitsIfAllUp, small.Clusters.Single().Cluster, small.Clusters[0].Hosts, small.RunsOutFirst));
        var wide = await appliance.Admin.GetCapacity(cpuPercent: 100, memoryMib: 1 << 24, diskMib: 10, cluster: "default");
        Assert.Equal((0L, 10L), (wide.Fits, wide.DiskMib));
        Assert.StartsWith("1 host: not enough memory (sim1 lacks ", Assert.Single(wide.Reasons).Text, StringComparison.Ordinal);
        Assert.Equal((100, 1024L), ((await appliance.Admin.GetCapacity()).CpuPercent, (await appliance.Admin.GetCapacity()).MemoryMib));
    }

    [Theory]
    [InlineData("template=nosuch", 404, "nosuch")]
    [InlineData("cluster=nosuch", 404, "nosuch")]
    [InlineData("cpuPercent=none", 400, "cpuPercent must be a number")]
    [InlineData("memoryMib=0", 400, "memoryMib must be a number from 1")]
    [InlineData("diskMib=-1", 400, "diskMib must be a number from 0")]
    [InlineData("template=small&memoryMib=5", 400, "template says what each takes")]
    public async Task What_is_wrong_is_named(string query, int status, string text)
    {
        using var http = appliance.Http();
        using var answer = await http.GetAsync($"capacity?{query}");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_come_of_a_lost_host_is_told_to_who_administers_it()
    {
        var vm = (await appliance.Admin.CreateVms(new() { Template = "small", Name = "plan-lost" })).Single();
        await Appliance.Until(async () => (await appliance.Admin.GetVm(vm.Id)).LcmState == "RUNNING", "it does not run");
        var plan = await appliance.Admin.PlanLoss(["sim1"]);
        Assert.Equal((false, "sim1"), (plan.Fits, Assert.Single(plan.Hosts)));
        var lost = Assert.Single(plan.Vms, v => v.Id == vm.Id);
        Assert.Equal(("plan-lost", "sim1", null, "there are no hosts"), (lost.Name, lost.From, lost.To, lost.Text));
        Assert.Equal("RUNNING", (await appliance.Admin.GetVm(vm.Id)).LcmState);
        using var other = await appliance.NewUser("planner");
        Assert.Equal(403, (await Assert.ThrowsAsync<PoweredException>(() => other.PlanLoss(["sim1"]))).Problem!.Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.PlanLoss(["nosuch"]))).Problem!.Status);
        Assert.Equal("host", (await Assert.ThrowsAsync<PoweredException>(() => appliance.Admin.PlanLoss([]))).Problem!.Field);
        await appliance.Admin.Act(vm.Id, VmActions.TerminateHard);
    }
}
