using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

/// <summary>A world with its hands on it; time can be moved on.</summary>
internal sealed class Rig : IAsyncDisposable
{
    internal static readonly Guid Deployment = Guid.Parse("11111111-1111-4111-8111-111111111111");
    private readonly HostDriverFactory _factory;
    private readonly List<IHostDriver> _drivers = [];

    internal Rig(SimulatedWorld? world = null)
    {
        World = world ?? SimulatedWorld.InMemory(Time);
        _factory = SimulatedHosts.Factory(World, Time);
    }

    internal MovedTime Time { get; } = new();

    internal SimulatedWorld World { get; }

    internal IHostDriver Host(string name = "host0", string query = "", Guid? deployment = null)
    {
        var driver = _factory(new(new(0), name, "sim:generic" + query, "/ds", deployment ?? Deployment, null));
        _drivers.Add(driver);
        return driver;
    }

    internal static HostStep Step(VmStep kind, int generation = 1, int vm = 5, bool acpi = true) =>
        new(new(vm), generation, kind, Spec(vm, acpi));

    internal static VmSpec Spec(int vm = 5, bool acpi = true) => new(
        new(vm), Guid.Parse($"22222222-2222-4222-8222-{vm:d12}"), $"vm{vm}", 2, 100, 512, null,
        new("x86_64", null, null, null, null, null, null, []),
        [
            new(0, DiskKind.Overlay, "vda", "virtio", "qcow2", 1000, "/images/a", "image-0", false, null),
            new(1, DiskKind.Volatile, "vdb", "virtio", "raw", 200, null, null, false, null),
        ],
        [], new("vnc", "127.0.0.1", 5900 + vm, null, null), ImmutableSortedDictionary<string, string>.Empty, "hda", acpi, false, null);

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
            await driver.DisposeAsync();
        World.Dispose();
    }

    internal sealed class MovedTime : TimeProvider
    {
        internal TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + By;
    }
}

internal static class Asking
{
    private static readonly Progress<StepProgress> Nowhere = new();

    internal static Task<StepOutcome> Do(
        this IHostDriver host, VmStep kind, int generation = 1, int vm = 5, bool acpi = true) =>
        host.Perform(Rig.Step(kind, generation, vm, acpi), Nowhere, TestContext.Current.CancellationToken);

    internal static async Task<IHostDriver> Running(this IHostDriver host, int generation = 1, int vm = 5)
    {
        Assert.True((await host.Do(VmStep.Prolog, generation, vm)).Done);
        Assert.True((await host.Do(VmStep.Boot, generation, vm)).Done);
        return host;
    }

    internal static Task<HostReading> Reading(this IHostDriver host) => host.Read(TestContext.Current.CancellationToken);

    internal static async Task<DomainReading?> Domain(this IHostDriver host, int vm = 5) =>
        (await host.Reading()).Domains.SingleOrDefault(d => d.Vm == new VmId(vm));

    internal static string[] Files(this Rig rig, string machine = "host0") =>
        rig.World.See(p => p.Machine(machine).Files.Select(f => $"{f.Path} {f.Generation}").Order().ToArray());
}
