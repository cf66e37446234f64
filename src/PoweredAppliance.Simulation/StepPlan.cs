using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>
/// What a step brings about on a machine: changes in order, then the outcome. Pure; asked again after its changes have
/// happened it has no changes left and the same outcome. That is what makes every step repeatable.
/// </summary>
/// <param name="WaitsForGuest">the changes come only if the guest does as it is asked</param>
internal sealed record StepPlan(ImmutableArray<WorldEvent> Changes, StepOutcome Outcome, bool WaitsForGuest = false)
{
    /// <param name="peer">the other machine of a VM that moves</param>
    internal static StepPlan Of(MachinePicture machine, MachinePicture? peer, HostAddress address, HostStep step, DateTimeOffset now)
    {
        var (owner, spec) = (new Owner(address.Deployment, step.Vm.Value), step.Spec);
        var (domain, files) = (machine.Domain(owner), machine.FilesOf(owner));
        var name = domain?.Name ?? MachinePicture.DomainName(owner);
        var checkpoint = $"{address.DatastorePath}/0/{step.Vm}/checkpoint";
        var newest = Math.Max(domain?.Generation ?? 0, files.Select(f => f.Generation).DefaultIfEmpty().Max());
        if (step.Kind is VmStep.Withdraw)
            return Done();
        if (newest > step.Generation)
            return No($"{machine.Name} has generation {newest} of {owner}, the step is of generation {step.Generation}");
        if (step.Kind is VmStep.Adopt)
            return Adopt(machine, owner, step, now);
        if (domain is null && machine.DomainsByName.ContainsKey(name))
            return No($"a domain {name} is on {machine.Name} already and is not ours");

        return step.Kind switch
        {
            VmStep.Prolog => Done(Files().Where(Lacking)),
            VmStep.Boot => Start(domain is { Alive: true } d && d.Generation == step.Generation
                ? d.Power is DomainPower.Paused ? [Change(DomainPower.Running, "resumed")] : []
                : [.. Define(), Change(DomainPower.Running, "booted")]),
            VmStep.Shutdown => domain is { Alive: true }
                ? Done(Change(DomainPower.Off, "shut down")) with { WaitsForGuest = true } : Done(),
            VmStep.ShutdownHard => domain is { Alive: true } ? Done(Change(DomainPower.Off, "destroyed")) : Done(),
            VmStep.Save when domain is { Alive: true } =>
                Done(File(checkpoint, spec.MemoryMebibytes), Change(DomainPower.Saved, "saved")),
            VmStep.Save when machine.HasFile(owner, checkpoint) => Done(),
            VmStep.Save => No($"{owner} is not running on {machine.Name}, there is no memory to save"),
            VmStep.Restore when domain is { Power: DomainPower.Running } => Done(Remove([.. files.Where(f => f.Path == checkpoint)])),
            VmStep.Restore when domain is { Power: DomainPower.Paused } => Done(Change(DomainPower.Running, "resumed")),
            VmStep.Restore when machine.HasFile(owner, checkpoint) =>
                Start([.. Define(), Change(DomainPower.Running, "restored"), new WorldEvent.FileRemoved(now, machine.Name, checkpoint, owner)]),
            VmStep.Restore => No($"{owner} has no checkpoint on {machine.Name}"),
            VmStep.Reboot or VmStep.Reset when domain is { Power: DomainPower.Running } =>
                new([], StepOutcome.Ok(name), WaitsForGuest: step.Kind is VmStep.Reboot),
            VmStep.Reboot or VmStep.Reset => No($"{owner} is not running on {machine.Name}"),
            VmStep.Filter when domain is { Alive: true } => Done(),
            VmStep.Filter => No($"{owner} is not running on {machine.Name}"),
            VmStep.AwaitCommand when step.Command is null => No("the step does not say which command"),
            VmStep.AwaitCommand when domain is { Alive: true } => new([], StepOutcome.Ok() with { Command = SimulatedCommand.Ended(step.Command) }),
            VmStep.AwaitCommand => Done(), // nobody is there to tell
            VmStep.Change => new ChangePlan(machine, address, step, now).Plan(),
            VmStep.Receive when peer is not null => new MovePlan(machine, peer, address, step, now).Receive(),
            VmStep.Migrate when peer is not null => new MovePlan(machine, peer, address, step, now).Migrate(),
            VmStep.Receive or VmStep.Migrate => No("the step does not name the other host"),
            VmStep.Undefine => Done([.. Undefine(), .. Remove([.. files.Where(f => f.Path.StartsWith($"{address.DatastorePath}/0/{step.Vm}/snap-", StringComparison.Ordinal))])]),
            VmStep.Cleanup => Done([.. Undefine(), .. Remove(files)]),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "a step this version has never heard of"),
        };

