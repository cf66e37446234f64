using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Tests;

/// <summary>Things as a daemon would send them, at a fixed moment.</summary>
internal static class Samples
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static Vm Vm(int id, string name, string state = "RUNNING") => new()
    {
        Id = id,
        Name = name,
        State = Active(state) ? "ACTIVE" : state,
        StateNumber = Active(state) ? 3 : 8,
        LcmState = Active(state) ? state : "LCM_INIT",
        LcmStateNumber = Active(state) ? 3 : 0,
        Owner = "oneadmin",
        OwnerId = 0,
        Group = "oneadmin",
        GroupId = 0,
        HostId = 0,
        Host = "host0",
        CpuPercent = 50,
        Vcpu = 1,
        MemoryMib = 512,
        Ips = [$"10.0.0.{id}"],
        Created = Now - TimeSpan.FromMinutes(90),
        Generation = 1,
    };

    public static Host Host(int id, string name) => new()
    {
        Id = id,
        Name = name,
        Uri = "qemu:///system",
        State = "MONITORED",
        StateNumber = 2,
        Cluster = "default",
        ClusterId = 0,
        Profile = "generic",
        ProfileDifferences = ["memory: the profile says 64 GiB, the machine has 32 GiB"],
        Capacity = new Resources(800, 16384),
        Allocated = new Resources(150, 1536),
        Free = new Resources(650, 14848),
        Used = new Resources(20, 900),
        Vms = [1, 2],
        WildVms = [new WildVm { Name = "stranger", Uuid = "6d4c", State = "running", Vcpu = 2, MemoryMib = 1024 }],
        Hypervisor = "QEMU 7.2.22",
        Acceleration = "kvm",
        LastSeen = Now - TimeSpan.FromSeconds(2),
    };

    public static Image Image(int id, string name, string state = "READY") => new()
    {
        Id = id,
        Name = name,
        State = state,
        StateNumber = state == "READY" ? 1 : 4,
        Type = "OS",
        Format = "qcow2",
        SizeMib = 2048,
        Owner = "oneadmin",
        OwnerId = 0,
        Group = "oneadmin",
        GroupId = 0,
        Datastore = "default",
        DatastoreId = 1,
        Created = Now - TimeSpan.FromDays(1),
        UsedBy = [1],
    };

    public static VmTemplate Template(int id, string name) => new()
    {
        Id = id,
        Name = name,
        Owner = "oneadmin",
        OwnerId = 0,
        Group = "oneadmin",
        GroupId = 0,
        Created = Now - TimeSpan.FromDays(2),
        Text = "CPU=\"0.5\"\nMEMORY=\"512\"",
    };

    public static Status Status { get; } = new()
    {
        Version = "0.1.0",
        OpenNebula = "7.4.0",
        Addresses = new SortedDictionary<string, string> { ["rest"] = "http://box:2616/api/v1", ["xmlrpc"] = "http://box:2633/RPC2" },
        Journal = "SQLite",
        Started = Now - TimeSpan.FromHours(5),
        UptimeSeconds = 5 * 3600,
        Hosts = new SortedDictionary<string, int> { ["MONITORED"] = 2, ["ERROR"] = 1 },
        Vms = new SortedDictionary<string, int> { ["RUNNING"] = 3, ["POWEROFF"] = 1 },
        Capacity = new Resources(800, 16384),
        Allocated = new Resources(150, 1536),
        ControlPlane = [new Controller("10.0.0.1:4053", "up", Leader: true, Self: true)],
        Warnings = ["host2 has not been heard of for 3 minutes"],
    };

    private static bool Active(string state) =>
        state is not (
            "PENDING" or "HOLD" or "STOPPED" or "SUSPENDED" or "DONE" or "POWEROFF" or "UNDEPLOYED" or "CLONING");
}
