using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>What <see cref="VmStep.Receive"/> and <see cref="VmStep.Migrate"/> bring about on two machines. Pure and repeatable as every step is.</summary>
/// <param name="machine">that is asked</param>
internal sealed class MovePlan(MachinePicture machine, MachinePicture peer, HostAddress address, HostStep step, DateTimeOffset now)
{
    private readonly Owner _owner = new(address.Deployment, step.Vm.Value);
    private readonly string _peerPath = step.Peer!.DatastorePath;

    internal StepPlan Receive() => peer.Domain(_owner) is { Alive: true }
        ? No($"{_owner} still runs on {peer.Name}, its files are not copied under it")
        : Lacking(peer, _peerPath) is { } lacking
            ? No($"{lacking} is not on {peer.Name}")
            : new([.. Copies(peer, _peerPath, machine, address.DatastorePath)], StepOutcome.Ok());

    internal StepPlan Migrate()
    {
        var (here, there) = (machine.Domain(_owner), peer.Domain(_owner));
        if (here is not { Alive: true })
            return there is { Alive: true } && there.Generation == step.Generation
                ? new([], StepOutcome.Ok(there.Name))
                : No($"{_owner} is not running on {machine.Name}");
        if (step.GivenUp)
            return No($"given up; {_owner} runs on {machine.Name}");
        if (there is not null)
            return No($"{peer.Name} has generation {there.Generation} of {_owner}");
        var port = step.Spec.Graphics?.Port ?? 0;
        if (port != 0 && peer.Domains.FirstOrDefault(d => d.Alive && d.Port == port) is { } holder)
            return No($"port {port} on {peer.Name} is in use by {holder.Name}");
        return new(
            [
                .. Copies(machine, address.DatastorePath, peer, _peerPath),
                new WorldEvent.DomainMoved(
                    now, machine.Name, here.Name, peer.Name, step.Generation, port,
                    [.. here.Files.Select(f => Placed(f, address.DatastorePath, _peerPath))]),
            ],
            StepOutcome.Ok(here.Name));
    }

    /// <summary>A disk that the VM should have and that is not there.</summary>
    private string? Lacking(MachinePicture from, string path) => step.Spec.Disks
        .Where(d => d.Kind is DiskKind.Overlay or DiskKind.Volatile or DiskKind.Swap)
        .Select(d => $"{path}/0/{step.Vm}/disk.{d.Id}").FirstOrDefault(file => !from.HasFile(_owner, file));

    private IEnumerable<WorldEvent> Copies(MachinePicture from, string fromPath, MachinePicture to, string toPath)
    {
        foreach (var disk in step.Spec.Disks)
            if (disk.ImageVolume is { } volume && !to.HasFile(_owner, $"{toPath}/1/{volume}"))
                yield return new WorldEvent.FileMade(now, to.Name, $"{toPath}/1/{volume}", null, 0, disk.SizeMebibytes);
        foreach (var file in from.FilesOf(_owner))
        {
            var copy = file with { Path = Placed(file.Path, fromPath, toPath), Generation = step.Generation };
            if (!to.FilesOf(_owner).Contains(copy))
                yield return new WorldEvent.FileMade(now, to.Name, copy.Path, _owner, copy.Generation, copy.Mebibytes) { IsCopy = true };
        }
    }

    private static string Placed(string path, string from, string to) => to + path[from.Length..];

    private static StepPlan No(string why) => new([], StepOutcome.Fail(why, retriable: false));
}
