using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Access;

public sealed class VmOperationLevelsTests
{
    [Theory]
    [InlineData("terminate", "", "", Rights.Manage)]
    [InlineData("deploy", "", "", Rights.Admin)]
    [InlineData("terminate", "VM_ADMIN_OPERATIONS=\"terminate, stop\"", "", Rights.Admin)]
    [InlineData("terminate", "", "VM_USE_OPERATIONS=terminate", Rights.Use)]
    [InlineData("terminate", "VM_ADMIN_OPERATIONS=TERMINATE", "VM_USE_OPERATIONS=terminate", Rights.Admin)]
    [InlineData("terminate", "VM_ADMIN_OPERATIONS=stop", "VM_USE_OPERATIONS=terminate", Rights.Use)]
    [InlineData("stop", "VM_ADMIN_OPERATIONS=stop VM_USE_OPERATIONS=stop", "", Rights.Admin)]
    public void The_user_says_it_then_his_group_then_the_appliance(string operation, string user, string group, Rights takes) =>
        Assert.Equal(takes, VmOperationLevels.Of(operation, Template.Parse(user), Template.Parse(group)));

    [Fact]
    public void A_word_that_is_no_operation_is_named()
    {
        Assert.Null(VmOperationLevels.Wrong(Template.Parse("VM_USE_OPERATIONS=\"resume, nic-attach\"")));
        Assert.Equal("Unknown vm operation: fly", VmOperationLevels.Wrong(Template.Parse("VM_USE_OPERATIONS=\"resume, FLY\""))!.Text);
    }
}
