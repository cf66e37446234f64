using PoweredAppliance.Core.Drivers;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// To another host: the new host grants a claim before anything moves, the old one keeps its own until the VM has arrived, and what then
/// is left on the host that it is not on is removed.
/// </summary>
public sealed partial record VirtualMachine
{
    /// <summary>What has to be done for it beside <see cref="Work"/>: not while it is being cleaned away, since a step that ends may still leave something.</summary>
    private IEnumerable<VmWork.Perform> Removals => Lcm is LcmState.CleanupDelete or LcmState.CleanupResubmit
        ? []
        : Remnants.Select(r => new VmWork.Perform(r.Host.Host, r.Generation, r.Transition, VmStep.Cleanup));

    private static VmWork MovingWork(Migration move, HostOffer here, int generation, long transition, LcmState lcm) => lcm switch
    {
        _ when !move.IsGranted => new VmWork.Claim(move.To.Host, move.Generation),
        LcmState.Migrate => new VmWork.Perform(here.Host, move.Generation, transition, VmStep.Migrate, move.To.Host),
        LcmState.SaveMigrate => new VmWork.Perform(here.Host, generation, transition, Lifecycle.StepOf(move.Way)),
        _ => new VmWork.Perform(move.To.Host, move.Generation, transition, VmStep.Receive, here.Host),
    };

    /// <summary>
    /// As OpenNebula's documents show it: of a VM that moves they have the record of the host that it goes to, open, and of the one that it
    /// leaves the end when its files began to move. Nothing else goes by this.
    /// </summary>
    public VirtualMachine AsShown => Moving is { IsGranted: true } move && History is [.. var earlier, { IsOpen: true } open]
        ? this with
        {
            GraphicsPort = move.GraphicsPort,
            History =
            [
                .. earlier,
                open with { End = move.Since },
                move.Since == 0 ? new(open.Sequence + 1, move.To, move.Began) : new(open.Sequence + 1, move.To, move.Since, PrologStart: move.Since),
            ],
        }
        : this;

    private Decision<IEvent> Decide(Migrate migrate, DateTimeOffset now) => WhyNotTo(migrate.To, migrate.Way) is { } why
        ? Decision<IEvent>.No(Refusal.WrongState(why, Id.Value))
        : Of(new MigrationBegun(Id, now, migrate.To, Newest + 1, migrate.Way, migrate.By));

    private string? WhyNotTo(HostOffer to, MigrationWay way)
    {
        if (Lcm is LcmState.Unknown && State is VmState.Active)
            return $"Migrate action is not available for state {Phase}: host {Host?.Hostname} does not show VM {Id}, which may still run there";
        if (Lifecycle.Leaving(way, Phase) is not { } state)
            return $"Migrate action is not available for state {Phase}";
        if (Host is { } here && here.Host == to.Host)
            return $"VM is already running on host [{here.Host}] and datastore [{here.Datastore}]";
        if (Imported)
            return $"VM {Id} was imported: its domain's definition is not the appliance's and cannot leave its host, so it cannot migrate.";
        if (Litters(to))
            return Littered(to);
        // Snapshots lie inside the files (decision 7), of which a live migration copies what the guest sees.
        if (state is not LcmState.Migrate)
            return null;
        return DiskSnapshots.FirstOrDefault(t => !t.Snapshots.IsEmpty) is { } tree ? $"Disk {tree.Disk} of VM {Id} has snapshots, {Bound}"
            : Template.Vector("SNAPSHOT") is not null ? $"VM {Id} has snapshots, {Bound}"
            : null;
    }

