using System.Collections.Immutable;
using System.Xml.Linq;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Tests.Xml;

/// <summary>An inventory with something of everything.</summary>
internal sealed class World
{
    public const long Now = 1_795_501_753;

    private readonly Dictionary<PoolKind, ImmutableSortedDictionary<int, PooledObject>> _pools = [];

    public World()
    {
        Documents = new(Inventory, new ControlPlaneSettings { Cipher = new(new byte[AttributeCipher.KeyBytes]) }, TimeProvider.System);
        Inventory.Put(new ZoneIdentity(0, "OpenNebula", Guid.Empty, Template.Parse("ENDPOINT=\"http://localhost:2633/RPC2\"")));
        Put(PoolKind.Group, 0, "oneadmin");
        Put(PoolKind.Group, 1, "users");
        Put(PoolKind.User, 0, "oneadmin", facts: [("GIDS", "0"), ("ENABLED", "1"), ("AUTH_DRIVER", "core"), ("PASSWORD", "the-hash")]);
        Put(PoolKind.User, 2, "anna", facts:
            [("GIDS", "1,0"), ("ENABLED", "1"), ("AUTH_DRIVER", "core"), ("PASSWORD", "the-hash"), ("TOKENS", $"{LoginToken.HashOf("t")}:-1:-1")]);
        Put(PoolKind.Cluster, 0, "default", "RESERVED_CPU=\"\" RESERVED_MEM=\"\"");
        Put(PoolKind.Datastore, 1, "default", "TYPE=IMAGE_DS", [("DS_MAD", "fs"), ("TM_MAD", "qcow2"), ("BASE_PATH", "/ds/1"), ("TYPE", "0"), ("CLUSTER_IDS", "0")]);
        Put(PoolKind.Image, 6, "im1", "DEV_PREFIX=sd",
            [("TYPE", "2"), ("SOURCE", "/ds/1/6"), ("FORMAT", "raw"), ("SIZE", "10"), ("STATE", "1"), ("DATASTORE_ID", "1"), ("DATASTORE", "default")]);
        Put(PoolKind.VirtualNetwork, 11, "n1", "BRIDGE=b0 VN_MAD=bridge SECURITY_GROUPS=0 AR=[TYPE=IP4,IP=10.0.0.1,SIZE=10]",
            [("BRIDGE", "b0"), ("BRIDGE_TYPE", "linux"), ("VN_MAD", "bridge"), ("CLUSTER_IDS", "0")]);
        Put(PoolKind.Template, 0, "t1", "CPU=0.5 MEMORY=128 X=[A=b,C=d]");
        Put(PoolKind.SecurityGroup, 0, "default", "RULE=[PROTOCOL=ALL,RULE_TYPE=OUTBOUND]");
        Put(PoolKind.Vdc, 0, "default", facts: [("GROUPS", "1"), ("CLUSTERS", "0:-10")]);
        foreach (var rule in AccessControl.DefaultRules())
            Put(PoolKind.Acl, rule.Id, "rule", facts: [("USER", rule.UserHex), ("RESOURCE", rule.ResourceHex), ("RIGHTS", rule.RightsHex), ("ZONE", rule.ZoneHex)]);
        Put(PoolKind.Host, 0, "hh", "IM_MAD=kvm VM_MAD=kvm", [("CLUSTER_ID", "0"), ("IM_MAD", "kvm"), ("VM_MAD", "kvm")]);
    }

    public Inventory Inventory { get; } = new();
    public Documents Documents { get; }

    public PooledObject Put(PoolKind kind, int id, string name, string template = "", (string Name, string Value)[]? facts = null)
    {
        var made = new PooledObject(
            kind, id, name, Caller.Admin, 0b110_000_000, Now, Template.Parse(template),
            (facts ?? []).ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal));
        _pools[kind] = _pools.GetValueOrDefault(kind, ImmutableSortedDictionary<int, PooledObject>.Empty).SetItem(id, made);
        Inventory.Put(kind, _pools[kind], id);
        return made;
    }

    public VirtualMachine Vm(int id, string template = "CPU=1 MEMORY=64 VMID=0", VmState state = VmState.Active, bool placed = true, Caller? owner = null)
    {
        var vm = new VirtualMachine
        {
            Id = new(id),
            Name = "x",
            Owner = owner ?? Caller.Admin,
            Permissions = 0b110_000_000,
            Template = Template.Parse(template),
            UserTemplate = Template.Empty,
            State = state,
            Lcm = state is VmState.Active ? LcmState.Running : LcmState.LcmInit,
            PrevState = VmState.Active,
            PrevLcm = LcmState.Running,
            Start = Now,
            DeployId = placed ? $"one-{id}" : "",
            History = placed ? [new HistoryRecord(0, new HostOffer(new(0), "hh", 0, 0, "kvm", "qcow2"), Now, PrologStart: Now, PrologEnd: Now, RunningStart: Now)] : [],
        };
        Inventory.Put(vm, []);
        return vm;
    }

    public void Measure(int vm) => Inventory.Put(new VmId(vm), new VmReading(
        Now, new DomainReading(new VmId(vm), 1, $"one-{vm}", Guid.Empty, DomainPower.Running, "", 1, 64, 5, 1024, 6, 7, 8, 9, 10, ulong.MaxValue), 12.5m));

    public void Hear(string? silence = null, params DomainReading[] wild) => Inventory.Put(new HostPicture(
        new(0), silence is null ? HostState.Monitored : HostState.Error, HostState.Init, new(6400, 268_435_456, 20_480), new(6400, 268_435_456, 20_480),
        new(200, 98_304, 0), new[] { 0, 1 }.ToImmutableSortedDictionary(vm => vm, vm => new Claim(new(vm), 1, new(100, 49_152, 0), 0)),
        new HostFacts(
            "hh.local", "Vendor", "Product", "1", "x86_64", "Model(R) @ 3.2GHz", 3200, 2, 1, 1, 6400, 268_435_456,
            [new NumaCell(0, 134_217_728, [0]), new NumaCell(1, 134_217_728, [1])], "kvm", "8.0", "kvm", ["q35"], ["qemu64"], [], 20_480, 20_470),
        new HostUsage(Now, 100, 267_386_880, 10_000, 1000, 1000), [.. wild], silence));

    public static XElement Read(Document document)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        document.WriteTo(bytes);
        return XElement.Parse(System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan), LoadOptions.PreserveWhitespace);
    }

    public PooledObject Of(PoolKind kind, int id) => Inventory.Find(kind, id)!;
}
