using System.Collections.Immutable;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
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

    private static readonly VectorAttribute Disk = VectorAttribute.Of("DISK", ("DISK_ID", "2"), ("TARGET", "vdc"));
    private static readonly VectorAttribute Rule = VectorAttribute.Of("SECURITY_GROUP_RULE", ("PROTOCOL", "ALL"), ("SECURITY_GROUP_ID", "0"));
    private static readonly VectorAttribute Nic = VectorAttribute.Of("NIC", ("NIC_ID", "1"), ("MAC", "02:00:0a:00:00:05"));

    /// <summary>Each event beside its bytes of the release that brought it.</summary>
    private static readonly (object Event, string Manifest, string Json)[] Golden =
    [
        (new VmProtocol.Created(Vm, At, "web", Anna, 384, Text, Template.Parse("A=\"b\""), true), "vm/created/1",
            """{"vm":7,"at":1795500000123,"name":"web","uid":5,"gid":100,"permissions":384,"template":"CPU=\u00221\u0022\nDISK=[\n  IMAGE_ID=\u00220\u0022,\n  TARGET=\u0022vda\u0022 ]\n","userTemplate":"A=\u0022b\u0022\n","onHold":true}"""),
        (new VmProtocol.DisksFilled(Vm, At, [VectorAttribute.Of("DISK", ("DISK_ID", "0"), ("IMAGE_ID", "3"))], "gone"), "vm/disks-filled/1",
            """{"vm":7,"at":1795500000123,"disks":"DISK=[\n  DISK_ID=\u00220\u0022,\n  IMAGE_ID=\u00223\u0022 ]\n","why":"gone"}"""),
        (new VmProtocol.SnapshotsInherited(Vm, At, new(1, 4, 3, [new(3, "s", 1795500000, -1, 64, new(new(5), 0))])), "vm/snapshots-inherited/1",
            """{"vm":7,"at":1795500000123,"disk":1,"snapshots":"NEXT_SNAPSHOT=\u00224\u0022\nSNAPSHOT=[\n  ACTIVE=\u0022YES\u0022,\n  DATE=\u00221795500000\u0022,\n  DISK=\u00220\u0022,\n  ID=\u00223\u0022,\n  NAME=\u0022s\u0022,\n  PARENT=\u0022-1\u0022,\n  SIZE=\u002264\u0022,\n  VM=\u00225\u0022 ]\n"}"""),
        (new VmProtocol.ActionTaken(Vm, At, VmAction.PoweroffHard, Anna), "vm/action-taken/1", """{"vm":7,"at":1795500000123,"action":"PoweroffHard","uid":5,"gid":100}"""),
        (new VmProtocol.Offered(Vm, At, new(Host, "h3", 0, 0, "kvm", "qcow2"), 2, Caller.Nobody), "vm/offered/1",
            """{"vm":7,"at":1795500000123,"host":3,"hostname":"h3","cluster":0,"datastore":0,"vmMad":"kvm","tmMad":"qcow2","generation":2,"uid":-1,"gid":-1}"""),
        (new VmProtocol.OfferRefused(Vm, At, 2, "full"), "vm/offer-refused/1", """{"vm":7,"at":1795500000123,"generation":2,"why":"full"}"""),
        (new VmProtocol.Placed(Vm, At, 2, 5907), "vm/placed/1", """{"vm":7,"at":1795500000123,"generation":2,"graphicsPort":5907}"""),
        (new VmProtocol.Unplaceable(Vm, At, "no host"), "vm/unplaceable/1", """{"vm":7,"at":1795500000123,"why":"no host"}"""),
        (new VmProtocol.MigrationBegun(Vm, At, new(Host, "h3", 0, 0, "kvm", "qcow2"), 3, MigrationWay.Live, Anna), "vm/migration-begun/1",
            """{"vm":7,"at":1795500000123,"host":3,"hostname":"h3","cluster":0,"datastore":0,"vmMad":"kvm","tmMad":"qcow2","generation":3,"way":"Live","uid":5,"gid":100}"""),
        (new VmProtocol.MigrationGranted(Vm, At, 3, 5907), "vm/migration-granted/1", """{"vm":7,"at":1795500000123,"generation":3,"graphicsPort":5907}"""),
        (new VmProtocol.MigrationRefused(Vm, At, 3, "full"), "vm/migration-refused/1", """{"vm":7,"at":1795500000123,"generation":3,"why":"full"}"""),
        (new VmProtocol.StepDone(Vm, At, 3, VmStep.Receive, null), "vm/step-done/1", """{"vm":7,"at":1795500000123,"generation":3,"step":"Receive"}"""),
        (new VmProtocol.StepFailed(Vm, At, 3, VmStep.Migrate, "no way"), "vm/step-failed/1", """{"vm":7,"at":1795500000123,"generation":3,"step":"Migrate","why":"no way"}"""),
        (new VmProtocol.StepDone(Vm, At, 2, VmStep.Boot, "one-7"), "vm/step-done/1", """{"vm":7,"at":1795500000123,"generation":2,"step":"Boot","deployId":"one-7"}"""),
        (new VmProtocol.StepFailed(Vm, At, 2, VmStep.Prolog, "disk full"), "vm/step-failed/1", """{"vm":7,"at":1795500000123,"generation":2,"step":"Prolog","why":"disk full"}"""),
        (new VmProtocol.Observed(Vm, At, Sighting.Crashed, "killed"), "vm/observed/1", """{"vm":7,"at":1795500000123,"sighting":"Crashed","detail":"killed"}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.AttachDisk(Disk), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"AttachDisk","device":"DISK=[\n  DISK_ID=\u00222\u0022,\n  TARGET=\u0022vdc\u0022 ]\n","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.DetachDisk(2), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"DetachDisk","disk":2,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.AttachNic(Nic), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"AttachNic","device":"NIC=[\n  MAC=\u002202:00:0a:00:00:05\u0022,\n  NIC_ID=\u00221\u0022 ]\n","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.DetachNic(1), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"DetachNic","nic":1,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.UpdateNic(Nic, HistoryAction.SgAttach), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"UpdateNic","device":"NIC=[\n  MAC=\u002202:00:0a:00:00:05\u0022,\n  NIC_ID=\u00221\u0022 ]\n","word":"SgAttach","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.CreateSnapshot(3, "s"), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"CreateSnapshot","snapshot":3,"name":"s","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.RevertSnapshot(3), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"RevertSnapshot","snapshot":3,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.DeleteSnapshot(3), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"DeleteSnapshot","snapshot":3,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.CreateDiskSnapshot(2, 3, "s"), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"CreateDiskSnapshot","disk":2,"snapshot":3,"name":"s","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.RevertDiskSnapshot(2, 3), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"RevertDiskSnapshot","disk":2,"snapshot":3,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.DeleteDiskSnapshot(2, 3), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"DeleteDiskSnapshot","disk":2,"snapshot":3,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.ResizeDisk(2, 60), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"ResizeDisk","disk":2,"sizeMib":60,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.SaveDisk(2, 9, "/i/9"), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"SaveDisk","disk":2,"image":9,"file":"/i/9","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.Resize(0.5m, 2, 512), Anna), "vm/resize-begun/1",
            """{"vm":7,"at":1795500000123,"cpu":0.5,"vcpu":2,"memoryMib":512,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.Resize(1, null, 512), Anna), "vm/resize-begun/1",
            """{"vm":7,"at":1795500000123,"cpu":1,"memoryMib":512,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.Reconfigure(Template.Parse("A=\"b\"")), Anna), "vm/reconfigure-begun/1",
            """{"vm":7,"at":1795500000123,"template":"A=\u0022b\u0022\n","uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.Execute("uptime -p", "aW4=", 3), Anna), "vm/execute-begun/1",
            """{"vm":7,"at":1795500000123,"command":"uptime -p","stdin":"aW4=","run":3,"uid":5,"gid":100}"""),
        (new VmProtocol.ChangeBegun(Vm, At, new VmChange.CancelExecution(), Anna), "vm/change-begun/1",
            """{"vm":7,"at":1795500000123,"change":"CancelExecution","uid":5,"gid":100}"""),
        (new VmProtocol.CommandReported(Vm, At, new(41)), "vm/command-reported/1", """{"vm":7,"at":1795500000123,"pid":41}"""),
        (new VmProtocol.CommandReported(Vm, At, new(41, 0, "b3V0", "")), "vm/command-reported/1",
            """{"vm":7,"at":1795500000123,"pid":41,"returnCode":0,"stdout":"b3V0","stderr":""}"""),
        (new VmProtocol.Reconfigured(Vm, At, Template.Parse("A=\"b\""), HistoryAction.UpdateConf, Anna), "vm/reconfigured/1",
            """{"vm":7,"at":1795500000123,"template":"A=\u0022b\u0022\n","word":"UpdateConf","uid":5,"gid":100}"""),
        (new VmProtocol.RulesSet(Vm, At, Template.Of(Rule), 1, "0,100", true, HistoryAction.SgAttach, Anna), "vm/rules-set/1",
            """{"vm":7,"at":1795500000123,"rules":"SECURITY_GROUP_RULE=[\n  PROTOCOL=\u0022ALL\u0022,\n  SECURITY_GROUP_ID=\u00220\u0022 ]\n","nic":1,"groups":"0,100","tell":true,"word":"SgAttach","uid":5,"gid":100}"""),
        (new VmProtocol.RulesSet(Vm, At, Template.Empty, null, null, false, null, Anna), "vm/rules-set/1", """{"vm":7,"at":1795500000123,"rules":"","tell":false,"uid":5,"gid":100}"""),
        (new VmProtocol.ScheduleSet(Vm, At, VectorAttribute.Of("SCHED_ACTION", ("ID", "2"), ("ACTION", "poweroff"))), "vm/schedule-set/1",
            """{"vm":7,"at":1795500000123,"entry":"SCHED_ACTION=[\n  ACTION=\u0022poweroff\u0022,\n  ID=\u00222\u0022 ]\n"}"""),
        (new VmProtocol.ScheduleDropped(Vm, At, 2), "vm/schedule-dropped/1", """{"vm":7,"at":1795500000123,"id":2}"""),
        (new VmProtocol.DiskSnapshotRenamed(Vm, At, 2, 3, "t"), "vm/disk-snapshot-renamed/1", """{"vm":7,"at":1795500000123,"disk":2,"snapshot":3,"name":"t"}"""),
        (new VmProtocol.Recovered(Vm, At, RecoverOperation.Retry, Anna), "vm/recovered/1", """{"vm":7,"at":1795500000123,"operation":"Retry","uid":5,"gid":100}"""),
        (new VmProtocol.Renamed(Vm, At, "new"), "vm/renamed/1", """{"vm":7,"at":1795500000123,"name":"new"}"""),
        (new VmProtocol.UserTemplateSet(Vm, At, Template.Parse("A=\"c\"")), "vm/user-template-set/1", """{"vm":7,"at":1795500000123,"userTemplate":"A=\u0022c\u0022\n"}"""),
        (new VmProtocol.PermissionsSet(Vm, At, 432), "vm/permissions-set/1", """{"vm":7,"at":1795500000123,"permissions":432}"""),
        (new VmProtocol.OwnerSet(Vm, At, Anna), "vm/owner-set/1", """{"vm":7,"at":1795500000123,"uid":5,"gid":100}"""),
        (new VmProtocol.Locked(Vm, At, LockLevel.Manage, new(5)), "vm/locked/1", """{"vm":7,"at":1795500000123,"level":"Manage","uid":5}"""),
        (new VmProtocol.Unlocked(Vm, At), "vm/unlocked/1", """{"vm":7,"at":1795500000123}"""),
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
        (new ZoneProtocol.Described(0, At, "north", Template.Parse("A=\"b\"")), "zone/described/1",
            """{"zone":0,"at":1795500000123,"name":"north","template":"A=\u0022b\u0022\n"}"""),
        (new ZoneProtocol.Enabled(0, At, false), "zone/enabled/1", """{"zone":0,"at":1795500000123,"on":false}"""),
        (new HookProtocol.Queued(2, At, "vm-7", 4, "$x", false), "hook/queued/1", """{"hook":2,"at":1795500000123,"source":"vm-7","sequence":4,"arguments":"$x","isRetry":false}"""),
        (new HookProtocol.Ran(2, At, new("/hooks/a", 1, "out", "err")), "hook/ran/1", """{"hook":2,"at":1795500000123,"command":"/hooks/a","code":1,"stdout":"out","stderr":"err"}"""),
        (new HookProtocol.Forgotten(2, At), "hook/forgotten/1", """{"hook":2,"at":1795500000123}"""),
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
        Assert.Equal(EventSerializer.Manifests, Golden.Select(g => g.Manifest).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void An_event_of_a_newer_version_stops_the_reader_with_its_name() => Assert.Contains(
        "'vm/teleported/3'", Assert.Throws<SerializationException>(() => Serializer.FromBinary("{}"u8.ToArray(), "vm/teleported/3")).Message, StringComparison.Ordinal);
}
