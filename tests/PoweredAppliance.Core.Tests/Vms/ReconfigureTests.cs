using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>Capacity, configuration and VM group of a VM that is there.</summary>
public sealed class ReconfigureTests
{
    private static VmChange.Resize Resize(string given) => Resizing.Read(Template.Parse(given)).Made!;

    private static UpdateConfiguration Update(string given, bool append = false) => new(Sample.Vm, Template.Parse(given), append, Caller.Admin);

    [Theory]
    [InlineData("PENDING")]
    [InlineData("HOLD")]
    [InlineData("UNDEPLOYED")]
    public void Where_no_host_keeps_room_a_VM_is_resized_at_once(string phase)
    {
        var vm = Sample.In(phase).After(Sample.Ask(Resize("CPU=2.5 MEMORY=4096")));
        Assert.Equal((phase, "2.5", "4096", null), (vm.Phase.ToString(), vm.Template["CPU"], vm.Template["MEMORY"], vm.Template["VCPU"]));
        Assert.Equal(new Capacity(250, 4096 * 1024, 46), Specification.Room(vm.Template));
    }

    [Fact]
    public void While_a_claim_is_on_its_way_and_where_memory_is_saved_the_size_stays()
    {
        var offered = Sample.In("PENDING").After(new Offer(Sample.Vm, Sample.Alpha));
        Assert.Contains("is being placed on host host1", offered.Tell(Sample.Ask(Resize("CPU=2"))).Why?.Text, StringComparison.Ordinal);
        var back = Sample.In("STOPPED").After(Sample.Ask(VmAction.Resume));
        Assert.Contains("comes back from STOPPED", back.Tell(Sample.Ask(Resize("MEMORY=64"))).Why?.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VCPU=5", "to 5 VCPU: VCPU_MAX lets it have 4")]
    [InlineData("MEMORY=257", "to 257 MB: MEMORY_MAX lets it have 256")]
    public void A_running_guest_gets_what_its_maxima_allow_and_one_that_is_off_gets_more(string given, string why)
    {
        Assert.Contains(why, Sample.In("RUNNING").Tell(Sample.Ask(Resize(given))).Why?.Text, StringComparison.Ordinal);
        Assert.Equal("HOTPLUG_RESIZE", Sample.In("POWEROFF").After(Sample.Ask(Resize(given))).Phase.ToString());
    }

    [Fact]
    public void While_it_is_resized_a_VM_is_as_large_as_before_and_as_after()
    {
        var vm = Sample.In("RUNNING").After(Sample.Ask(Resize("CPU=2 MEMORY=64 VCPU=2")));
        var perform = HostProtocol.Perform.Of(vm, (VmWork.Perform)vm.Work!);
        Assert.Equal(new Capacity(200, 128 * 1024, 46), perform.Room);
        Assert.Equal((2, 64, 4, 256), (perform.Step.Spec.Vcpu, perform.Step.Spec.MemoryMebibytes, perform.Step.Spec.VcpuMax, perform.Step.Spec.MemoryMaxMebibytes));
        vm = vm.After(Sample.Answer(vm)!);
        Assert.Equal(("2", "64", "2"), (vm.Template["CPU"], vm.Template["MEMORY"], vm.Template["VCPU"]));
        Assert.Equal(HistoryAction.Resize, vm.History[0].Action);
        Assert.Equal(0, vm.Tell(Sample.Ask(Resize("CPU=2 MEMORY=0"))).Events);
    }

    [Theory]
    [InlineData("CPU=-1", "CPU")]
    [InlineData("CPU=many", "CPU")]
    [InlineData("VCPU=1.5", "VCPU")]
    [InlineData("MEMORY=-5", "MEMORY")]
    [InlineData("MEMORY=99999999999", "MEMORY")]
    public void A_size_is_a_positive_number(string given, string field) => Assert.Equal(field, Resizing.Read(Template.Parse(given)).Why?.Field);

    [Fact]
    public void Only_what_may_be_changed_is_and_what_is_not_given_goes_unless_it_is_appended()
    {
        var vm = Sample.In("POWEROFF") with { Template = Sample.New().Template.Add(VectorAttribute.Of("OS", ("UUID", "u"), ("BOOT", "disk0"), ("ARCH", "x86_64"))) };
        var appended = vm.After(Update("OS=[BOOT=nic0,UUID=other] CPU=9 FEATURES=[ACPI=NO]", append: true)).Template;
        Assert.Equal(("nic0", "u", "x86_64"), (appended.Vector("OS")?["BOOT"], appended.Vector("OS")?["UUID"], appended.Vector("OS")?["ARCH"]));
        Assert.Equal(("1", "NO"), (appended["CPU"], appended.Vector("FEATURES")?["ACPI"]));
        var replaced = vm.After(Update("OS=[BOOT=nic0]")).Template;
        Assert.Equal(("nic0", "u", null), (replaced.Vector("OS")?["BOOT"], replaced.Vector("OS")?["UUID"], replaced.Vector("OS")?["ARCH"]));
        Assert.NotNull(replaced.Vector("CONTEXT"));
    }

    [Fact]
    public void CONTEXT_of_a_running_guest_is_changed_by_its_host_and_of_one_that_is_off_at_its_next_start()
    {
        var given = Update("CONTEXT=[NETWORK=YES,GREETING=\"I am $NAME\"]");
        var off = Sample.In("POWEROFF").After(given);
        var context = off.Template.Vector("CONTEXT")!;
        Assert.Equal(("I am web", "10.0.0.5", "3", "hdb"), (context["GREETING"], context["ETH0_IP"], context["DISK_ID"], context["TARGET"]));
        var running = Sample.In("RUNNING").After(given);
        Assert.Equal(("HOTPLUG", null), (running.Phase.ToString(), running.Template.Vector("CONTEXT")?["GREETING"]));
        Assert.Equal("I am web", Specification.Of(running).Context!["GREETING"]);
        running = running.After(Sample.Answer(running)!);
        Assert.Equal(off.Template.Vector("CONTEXT"), running.Template.Vector("CONTEXT"));
        Assert.Equal("RUNNING", running.After(Update("OS=[BOOT=disk0]", append: true)).Phase.ToString());
    }

    [Theory]
    [InlineData("RUNNING", "CONTEXT=[ETH0_IP=\"10.9.9.9\"]", "Unable to update ETH0_IP, update NIC to update network context")]
    [InlineData("RUNNING", "CONTEXT=[ETH3_IP=\"10.9.9.9\"]", "Unable to add ETH3_IP, update NIC to update network context")]
    [InlineData("POWEROFF", "GRAPHICS=[TYPE=vnc]", "its port is given when it is placed")]
    [InlineData("HOLD", "BACKUP_CONFIG=[MODE=FULL]", "no backups")]
    [InlineData("SUSPENDED", "OS=[BOOT=disk0]", "configuration cannot be updated in state SUSPENDED")]
    [InlineData("BOOT", "OS=[BOOT=disk0]", "configuration cannot be updated in state BOOT")]
    public void What_cannot_be_changed_is_refused_with_the_reason(string phase, string given, string why)
    {
        var refusal = Sample.In(phase).Tell(Update(given, append: true)).Why;
        Assert.Equal(ErrorCode.Internal, refusal?.Code);
        Assert.Contains(why, refusal!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_VM_is_in_one_role_at_most()
    {
        var vm = Sample.In("RUNNING").After(new SetGroup(Sample.Vm, 4, "db", Caller.Admin), new SetGroup(Sample.Vm, 5, "web", Caller.Admin));
        Assert.Equal(("5", "web"), (Assert.Single(vm.Template.Vectors("VMGROUP"))["VMGROUP_ID"], vm.Template.Vector("VMGROUP")?["ROLE"]));
        Assert.Null(vm.After(new SetGroup(Sample.Vm, null, "", Caller.Admin)).Template.Vector("VMGROUP"));
        Assert.Contains("state DONE", Sample.In("DONE").Tell(new SetGroup(Sample.Vm, 4, "db", Caller.Admin)).Why?.Text, StringComparison.Ordinal);
    }
}
