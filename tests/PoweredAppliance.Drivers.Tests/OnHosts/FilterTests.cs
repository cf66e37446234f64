using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Tests.OnHosts;

/// <summary>What the NIC of a real guest lets through, asked from a peer on its bridge: a network namespace of the host.</summary>
[Collection(OnLabHosts.Name)]
public sealed class FilterTests(DriverLab lab)
{
    private const string Guest = "10.7.0.5", Peer = "10.7.0.9", Stranger = "10.7.0.10";

    private static readonly NicFilter Closed = new(true, [], null, null);

    private static async Task<VmSpec> Linux(int id) => Specs.Vm(id) with
    {
        MemoryMebibytes = 128,
        Disks = [Specs.Overlay(0, "vda") with { Source = await SmallGuest.Image(), ImageVolume = "small-guest.qcow2" }],
        Nics = [Specs.Nic(0)],
        Context = Specs.Context.SetItem("SET_HOSTNAME", $"guest{id}").SetItem("ETH0_MAC", Specs.Nic(0).Mac).SetItem("ETH0_IP", Guest).SetItem("ETH0_MASK", "255.255.255.0"),
        ContextTarget = "hda",
    };

    private static VmSpec With(VmSpec vm, NicFilter? filter) => vm with { Nics = [vm.Nics[0] with { Filter = filter }] };

    private static TrafficRule Http(params string[] from) =>
        new(true, TrafficProtocol.Tcp, [new(80, 80)], null, [.. from.Select(a => new AddressSpan(Address.Ip4(a)!.Value, Address.Ip4(a)!.Value))]);

    private async Task MakePeer(string name, string address)
    {
        var host = lab.Hosts[1];
        await host.Run("sh", "-c", $"""
            ip netns add {name} && ip link add {name}0 type veth peer name eth0 netns {name} && ip link set {name}0 master br0 up
            ip -n {name} address add {address}/24 dev eth0 && ip -n {name} link set eth0 up
            """);
    }

    private Task RemovePeer(string name) => lab.Hosts[1].Run("sh", "-c", $"ip link del {name}0; ip netns del {name}");

    /// <summary>Whether the guest's web server answers the peer.</summary>
    private async Task<bool> Answers(string peer) =>
        (await lab.Hosts[1].Run("sh", "-c", $"ip netns exec {peer} timeout 2 bash -c '</dev/tcp/{Guest}/80' 2>/dev/null && echo served || echo no")).Contains("served", StringComparison.Ordinal);

    private async Task<string> Filters() => await lab.Hosts[1].Run("virsh", "nwfilter-list");

