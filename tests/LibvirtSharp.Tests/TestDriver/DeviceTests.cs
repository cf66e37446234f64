namespace LibvirtSharp.Tests.TestDriver;

public sealed class DeviceTests
{
    [Fact]
    public void The_devices_of_a_host_are_listed_and_found()
    {
        using var connect = Connect.Open("test:///default");

        var all = connect.ListAllNodeDevices();
        using var computer = connect.NodeDeviceLookupByName("computer");

        Assert.Contains("computer", all.Select(d => d.Name));
        Assert.Null(computer.Parent);
        Assert.Equal(["system"], computer.ListCapabilities());
        Assert.Contains("<device>", computer.GetXmlDesc());
        using var child = all.First(d => d.Parent is not null);
        Assert.NotEmpty(child.ListCapabilities());
        foreach (var device in all)
            device.Dispose();

        Assert.Equal(ErrorNumber.NoNodeDevice, Assert.Throws<LibvirtException>(() => connect.NodeDeviceLookupByName("none")).Code);
    }

    [Fact]
    public void Secrets_and_filters_are_refused_by_a_driver_without_them()
    {
        using var connect = Connect.Open("test:///default");

        Assert.True(Assert.Throws<LibvirtException>(() => connect.ListAllSecrets()).IsNotSupported);
        Assert.True(Assert.Throws<LibvirtException>(() => connect.ListAllNwFilters()).IsNotSupported);
        Assert.True(Assert.Throws<LibvirtException>(() => connect.ListAllNwFilterBindings()).IsNotSupported);
    }
}
