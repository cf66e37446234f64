using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class RestrictedAttributesTests
{
    [Theory]
    [InlineData(PoolKind.Template, "", "NIC=[NETWORK=a,MAC=\"02:00:00:00:00:01\"]", true, "NIC")]
    [InlineData(PoolKind.Template, "NIC=[NETWORK=a,MAC=\"02:00:00:00:00:01\"]", "NIC=[NETWORK=b,MAC=\"02:00:00:00:00:01\"]", true, null)]
    [InlineData(PoolKind.Template, "NIC=[MAC=\"02:00:00:00:00:01\"]", "NIC=[NETWORK=b]", true, "NIC")]
    [InlineData(PoolKind.Template, "NIC=[MAC=\"02:00:00:00:00:01\"]", "CPU=2", true, null)]
    [InlineData(PoolKind.Template, "NIC=[MAC=\"02:00:00:00:00:01\"]", "CPU=2", false, "NIC")]
    [InlineData(PoolKind.Template, "EMULATOR=/a", "CPU=2", false, null)]
    [InlineData(PoolKind.Template, "EMULATOR=/a", "emulator=/b", false, "EMULATOR")]
    [InlineData(PoolKind.Template, "", "PCI=[CLASS=0300]", true, "PCI")]
    [InlineData(PoolKind.Template, "", "DISK=[SIZE=1] NIC=[NETWORK=a] CONTEXT=[NETWORK=YES] RAW=[TYPE=kvm]", true, null)]
    [InlineData(PoolKind.VirtualNetwork, "BRIDGE=br0", "BRIDGE=br0 PHYDEV=\"\"", false, null)]
    [InlineData(PoolKind.VirtualNetwork, "PHYDEV=eth0", "PHYDEV=\"\"", true, "PHYDEV")]
    [InlineData(PoolKind.Image, "", "SOURCE=/etc/passwd", true, "SOURCE")]
    [InlineData(PoolKind.User, "VM_USE_OPERATIONS=stop", "VM_USE_OPERATIONS=stop A=b", false, null)]
    [InlineData(PoolKind.Document, "", "SOURCE=x EMULATOR=y BRIDGE=z", true, null)]
    public void What_is_restricted_may_be_repeated_and_not_be_changed(PoolKind kind, string before, string given, bool append, string? changed) =>
        Assert.Equal(changed, RestrictedAttributes.Changed(kind, Template.Parse(before), Template.Parse(given), append)?.Name);

    [Theory]
    [InlineData("BRIDGE=br0 A=b VN_MAD=bridge", "A=c VN_MAD=bridge", "A=c VN_MAD=bridge BRIDGE=br0")]
    [InlineData("BRIDGE=br0", "", "BRIDGE=br0")]
    [InlineData("A=b", "C=d", "C=d")]
    public void A_template_that_is_replaced_keeps_its_restricted_attributes(string before, string given, string kept) =>
        Assert.Equal(Template.Parse(kept), RestrictedAttributes.Kept(PoolKind.VirtualNetwork, Template.Parse(before), Template.Parse(given)));

    [Fact]
    public void A_restriction_names_a_thing_once_in_the_order_of_names() => Assert.All(Enum.GetValues<PoolKind>(), kind =>
        Assert.Equal(RestrictedAttributes.Of(kind).Select(r => r.Name).Distinct().Order(StringComparer.Ordinal), RestrictedAttributes.Of(kind).Select(r => r.Name)));
}
