namespace LibvirtSharp.Tests.TestDriver;

public sealed class NetworkTests : IDisposable
{
    private const string Xml = """
        <network><name>lab</name><bridge name='virbr7'/><forward mode='nat'/>
        <ip address='10.9.0.1' netmask='255.255.255.0'><dhcp><range start='10.9.0.2' end='10.9.0.9'/></dhcp></ip></network>
        """;

    private readonly Connect _connect = TestHost.Open();

    public void Dispose() => _connect.Dispose();

    [Fact]
    public void A_network_is_defined_started_stopped_and_undefined()
    {
        using var network = _connect.NetworkDefineXml(Xml);
        Assert.Equal(("lab", "virbr7", false, true), (network.Name, network.BridgeName, network.IsActive, network.IsPersistent));

        network.Create();
        Assert.True(network.IsActive);

        network.Autostart = true;
        Assert.True(network.Autostart);
        network.Destroy();
        network.Undefine();

        Assert.Null(_connect.FindNetworkByName("lab"));
    }

    [Fact]
    public void Networks_are_found_by_name_and_uuid_and_listed()
    {
        using var network = _connect.NetworkLookupByName("default");
        using var same = _connect.NetworkLookupByUuid(network.Uuid);
        using var off = _connect.NetworkDefineXml(Xml);

        Assert.Equal("default", same.Name);
        Assert.Contains("<name>default</name>", same.GetXmlDesc());
        var all = _connect.ListAllNetworks();
        var active = _connect.ListAllNetworks(ConnectListAllNetworksFlags.Active);
        Assert.Equal(["default", "lab"], all.Select(n => n.Name).Order());
        Assert.Equal(["default"], active.Select(n => n.Name));
        foreach (var n in all.Concat(active))
            n.Dispose();
        Assert.Equal(ErrorNumber.NoNetwork, Assert.Throws<LibvirtException>(() => _connect.NetworkLookupByName("none")).Code);
    }

    [Fact]
    public void A_running_network_is_changed_in_part()
    {
        using var network = _connect.NetworkCreateXml(Xml);

        network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.IpDhcpHost,
            "<host mac='52:54:00:00:00:07' ip='10.9.0.7'/>", parentIndex: 0, NetworkUpdateFlags.Live);

        Assert.Contains("52:54:00:00:00:07", network.GetXmlDesc());
    }

    [Fact]
    public void An_interface_of_the_host_goes_up_and_down()
    {
        using var nic = _connect.InterfaceLookupByName("eth1");
        using var same = _connect.InterfaceLookupByMac(nic.MacAddress);
        Assert.Equal(("eth1", "aa:bb:cc:dd:ee:ff", true), (same.Name, same.MacAddress, nic.IsActive));

        nic.Destroy();
        Assert.False(nic.IsActive);
        nic.Create();
        Assert.True(nic.IsActive);

        var all = _connect.ListAllInterfaces(ConnectListAllInterfacesFlags.Active);
        Assert.Equal(["eth1"], all.Select(i => i.Name));
        Assert.Contains("eth1", all[0].GetXmlDesc());
        all[0].Dispose();
    }

    [Fact]
    public void Changes_to_interfaces_are_taken_back()
    {
        _connect.InterfaceChangeBegin();
        using (var nic = _connect.InterfaceLookupByName("eth1"))
        {
            nic.Destroy();
            nic.Undefine();
        }

        Assert.Throws<LibvirtException>(() => _connect.InterfaceLookupByName("eth1"));
        _connect.InterfaceChangeRollback();

        using var again = _connect.InterfaceLookupByName("eth1");
        Assert.Equal("aa:bb:cc:dd:ee:ff", again.MacAddress);
    }
}