    private VirtualMachine Apply(MigrationBegun begun)
    {
        var during = Lifecycle.Leaving(begun.Way, Phase) ?? throw new ArgumentException($"VM {Id} is {Phase}, from where it does not migrate", nameof(begun));
        var way = during is LcmState.Migrate or LcmState.SaveMigrate || begun.Way is not MigrationWay.Live ? begun.Way : MigrationWay.Save;
        return (this with
        {
            Moving = new(begun.To, begun.Generation, way, Phase, begun.At.ToUnixTimeSeconds()),
            Newest = begun.Generation,
            Resched = false,
            UserTemplate = UserTemplate.Without("SCHED_MESSAGE").Without("ERROR"),
        }).To(during, begun.At).Noted(Lifecycle.Word(way), begun.By);
    }

    private VirtualMachine Apply(MigrationGranted granted) => this with
    {
        Moving = Moving! with { IsGranted = true, GraphicsPort = granted.GraphicsPort, Since = Lifecycle.IsTransfer(Lcm) ? granted.At.ToUnixTimeSeconds() : 0 },
        Transition = Transition + 1,
    };

    private VirtualMachine Apply(MigrationRefused refused) =>
        (this with { Moving = null }).WithError(refused.At, $"Error migrating VM: {refused.Why}").To(Moving!.From, refused.At);

    /// <summary>The guest is ready to leave: its files move.</summary>
    private VirtualMachine Left(DateTimeOffset when) => (this with
    {
        Moving = Moving! with { Since = when.ToUnixTimeSeconds() },
        Template = Template.Without("SNAPSHOT"),
    }).To(LcmState.PrologMigrate, when);

    /// <summary>It is the new host's from here on; what is on the old one is superseded.</summary>
    private VirtualMachine Arrived(DateTimeOffset when)
    {
        var (move, at, open) = (Moving!, when.ToUnixTimeSeconds(), History[^1]);
        var left = move.Since == 0 ? at : move.Since;
        var next = Lcm is LcmState.PrologMigrate ? Lifecycle.StartOf(move.Way) : Lifecycle.AfterDone(Lcm)!.Value;
        var up = IsUp(Phase);
        var vm = this with
        {
            Moving = null,
            Generation = move.Generation,
            GraphicsPort = move.GraphicsPort,
            Remnants = Remnants.Add(new(open.Host, Generation, Transition + 1)),
            // System snapshots lie in the domain of the old host.
            Template = Template.Without("SNAPSHOT"),
            UserTemplate = UserTemplate.Without("ERROR"),
            History =
            [
                .. History[..^1],
                open with { End = left, RunningEnd = up ? left : open.RunningEnd, Template = Template },
                up
                    ? new(open.Sequence + 1, move.To, left, RunningStart: left)
                    : new(open.Sequence + 1, move.To, left, PrologStart: left, PrologEnd: at),
            ],
        };
        return vm.To(next, when);
    }

    /// <summary>A running domain of the new generation on the new host is the one proof that a live migration was completed.</summary>
    private bool ShowsArrival(Observe seen) => Moving is { IsGranted: true } move && Lcm is LcmState.Migrate && seen.Sighting is Sighting.Running
        && seen.Host == move.To.Host && seen.Generation == move.Generation;

    private const string Bound = "which a live migration would leave behind; migrate it without live, or delete them.";

    /// <summary>Something of it is still there that a new stay could take for its own.</summary>
    private bool Litters(HostOffer host) => Remnants.Any(r => r.Host.Host == host.Host);

    private string Littered(HostOffer host) => $"What VM {Id} left on host {host.Hostname} is still being removed; it can go there after that.";

    private Remnant? MayRun => Remnants.FirstOrDefault(r => r.MayRun);

    /// <summary>
    /// A VM that does not arrive: what came of it on the other host, and the claim there, go. Who makes it anew while it moves live has not
    /// heard from the hosts where its guest is.
    /// </summary>
    private VirtualMachine Returned(Lifecycle.Phase next) => Moving is { } move
        ? this with
        {
            Moving = null,
            Remnants = Remnants.Add(new(move.To, move.Generation, Transition + 1)
            {
                MayRun = move.IsGranted && Lcm is LcmState.Migrate && next.Lcm is LcmState.CleanupResubmit,
            }),
        }
        : this;
}
