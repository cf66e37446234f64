using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>Weather from a seed over a working zone: <c>make sim SEED=4711</c> runs one of your choice.</summary>
public sealed class StormTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_any_storm_the_picture_is_right_and_no_law_was_broken()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SEED"), CultureInfo.InvariantCulture, out var given) ? given : 4711;
        output.WriteLine($"seed {seed}");
        await using var site = await Site.Start(hosts: 3, silentAfter: TimeSpan.FromSeconds(1.5));
        var forecast = Storm.Forecast(seed, ["h0", "h1", "h2"], TimeSpan.FromSeconds(6), gusts: 40);
        var storm = site.World.Blow(forecast, gust => output.WriteLine($"{gust}"), CancellationToken.None);
        var made = new List<VmId>();
        for (var i = 0; !storm.IsCompleted; i++)
        {
            made.Add(await site.Create("CPU=0.5\nMEMORY=64\nDISK=[TYPE=fs,SIZE=4]"));
            foreach (var vm in made.TakeLast(8))
                await site.Cloud.Vm(new VmProtocol.Change(vm, Change(site, vm, i), Caller.Admin)); // mostly refused: it is not in the state for it
            if (i % 3 == 2)
                await site.Cloud.Vm(new VmProtocol.Act(made[i / 2], VmAction.TerminateHard, Caller.Admin));
            await Task.Delay(TimeSpan.FromMilliseconds(60));
        }

        await storm;
        foreach (var vm in made)
            await Site.Until(() => IsAtRest(site.Vm(vm)), () => $"seed {seed}: VM {vm} stays in {site.Vm(vm).Phase}: {site.Vm(vm).UserTemplate["ERROR"]}");
        foreach (var vm in made.Where(vm => site.Vm(vm).State is not VmState.Done))
            Assert.Null((await site.Cloud.Vm(new VmProtocol.Recover(vm, RecoverOperation.Delete, Caller.Admin))).Refusal);
        foreach (var vm in made)
            await site.Reach(vm, VmState.Done);
        await Site.Until(() => site.Inventory.Hosts.All(h => h.Allocated == default), $"seed {seed}: a claim is left");
        Assert.Empty(site.World.Violations);
        Assert.Empty(site.World.See(w => w.Machines.SelectMany(m => m.Domains.Select(d => d.Name).Where(n => !n.StartsWith("wild-", StringComparison.Ordinal)).Concat(m.Files.Select(f => f.Path))).ToArray()));
    }

    /// <summary>One of all changes, of what the VM has.</summary>
    private static VmChange Change(Site site, VmId vm, int turn)
    {
        var disk = Devices.Id(site.Vm(vm).Template.Vectors("DISK").Last(), "DISK_ID");
        var snapshot = site.Vm(vm).Template.Vector("SNAPSHOT") is { } last ? Devices.Id(last, "SNAPSHOT_ID") : 0;
        return ((turn + vm.Value) % 7) switch
        {
            0 => new VmChange.AttachDisk(VectorAttribute.Of("DISK", ("SIZE", "2"), ("TYPE", "FS"), ("FORMAT", "qcow2"), ("DEV_PREFIX", "vd"))),
            1 => new VmChange.CreateSnapshot(-1, ""),
            2 => new VmChange.ResizeDisk(disk, turn + 8),
            3 => new VmChange.RevertSnapshot(snapshot),
            4 => new VmChange.DeleteSnapshot(snapshot),
            5 => new VmChange.Resize(turn % 3 * 0.5m is > 0 and var cpu ? cpu : null, null, 32 + (turn % 3 * 16)),
            _ => new VmChange.DetachDisk(Math.Max(1, disk)),
        };
    }

    private static bool IsAtRest(VirtualMachine vm) => vm.State is VmState.Done or VmState.Poweroff or VmState.Suspended
        || vm.Lcm is LcmState.Running || Lifecycle.RetryOf(vm.Lcm) is not null;
}