    [Fact]
    public async Task A_guests_port_is_closed_until_a_rule_opens_it_and_closed_again()
    {
        var driver = lab.Driver(1);
        var vm = await Linux(97);
        await MakePeer("peer", Peer);
        await MakePeer("stranger", Stranger);
        await driver.Done(With(vm, Closed), VmStep.Prolog, VmStep.Boot);
        await Steps.Until(
            async () => (await driver.ConsoleLog(vm.Id, 1 << 20, default)).Contains("POWERED-GUEST-READY name=guest97", StringComparison.Ordinal), "the guest did not become ready");
        Assert.False(await Answers("peer"));

        await driver.Done(With(vm, Closed with { Rules = [Http()] }), VmStep.Filter, VmStep.Filter);
        await Steps.Until(() => Answers("peer"), "the guest does not answer the peer");
        await Steps.Until(() => Answers("stranger"), "the guest does not answer the stranger");
        await driver.Done(With(vm, Closed with { Rules = [Http(Peer)] }), VmStep.Filter);
        await Steps.Until(() => Answers("peer"), "the guest does not answer the peer");
        Assert.False(await Answers("stranger"));
        await driver.Done(With(vm, Closed with { Rules = [Http() with { Ports = [new(81, 90)] }] }), VmStep.Filter);
        Assert.False(await Answers("peer"));

        await driver.Done(With(vm, null), VmStep.Filter, VmStep.Filter);
        await Steps.Until(() => Answers("peer"), "the guest does not answer the peer");
        Assert.DoesNotContain("powered-", await Filters(), StringComparison.Ordinal);
        Assert.DoesNotContain("filterref", await lab.Hosts[1].Run("virsh", "dumpxml", "one-97"), StringComparison.Ordinal);

        // What the guest sends: answers come back to what was let out, and a borrowed address does not leave it.
        await using (var console = await driver.OpenConsole(vm.Id, default))
        {
            await driver.Done(With(vm, Closed), VmStep.Filter);
            Assert.Contains("ping=1", await console.Say($"ping -c 1 -W 2 {Peer} >/dev/null; echo ping=$?", "ping="), StringComparison.Ordinal);
            await driver.Done(With(vm, Closed with { Rules = [new(false, TrafficProtocol.Icmp, [], 8, [])] }), VmStep.Filter);
            Assert.Contains("pong=0", await console.Say($"ping -c 1 -W 60 {Peer} >/dev/null; echo pong=$?", "pong="), StringComparison.Ordinal);
            await driver.Done(With(vm, new(false, [], Address.Mac(Specs.Nic(0).Mac), [Address.Ip4(Guest)!.Value])), VmStep.Filter);
            Assert.Contains("own=0", await console.Say($"ping -c 1 -W 60 {Peer} >/dev/null; echo own=$?", "own="), StringComparison.Ordinal);
            Assert.Contains("other=1", await console.Say(
                $"ip addr add 10.7.0.77/24 dev eth0; ping -c 1 -W 2 -I 10.7.0.77 {Peer} >/dev/null; echo other=$?", "other="), StringComparison.Ordinal);
        }

        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Cleanup);
        Assert.DoesNotContain("powered-", await Filters(), StringComparison.Ordinal);
        await RemovePeer("peer");
        await RemovePeer("stranger");
    }

    [Fact]
    public async Task Each_kind_of_rule_is_taken_by_a_real_host_and_comes_back_with_a_saved_guest()
    {
        var driver = lab.Driver(1);
        var all = new NicFilter(true,
        [
            .. from protocol in Enum.GetValues<TrafficProtocol>()
               from inbound in new[] { true, false }
               let ports = protocol is TrafficProtocol.Tcp or TrafficProtocol.Udp
               let icmp = protocol is TrafficProtocol.Icmp or TrafficProtocol.Icmpv6
               from peers in new AddressSpan[][]
               {
                   [], [new(Address.Ip4("10.0.0.1")!.Value, Address.Ip4("10.0.0.200")!.Value), new(Address.Ip6("2001:db8::1")!.Value, Address.Ip6("2001:db8::9")!.Value)],
               }
               select new TrafficRule(inbound, protocol, ports ? [new(22, 22), new(1024, 65535)] : [], icmp ? 3 : null, [.. peers]),
        ], Address.Mac(Specs.Nic(0).Mac), [Address.Ip4(Guest)!.Value, Address.Ip6("fe80::1")!.Value]);
        var vm = With(Specs.Vm(96) with { Disks = [Specs.Volatile(0, "vda") with { Format = "qcow2" }], Nics = [Specs.Nic(0)] }, all);
        await driver.Done(vm, VmStep.Prolog, VmStep.Boot, VmStep.Save, VmStep.Undefine);
        Assert.DoesNotContain("powered-", await Filters(), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.Restore);
        var name = FilterXml.Name(Specs.Deployment, vm.Id, 0);
        Assert.Contains(name, await lab.Hosts[1].Run("virsh", "nwfilter-binding-list"), StringComparison.Ordinal);
        await driver.Done(vm, VmStep.ShutdownHard, VmStep.Cleanup);
    }

    [Fact]
    public async Task A_filter_that_was_left_behind_goes_and_those_of_others_stay()
    {
        var host = lab.Hosts[1];
        var driver = lab.Driver(1, DriverLab.Options with { RefreshPoolsAfter = TimeSpan.Zero });
        var (ours, theirs) = (FilterXml.Name(Specs.Deployment, new(97), 0), FilterXml.Name(Guid.Empty, new(97), 0));
        foreach (var name in new[] { ours, theirs })
            await host.Run("sh", "-c", $"cat > /run/filter.xml <<'END'\n{FilterXml.Of(name, Closed)}\nEND\nvirsh nwfilter-define /run/filter.xml");
        await driver.Read(default);
        Assert.Contains(ours, await Filters(), StringComparison.Ordinal); // its domain may be about to come
        await driver.Read(default);
        var left = await Filters();
        Assert.DoesNotContain(ours, left, StringComparison.Ordinal);
        Assert.Contains(theirs, left, StringComparison.Ordinal);
        await host.Run("virsh", "nwfilter-undefine", theirs);
    }
}
