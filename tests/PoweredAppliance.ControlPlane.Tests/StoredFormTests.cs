using System.Collections.Immutable;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>The journal's bytes are a promise: what was released is read for ever.</summary>
public sealed class StoredFormTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_795_500_000_123);
    private static readonly VmId Vm = new(7);
    private static readonly HostId Host = new(3);
    private static readonly Caller Anna = new(new(5), new(100));
    private static readonly Template Text = Template.Parse("CPU=\"1\"\nDISK=[IMAGE_ID=\"0\",TARGET=\"vda\"]");

    /// <summary>Each event beside its bytes of the release that brought it.</summary>
    private static readonly (object Event, string Manifest, string Json)[] Golden =
    [
        (new VmProtocol.Created(Vm, At, "web", Anna, 384, Text, Template.Parse("A=\"b\""), true), "vm/created/1",
            """{"vm":7,"at":1795500000123,"name":"web","uid":5,"gid":100,"permissions":384,"template":"CPU=\u00221\u0022\nDISK=[\n  IMAGE_ID=\u00220\u0022,\n  TARGET=\u0022vda\u0022 ]\n","userTemplate":"A=\u0022b\u0022\n","onHold":true}"""),
        (new VmProtocol.ActionTaken(Vm, At, VmAction.PoweroffHard, Anna), "vm/action-taken/1", """{"vm":7,"at":1795500000123,"action":"PoweroffHard","uid":5,"gid":100}"""),
        (new VmProtocol.Offered(Vm, At, new(Host, "h3", 0, 0, "kvm", "qcow2"), 2, Caller.Nobody), "vm/offered/1",
            """{"vm":7,"at":1795500000123,"host":3,"hostname":"h3","cluster":0,"datastore":0,"vmMad":"kvm","tmMad":"qcow2","generation":2,"uid":-1,"gid":-1}"""),
        (new VmProtocol.OfferRefused(Vm, At, 2, "full"), "vm/offer-refused/1", """{"vm":7,"at":1795500000123,"generation":2,"why":"full"}"""),
        (new VmProtocol.Placed(Vm, At, 2, 5907), "vm/placed/1", """{"vm":7,"at":1795500000123,"generation":2,"graphicsPort":5907}"""),
        (new VmProtocol.Unplaceable(Vm, At, "no host"), "vm/unplaceable/1", """{"vm":7,"at":1795500000123,"why":"no host"}"""),
        (new VmProtocol.StepDone(Vm, At, 2, VmStep.Boot, "one-7"), "vm/step-done/1", """{"vm":7,"at":1795500000123,"generation":2,"step":"Boot","deployId":"one-7"}"""),
        (new VmProtocol.StepFailed(Vm, At, 2, VmStep.Prolog, "disk full"), "vm/step-failed/1", """{"vm":7,"at":1795500000123,"generation":2,"step":"Prolog","why":"disk full"}"""),
        (new VmProtocol.Observed(Vm, At, Sighting.Crashed, "killed"), "vm/observed/1", """{"vm":7,"at":1795500000123,"sighting":"Crashed","detail":"killed"}"""),
        (new VmProtocol.Recovered(Vm, At, RecoverOperation.Retry, Anna), "vm/recovered/1", """{"vm":7,"at":1795500000123,"operation":"Retry","uid":5,"gid":100}"""),
        (new VmProtocol.Renamed(Vm, At, "new"), "vm/renamed/1", """{"vm":7,"at":1795500000123,"name":"new"}"""),
        (new VmProtocol.UserTemplateSet(Vm, At, Template.Parse("A=\"c\"")), "vm/user-template-set/1", """{"vm":7,"at":1795500000123,"userTemplate":"A=\u0022c\u0022\n"}"""),
        (new VmProtocol.PermissionsSet(Vm, At, 432), "vm/permissions-set/1", """{"vm":7,"at":1795500000123,"permissions":432}"""),
        (new VmProtocol.OwnerSet(Vm, At, Anna), "vm/owner-set/1", """{"vm":7,"at":1795500000123,"uid":5,"gid":100}"""),
        (new HostProtocol.Configured(Host, At, new("h3", "qemu:///system", "/ds", HostStatus.Disabled, 0, null, "10%", "")), "host/configured/1",
            """{"host":3,"at":1795500000123,"name":"h3","uri":"qemu:///system","datastorePath":"/ds","status":"Disabled","cluster":0,"reservedCpu":"10%","reservedMemory":""}"""),
        (new HostProtocol.CapacityLearned(Host, At, new(400, 8388608, 1000)), "host/capacity-learned/1", """{"host":3,"at":1795500000123,"cpuPercent":400,"memoryKib":8388608,"diskMib":1000}"""),
        (new HostProtocol.Claimed(Host, At, Vm, 2, new(100, 131072, 16), 5907), "host/claimed/1",
            """{"host":3,"at":1795500000123,"vm":7,"generation":2,"cpuPercent":100,"memoryKib":131072,"diskMib":16,"graphicsPort":5907}"""),
        (new HostProtocol.Freed(Host, At, Vm, 2), "host/freed/1", """{"host":3,"at":1795500000123,"vm":7,"generation":2}"""),
        (new HostProtocol.Retired(Host, At), "host/retired/1", """{"host":3,"at":1795500000123}"""),
        (new PoolProtocol.Put(PoolKind.Image, At, new(PoolKind.Image, 1, "disk", Anna, 384, 1795500000, Template.Parse("A=\"b\""),
            ImmutableSortedDictionary<string, string>.Empty.Add("STATE", "1"))), "pool/put/1",
            """{"kind":"Image","at":1795500000123,"id":1,"name":"disk","uid":5,"gid":100,"permissions":384,"regTime":1795500000,"template":"A=\u0022b\u0022\n","facts":{"STATE":"1"}}"""),
        (new PoolProtocol.Dropped(PoolKind.Image, At, 1), "pool/dropped/1", """{"kind":"Image","at":1795500000123,"id":1}"""),
        (new ZoneProtocol.Founded(0, At, "OpenNebula", new("11111111-2222-3333-4444-555555555555"), "http://localhost:2633/RPC2"), "zone/founded/1",
            """{"zone":0,"at":1795500000123,"name":"OpenNebula","deployment":"11111111-2222-3333-4444-555555555555","endpoint":"http://localhost:2633/RPC2"}"""),
    ];

    private static readonly EventSerializer Serializer = new((ExtendedActorSystem)ActorSystem.Create("forms"));

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Golden.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_event_is_written_as_it_was_released_and_read_back_the_same(int row)
    {
        var (e, manifest, json) = Golden[row];
        Assert.Equal(manifest, Serializer.Manifest(e));
        Assert.Equal(json, Encoding.UTF8.GetString(Serializer.ToBinary(e)));
        Assert.Equal(e, Serializer.FromBinary(Encoding.UTF8.GetBytes(json), manifest));
    }

    [Fact]
    public void Every_form_that_can_be_read_has_its_bytes_here() =>
        Assert.Equal(EventSerializer.Manifests, Golden.Select(g => g.Manifest).Order(StringComparer.Ordinal));

    [Fact]
    public void An_event_of_a_newer_version_stops_the_reader_with_its_name() => Assert.Contains(
        "'vm/teleported/3'", Assert.Throws<SerializationException>(() => Serializer.FromBinary("{}"u8.ToArray(), "vm/teleported/3")).Message, StringComparison.Ordinal);
}