        static StepPlan Adopt(MachinePicture machine, Owner owner, HostStep step, DateTimeOffset now) =>
            machine.Domains.FirstOrDefault(d => d.Uuid == step.Spec.Uuid) switch
            {
                null => new([], StepOutcome.Fail($"{machine.Name} has no domain {step.Spec.Uuid}", retriable: false)),
                { Owner: { } other } d when other != owner => new([], StepOutcome.Fail($"domain {d.Name} on {machine.Name} is {other}", retriable: false)),
                { Owner: not null } d when d.Generation == step.Generation => new([], StepOutcome.Ok(d.Name)),
                var d =>
                    new([new WorldEvent.DomainDefined(now, machine.Name, d.Name, owner, step.Generation, d.Uuid, d.Vcpu, d.MemoryMebibytes, d.Port, d.Files)], StepOutcome.Ok(d.Name)),
            };

        StepPlan Start(ImmutableArray<WorldEvent> changes)
        {
            if (changes.IsEmpty)
                return Done();
            if (Files().FirstOrDefault(f => !machine.HasFile(owner, f.Path)) is { } lacking)
                return No($"{lacking.Path} is not on {machine.Name}: the prolog has not run");
            var port = spec.Graphics?.Port ?? 0;
            return port != 0 && machine.Domains.FirstOrDefault(d => d.Alive && d.Port == port && d.Owner != owner) is { } holder
                ? new([], StepOutcome.Fail($"port {port} on {machine.Name} is in use by {holder.Name}"))
                : new(changes, StepOutcome.Ok(name));
        }

        IEnumerable<WorldEvent> Define()
        {
            if (domain?.Generation == step.Generation && domain.Uuid == spec.Uuid)
                return [];
            return
            [
                .. Undefine(),
                new WorldEvent.DomainDefined(now, machine.Name, name, owner, step.Generation, spec.Uuid, spec.Vcpu,
                    spec.MemoryMebibytes, spec.Graphics?.Port ?? 0, [.. Files().Select(f => f.Path)]),
            ];
        }

        WorldEvent[] Undefine() => domain switch
        {
            null => [],
            { Alive: true } =>
                [Change(DomainPower.Off, "destroyed"), new WorldEvent.DomainUndefined(now, machine.Name, name)],
            _ => [new WorldEvent.DomainUndefined(now, machine.Name, name)],
        };

        IEnumerable<WorldEvent.FileMade> Files()
        {
            foreach (var disk in spec.Disks)
            {
                if (disk.ImageVolume is { } volume)
                    yield return new(now, machine.Name, $"{address.DatastorePath}/1/{volume}", null, 0, disk.SizeMebibytes);
                if (disk.Kind is DiskKind.Overlay or DiskKind.Volatile or DiskKind.Swap)
                    yield return File($"{address.DatastorePath}/0/{step.Vm}/disk.{disk.Id}", disk.SizeMebibytes);
            }

            if (spec.Context is not null)
                yield return File($"{address.DatastorePath}/0/{step.Vm}/context.iso", 1);
        }

        bool Lacking(WorldEvent.FileMade f) => !machine.HasFile(owner, f.Path)
            || f.Owner is not null && files.Any(there => there.Path == f.Path && there.Generation < f.Generation);

        WorldEvent.FileMade File(string path, long mebibytes) => new(now, machine.Name, path, owner, step.Generation, mebibytes);

        WorldEvent Change(DomainPower power, string reason) => new WorldEvent.DomainChanged(now, machine.Name, name, power, reason);

        IEnumerable<WorldEvent> Remove(IReadOnlyCollection<SimulatedFile> gone) =>
            gone.Select(f => new WorldEvent.FileRemoved(now, machine.Name, f.Path, owner));

        StepPlan Done(params IEnumerable<WorldEvent> changes) => new([.. changes], StepOutcome.Ok(name));

        StepPlan No(string why) => new([], StepOutcome.Fail(why, retriable: false));
    }
}
