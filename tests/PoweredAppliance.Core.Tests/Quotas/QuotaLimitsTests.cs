using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Quotas;

public sealed class QuotaLimitsTests
{
    private static (QuotaLimits? Limits, Refusal? Why) Set(QuotaLimits to, string text, bool asDefaults = false) =>
        to.Set(Template.Parse(text), asDefaults, ["VCPU"], cluster => cluster is 0 or 100);

    [Theory]
    [InlineData("VM=[VMS=5]", "VM=[VMS=\"5\"]")]
    [InlineData("VM=[VMS=-1,CPU=1.50]", "VM=[CPU=\"1.5\"]")]
    [InlineData("VM=[VMS=-2]", "VM=[VMS=\"-2\"]")]
    [InlineData("VM=[CLUSTER_IDS=\"100, 0\",VMS=2]", "VM=[CLUSTER_IDS=\"0,100\",VMS=\"2\"]")]
    [InlineData("VM=[CLUSTER_IDS=0,VMS=-2]", "")]
    [InlineData("VM=[VCPU=2,RUNNING_VCPU=1,VMS_USED=7]", "VM=[RUNNING_VCPU=\"1\",VCPU=\"2\"]")]
    [InlineData("DATASTORE=[ID=1,SIZE=10240,IMAGES=5] NETWORK=[ID=0,LEASES=10] IMAGE=[ID=3,RVMS=2]",
        "DATASTORE=[ID=\"1\",IMAGES=\"5\",SIZE=\"10240\"] IMAGE=[ID=\"3\",RVMS=\"2\"] NETWORK=[ID=\"0\",LEASES=\"10\"]")]
    public void A_template_sets_limits(string text, string says)
    {
        var (limits, why) = Set(QuotaLimits.None, text);
        Assert.Null(why);
        Assert.Equal(Template.Parse(says.Replace("VM=[CPU", "VM=[CLUSTER_IDS=\"\",CPU").Replace("VM=[VMS", "VM=[CLUSTER_IDS=\"\",VMS").Replace("VM=[RUNNING", "VM=[CLUSTER_IDS=\"\",RUNNING")), Template.Parse(limits!.ToText()));
        Assert.Equal(limits, QuotaLimits.Of(limits.ToText()));
    }

    [Theory]
    [InlineData("VM=[VMS=-3]", "Negative limits or bad format in quota VM = [ VMS=\"-3\" ]")]
    [InlineData("VM=[VMS=many]", "Negative limits or bad format in quota VM = [ VMS=\"many\" ]")]
    [InlineData("NETWORK=[LEASES=1]", "Negative limits or bad format in quota NETWORK = [ LEASES=\"1\" ]")]
    [InlineData("NETWORK=[ID=x,LEASES=1]", "Negative limits or bad format in quota NETWORK = [ ID=\"x\",LEASES=\"1\" ]")]
    [InlineData("VM=[CLUSTER_IDS=7,VMS=1]", "Cluster 7 does not exist")]
    [InlineData("VM=[CLUSTER_IDS=0,VMS=1] VM=[CLUSTER_IDS=\"0,100\",VMS=1]", "Quota for cluster id 0 already exists")]
    public void What_is_no_limit_is_refused_with_OpenNebulas_words(string text, string says)
    {
        var (limits, why) = Set(QuotaLimits.None, text);
        Assert.Null(limits);
        Assert.Equal((ErrorCode.Action, says), (why!.Code, why.Text));
    }

    [Theory]
    [InlineData("VM=[VMS=1] VM=[CPU=1]", "Only one default VM quota can be defined")]
    [InlineData("VM=[CLUSTER_IDS=0,VMS=1]", "CLUSTER_IDS attribute is not allowed for default VM quota")]
    [InlineData("VM=[VMS=-1]", "Negative limits or bad format in quota VM = [ VMS=\"-1\" ]")]
    public void Defaults_are_numbers_for_everywhere(string text, string says) => Assert.Equal(says, Set(QuotaLimits.None, text, asDefaults: true).Why!.Text);

    [Fact]
    public void An_entry_replaces_the_one_of_its_resource_and_leaves_the_others()
    {
        var limits = Set(QuotaLimits.None, "VM=[VMS=5,CPU=2] NETWORK=[ID=1,LEASES=3]").Limits!;
        limits = Set(limits, "VM=[MEMORY=100]").Limits!;
        Assert.Equal(["LEASES 3", "MEMORY 100"], limits.With(QuotaLimits.None).Select(l => $"{l.Metric} {l.Most}"));
        Assert.Equal(["LEASES 3"], Set(limits, "VM=[]").Limits!.With(QuotaLimits.None).Select(l => $"{l.Metric} {l.Most}"));
    }

    [Fact]
    public void A_default_holds_where_nothing_else_is_said()
    {
        var defaults = Set(QuotaLimits.None, "VM=[VMS=5,CPU=2] NETWORK=[ID=1,LEASES=3]", asDefaults: true).Limits!;
        var own = Set(QuotaLimits.None, "VM=[VMS=-2,MEMORY=9]").Limits!;
        Assert.Equal(["LEASES 3", "CPU 2", "MEMORY 9"], own.With(defaults).Select(l => $"{l.Metric} {l.Most}"));
    }
}
