using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Tests;

/// <summary>Specifications that tests begin from.</summary>
internal static class Specs
{
    internal static readonly Guid Deployment = new("0c0ffee0-0000-4000-8000-000000000001");

    internal static readonly OsSpec Os = new("x86_64", null, null, null, null, null, null, []);

    internal static readonly ImmutableSortedDictionary<string, string> Context =
        ImmutableSortedDictionary.CreateRange<string, string>([new("SET_HOSTNAME", "web"), new("ETH0_IP", "10.0.0.5")]);

    internal static Guid Uuid(int vm) => new(vm, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    internal static VmSpec Vm(int id) => new(
        new(id), Uuid(id), $"vm {id}", Vcpu: 1, CpuPercent: 100, MemoryMebibytes: 16, CpuModel: null, Os, Disks: [], Nics: [],
        Graphics: null, Context: null, ContextTarget: null, Acpi: true, GuestAgent: true, RawXml: null);

    internal static DiskSpec Overlay(int id, string target) =>
        new(id, DiskKind.Overlay, target, "", "qcow2", 64, "/somewhere/base.qcow2", "base.qcow2", ReadOnly: false, Cache: null);

    internal static DiskSpec Volatile(int id, string target) => new(id, DiskKind.Volatile, target, "", "raw", 16, null, null, ReadOnly: false, Cache: null);

    internal static NicSpec Nic(int id) => new(id, "br0", null, $"02:00:00:00:00:0{id}", null, "");
}
