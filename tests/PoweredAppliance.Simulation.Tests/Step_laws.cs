using CsCheck;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation.Tests;

public sealed class Step_laws
{
    private static readonly Gen<VmStep> Kinds = Gen.Enum<VmStep>();

    /// <summary>Steps with what the guest does between them: 0 nothing, 1 powers off, 2 crashes, 3 pauses.</summary>
    private static readonly Gen<(VmStep Kind, int Generation, int Guest)[]> Lives =
        Gen.Select(Kinds, Gen.Int[1, 3], Gen.Int[0, 6]).Array[1, 25];

    [Fact]
    public async Task Asked_again_every_step_ends_in_the_same_picture() => await Lives.SampleAsync(async life =>
    {
        await using var rig = new Rig();
        var host = rig.Host();
        foreach (var (kind, generation, guest) in life)
        {
            var machine = rig.World.Machine("host0");
            _ = guest switch { 1 => machine.PowersOff("one-5"), 2 => machine.Crashes("one-5"), 3 => machine.Pauses("one-5", "I/O error"), _ => true };
            var first = await host.Do(kind, generation);
            var picture = await Picture(rig, host);
            var second = await host.Do(kind, generation);
            Assert.Equal(first, second);
            Assert.Equal(picture, await Picture(rig, host));
        }
    }, iter: 300);

    [Fact]
    public async Task What_is_older_than_what_the_host_has_is_refused_for_good_and_changes_nothing() =>
        await Gen.Select(Kinds.Where(k => k is not VmStep.Withdraw), Gen.Bool).SampleAsync(async (kind, running) =>
        {
            await using var rig = new Rig();
            var host = rig.Host();
            await host.Do(VmStep.Prolog, generation: 2);
            if (running)
                await host.Do(VmStep.Boot, generation: 2);
            var picture = await Picture(rig, host);

            var outcome = await host.Do(kind, generation: 1);

            Assert.False(outcome.Done);
            Assert.False(outcome.Retriable);
            Assert.Contains("generation 2", outcome.Error);
            Assert.Equal(picture, await Picture(rig, host));
        }, iter: 50);

    [Fact]
    public async Task Boot_destroys_what_runs_of_an_older_generation()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running(generation: 1);
        await host.Running(generation: 2);
        Assert.Equal((2, DomainPower.Running), await host.Domain() is { } d ? (d.Generation, d.Power) : default);
        Assert.Empty(rig.World.Violations);
        Assert.Contains(rig.World.Trail, e => e is WorldEvent.DomainUndefined);
    }

    [Fact]
    public async Task Files_stay_over_undefine_and_are_kept_by_the_next_generations_prolog()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        await host.Do(VmStep.Undefine);
        Assert.Null(await host.Domain());
        await host.Do(VmStep.Prolog, generation: 2);
        Assert.Equal(["/ds/0/5/context.iso 2", "/ds/0/5/disk.0 2", "/ds/0/5/disk.1 2", "/ds/1/image-0 0"], rig.Files());
        Assert.DoesNotContain(rig.World.Trail, e => e is WorldEvent.FileRemoved);
    }

    [Fact]
    public async Task Cleanup_leaves_the_shared_image_and_nothing_of_the_VM()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        Assert.True((await host.Do(VmStep.Cleanup)).Done);
        Assert.Empty((await host.Reading()).Domains);
        Assert.Equal(["/ds/1/image-0 0"], rig.Files());
        Assert.Empty(rig.World.Violations);
    }

    [Fact]
    public async Task Boot_without_its_files_is_refused_by_name()
    {
        await using var rig = new Rig();
        Assert.Equal("/ds/1/image-0 is not on host0: the prolog has not run", (await rig.Host().Do(VmStep.Boot)).Error);
    }

    [Fact]
    public async Task A_checkpoint_survives_stop_and_goes_only_when_the_guest_runs()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        await host.Do(VmStep.Save);
        Assert.Equal(DomainPower.Saved, (await host.Domain())!.Power);
        await host.Do(VmStep.Undefine);
        Assert.Contains("/ds/0/5/checkpoint 1", rig.Files());
        Assert.True((await host.Do(VmStep.Restore, generation: 2)).Done);
        Assert.Equal(DomainPower.Running, (await host.Domain())!.Power);
        Assert.DoesNotContain(rig.Files(), f => f.Contains("checkpoint"));
        Assert.False((await host.Do(VmStep.Restore, generation: 3)) is { Done: false });
    }

    [Fact]
    public async Task A_guest_without_ACPI_is_left_untouched_by_shutdown()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running();
        var outcome = await host.Do(VmStep.Shutdown, acpi: false);
        Assert.True(outcome is { Done: false, Retriable: true });
        Assert.Equal(DomainPower.Running, (await host.Domain())!.Power);
    }

    [Fact]
    public async Task Two_guests_cannot_have_one_port()
    {
        await using var rig = new Rig();
        var host = await rig.Host().Running(vm: 5);
        await host.Do(VmStep.Prolog, vm: 6);
        var same = Rig.Step(VmStep.Boot, vm: 6) with { Spec = Rig.Spec(6) with { Graphics = Rig.Spec(5).Graphics } };
        var outcome = await host.Perform(same, new Progress<StepProgress>(), TestContext.Current.CancellationToken);
        Assert.Equal("port 5905 on host0 is in use by one-5", outcome.Error);
    }

    [Fact]
    public async Task A_domain_of_another_deployment_is_wild_and_its_name_is_not_taken_over()
    {
        await using var rig = new Rig();
        await rig.Host(deployment: Guid.Empty).Running();
        var ours = rig.Host();
        Assert.Null(Assert.Single((await ours.Reading()).Domains).Vm);
        Assert.Contains("is not ours", (await ours.Do(VmStep.Boot)).Error);
        Assert.True((await ours.Do(VmStep.ShutdownHard)) is { Done: false });
    }

    private static async Task<string> Picture(Rig rig, IHostDriver host) =>
        string.Join('\n', (await host.Reading()).Domains.Select(d => $"{d.Name} {d.Generation} {d.Power} {d.Uuid}").Concat(rig.Files()));
}
