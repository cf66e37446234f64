using System.Collections.Immutable;
using Akka.Actor;
using Akka.Hosting;
using PoweredAppliance.ControlPlane.Images;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Vms;
using PoweredAppliance.ControlPlane.Zones;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>An id, or why there is none.</summary>
public readonly record struct Answer(int Id, Refusal? Refusal)
{
    public static implicit operator Answer(Refusal why) => new(-1, why);
    public static Answer Of(int id) => new(id, null);
}

/// <summary>
/// How the API speaks to the control plane: every method returns when what it asked for is stored, and what it changed is
/// in <see cref="Inventory"/> by then. Callers have authorised already.
/// </summary>
public sealed partial class Cloud(
    IRequiredActor<Cloud> region, ActorSystem system, Inventory.Inventory inventory, ControlPlaneSettings settings, TimeProvider time)
{
    private readonly SemaphoreSlim _importing = new(1), _joining = new(1);

    public Inventory.Inventory Inventory => inventory;

    /// <summary>What would cost the VM's owner more than his limits let is refused.</summary>
    public async Task<Answer> Vm(VmProtocol.ICommand command)
    {
        var closed = Closed(command);
        while (true)
        {
            var weighed = Weigh(closed);
            var isOutweighed = false;
            var answer = await Within(weighed.Cost is { } cost ? (QuotaObject.Of(command.Vm), cost) : null, async () =>
            {
                var reply = await Ask<VmProtocol.IReply>(weighed).ConfigureAwait(false);
                isOutweighed = reply is VmProtocol.Outweighed;
                return reply switch
                {
                    VmProtocol.Refused { Why: var why } => why,
                    VmProtocol.Accepted { Made: { } made } => Answer.Of(made),
                    _ => Answer.Of(reply.Vm.Value),
                };
            }).ConfigureAwait(false);
            if (!isOutweighed)
                return answer;
        }
    }

    /// <inheritdoc cref="Vm" path="/summary"/>
    public Task<Answer> Pool(PoolProtocol.ICommand command) => Within(CostOf(command), async () => await Ask<PoolProtocol.IReply>(Closed(command)).ConfigureAwait(false) switch
    {
        PoolProtocol.Refused { Why: var why } => why,
        PoolProtocol.Accepted { Id: var id } => Answer.Of(id),
        var other => throw new InvalidOperationException($"a pool answered {other}"),
    });

    public async Task<Answer> Host(HostProtocol.ICommand command) => await Ask<HostProtocol.IReply>(command).ConfigureAwait(false) switch
    {
        HostProtocol.Refused { Why: var why } => why,
        var accepted => Answer.Of(accepted.Host.Value),
    };

    public async Task<Answer> Zone(ZoneProtocol.ICommand command) => await Ask<ZoneProtocol.IReply>(command).ConfigureAwait(false) switch
    {
        ZoneProtocol.Refused { Why: var why } => why,
        var accepted => Answer.Of(accepted.Zone),
    };

    /// <summary>Returns when it is in the queue of hooks.</summary>
    public async Task<Answer> Hooks(HookProtocol.ICommand command) => await Ask<HookProtocol.IReply>(command).ConfigureAwait(false) switch
    {
        HookProtocol.Refused { Why: var why } => why,
        HookProtocol.Taken { Hook: var hook } => Answer.Of(hook),
        var other => throw new InvalidOperationException($"the queue of hooks answered {other}"),
    };

    /// <summary>Makes a VM: plans its disks and NICs, leases addresses, gives it an id, stores it.</summary>
    /// <param name="find">what the owner may use</param>
    /// <param name="uuid">of the machine, where the template gives none</param>
    /// <param name="name">null: the template's NAME, or <paramref name="prefix"/>-ID</param>
    public async Task<Answer> CreateVm(
        Template given, string? name, string prefix, Caller owner, int permissions, bool onHold, Assembly.Find find, Guid uuid)
    {
        given = settings.Cipher.Open(PoolKind.Template, given); // CONTEXT may name what there is
        var wanted = name is { Length: > 0 } ? name : given["NAME"];
        if (wanted is { Length: > 0 } && Names.Check(null, wanted) is { } badName)
            return badName;
        var (assembly, why) = Assembly.Plan(given, find);
        if (why is not null)
            return why;
        var (requirements, nowhere) = assembly!.Requirements((kind, of) => inventory.Find(kind, of) is { } there ? [.. there.FactIds("CLUSTER_IDS")] : null);
        if (nowhere is not null)
            return nowhere;

        var wishes = assembly.Nics.Select(n => n.Wish).OfType<LeaseWish>().ToList();
        if (wishes.Count == 0)
            return await Make([]).ConfigureAwait(false);
        var granted = await Ask<object>(new LeaseProtocol.Lend(wishes)).ConfigureAwait(false);
        if (granted is LeaseProtocol.Refused refused)
            return refused.Why;
        var lent = (LeaseProtocol.Lent)granted;
        return await Settling(
            () => Make(lent.Leases),
            made => new LeaseProtocol.Settle(lent.Ticket, made is { Refusal: null, Id: var id } ? new(id) : null)).ConfigureAwait(false);

        async Task<Answer> Make(IReadOnlyList<Lease> leases)
        {
            var id = new VmId(await Ask<int>(VmIds.Next.Instance).ConfigureAwait(false));
            var called = wanted is { Length: > 0 } ? wanted : $"{prefix}-{id}";
            var (template, user) = assembly.Finish(id, called, uuid, leases, requirements!);
            template = template.WithVectors(SecurityRules.RuleOfVm, RulesOf(template.Vectors("NIC")));
            var hold = onHold || string.Equals(given["SUBMIT_ON_HOLD"], "YES", StringComparison.OrdinalIgnoreCase);
            var create = new VmProtocol.Create(
                id, called, owner, permissions, hold ? template.Set("SUBMIT_ON_HOLD", "YES") : template, user, hold);
            var answer = await Holding([.. assembly.Images], LoanPurpose.Disk,
                () => Vm(create with { Inherited = [.. template.Vectors("DISK").Select(SnapshotsOf).OfType<DiskSnapshots>()] })).ConfigureAwait(false);
            if (answer.Refusal is not null)
                region.ActorRef.Tell(new VmIds.Unused(id));
            else if (inventory.Vms.Find(id) is { State: VmState.Cloning })
                await FillDisks(id).ConfigureAwait(false); // what was filled since the disks were planned told nobody of this VM
            return answer;
        }
    }

    /// <summary>
    /// Makes a VM of a domain that somebody else made: a claim on its host first, then the domain is stamped; its guest runs on.
    /// Returns when the host has granted the claim or refused it; then nothing is left of the VM but its record.
    /// </summary>
    public async Task<Answer> ImportWild(int host, string name, Caller owner, int permissions)
    {
        if (inventory.Find(PoolKind.Host, host) is not { } there)
            return Refusal.NotFound("host", host);
        if (inventory.Host(new(host)) is not { State: HostState.Monitored } picture)
            return Refusal.WrongState($"Host {there.Name} is not monitored; what is on it is not known well enough to import from.", host);
        if (picture.Wild.FirstOrDefault(d => d.Name == name) is not { } domain)
            return new Refusal(ErrorCode.NoExists, $"Host {there.Name} has no wild VM '{name}'{(picture.Wild.IsEmpty ? "" : $"; it has {string.Join(", ", picture.Wild.Take(10).Select(d => d.Name))}")}.", "name", name);
        await _importing.WaitAsync().ConfigureAwait(false);
        try
        {
            var uuid = domain.Uuid.ToString();
            if (inventory.Vms.Ascending().FirstOrDefault(v => v.State is not VmState.Done && v.Template.Vector("OS")?["UUID"] == uuid) is { } known)
                return Refusal.WrongState($"Domain '{name}' on host {there.Name} is VM {known.Id} ({known.Name}) already.", known.Id.Value);
            var (room, free) = (new Capacity(domain.Vcpu * 100, domain.MemoryMebibytes * 1024, 0), picture.Usable - picture.Allocated);
            if (room.CpuPercent > free.CpuPercent || room.MemoryKibibytes > free.MemoryKibibytes)
                return Refusal.WrongState(
                    $"Host {there.Name} has {free.CpuPercent} % cpu and {free.MemoryKibibytes / 1024} MiB free; '{name}' takes {room.CpuPercent} % and {domain.MemoryMebibytes} MiB.", host);
            return await Adopt(there, domain, owner, permissions).ConfigureAwait(false);
        }
        finally
        {
            _importing.Release();
        }
    }

    private async Task<Answer> Adopt(PooledObject host, DomainReading domain, Caller owner, int permissions)
    {
        var template = Template.Empty
            .Set("CPU", $"{domain.Vcpu}").Set("VCPU", $"{domain.Vcpu}").Set("MEMORY", $"{domain.MemoryMebibytes}").Set("IMPORTED", "YES")
            .WithVectors("OS", [new VectorAttribute("OS", [new("UUID", domain.Uuid.ToString())])]);
        var name = Names.Check(null, domain.Name) is null ? domain.Name : $"imported-{domain.Uuid}";
        var made = await CreateVm(template, name, "imported", owner, permissions, onHold: true, (_, _, _, _) => (null, null), domain.Uuid).ConfigureAwait(false);
        if (made.Refusal is not null)
            return made;
        using var watch = inventory.Changes.Subscribe();
        var id = new VmId(made.Id);
        var deployed = await Vm(new VmProtocol.Deploy(id, new(new(host.Id), host.Name, host.FactInt("CLUSTER_ID"), 0, "kvm", "qcow2"), owner)).ConfigureAwait(false);
        if (deployed.Refusal is null)
            await Until(watch, id, vm => vm is not { State: VmState.Pending, Pledge: not null }, "imported").ConfigureAwait(false);
        if (deployed.Refusal is null && inventory.Vms.Find(id) is { State: not VmState.Pending })
            return made;
        var why = deployed.Refusal?.Text ?? inventory.Vms.Find(id)?.UserTemplate["SCHED_MESSAGE"] ?? "the host refused";
        await Vm(new VmProtocol.Recover(id, RecoverOperation.Delete, owner)).ConfigureAwait(false);
        return Refusal.WrongState($"'{domain.Name}' was not imported: {why}", host.Id);
    }

    /// <summary>What the VM's serial console has said, at most the last <paramref name="maxBytes"/>.</summary>
    public async Task<(string? Text, Refusal? Why)> ConsoleLog(VirtualMachine vm, int maxBytes) => (vm.Host ?? vm.FilesOn) is not { } host
        ? ("", null)
        : await Ask<object>(new Hosts.ReadConsole(host.Host, vm.Id, maxBytes)).ConfigureAwait(false) switch
        {
            Hosts.ConsoleText text => (text.Text, null),
            HostProtocol.Refused refused => (null, refused.Why),
            var other => throw new InvalidOperationException($"a host answered {other}"),
        };

    /// <summary>A two-way stream on the VM's serial console.</summary>
    public async Task<(Stream? Console, Refusal? Why)> OpenConsole(VirtualMachine vm) => vm.Host is not { } host
        ? (null, Refusal.WrongState($"VM {vm.Id} is {vm.Phase}, it has no console.", vm.Id.Value))
        : await Ask<object>(new Hosts.OpenConsole(host.Host, vm.Id)).ConfigureAwait(false) switch
        {
            Hosts.ConsoleOpened opened => (opened.Console, null),
            HostProtocol.Refused refused => (null, refused.Why),
            var other => throw new InvalidOperationException($"a host answered {other}"),
        };

    /// <summary>Puts a host into the pool and its actor to work.</summary>
    public async Task<Answer> AddHost(
        string name, string uri, string datastorePath, int cluster, string? profile, Caller owner, Template template, IEnumerable<KeyValuePair<string, string>> facts)
    {
        var all = facts.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItems(
        [
            new("URI", uri), new("DATASTORE_PATH", datastorePath), new("CLUSTER_ID", $"{cluster}"), new("STATUS", "0"),
        ]);
        if (profile is not null)
            all = all.SetItem("PROFILE", profile);
        var answer = await Pool(new PoolProtocol.Allocate(PoolKind.Host, name, owner, 0, template, all)).ConfigureAwait(false);
        if (answer.Refusal is null)
            await Configure(answer.Id).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Changes the pool's record of a host and tells its actor.</summary>
    public async Task<Answer> ChangeHost(PoolProtocol.ICommand command, int id)
    {
        var answer = await Pool(command).ConfigureAwait(false);
        return answer.Refusal is null ? await Configure(id).ConfigureAwait(false) : answer;
    }

    /// <summary>Only a host without VMs goes.</summary>
    public async Task<Answer> RemoveHost(int id)
    {
        if (inventory.Find(PoolKind.Host, id) is null)
            return Refusal.NotFound("host", id);
        if (inventory.Vms.Ascending().FirstOrDefault(vm => vm.State is not VmState.Done
            && (vm.FilesOn?.Host.Value == id || (vm.Lcm is LcmState.EpilogStop or LcmState.EpilogUndeploy && vm.Host?.Host.Value == id))) is { } left)
            return new Refusal(ErrorCode.Action, $"Can not remove host {id}: the files of VM {left.Id} ({left.Name}, {left.Phase}) are on it.", ObjectId: id);
        var retired = await Host(new HostProtocol.Retire(new(id))).ConfigureAwait(false);
        return retired.Refusal is null ? await Pool(new PoolProtocol.Delete(PoolKind.Host, id)).ConfigureAwait(false) : retired;
    }

    private Task<Answer> Configure(int id) => inventory.Find(PoolKind.Host, id) is { } host
        ? Host(new HostProtocol.Configure(new(id), SettingsOf(host)))
        : Task.FromResult<Answer>(Refusal.NotFound("host", id));

    private HostSettings SettingsOf(PooledObject host)
    {
        var cluster = inventory.Find(PoolKind.Cluster, host.FactInt("CLUSTER_ID"))?.Template;
        return new(
            host.Name, host.Fact("URI") ?? "", host.Fact("DATASTORE_PATH") ?? "", (HostStatus)host.FactInt("STATUS"), host.FactInt("CLUSTER_ID"),
            host.Fact("PROFILE"), First(host.Template["RESERVED_CPU"], cluster?["RESERVED_CPU"]), First(host.Template["RESERVED_MEM"], cluster?["RESERVED_MEM"]));

        static string First(string? own, string? clusters) => own is { Length: > 0 } ? own : clusters ?? "";
    }

    /// <summary>Address, status, is leader, is this one: of every controller as this one sees them.</summary>
    public IReadOnlyList<(string Address, string Status, bool Leader, bool Self)> Controllers()
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var (state, self) = (cluster.State, cluster.SelfAddress);
        return [.. state.Members.Select(m => (
            $"{m.Address.Host}:{m.Address.Port}", state.Unreachable.Contains(m) ? "unreachable" : m.Status.ToString().ToLowerInvariant(),
            m.Address.Equals(state.Leader), m.Address.Equals(self)))];
    }

    /// <summary>Recovers everything: the zone, the pools, all VMs, then the hosts. When it returns, <see cref="Inventory"/> is complete.</summary>
    public async Task Recover(Guid newDeployment, string endpoint, CancellationToken stop)
    {
        await Ask<ZoneProtocol.IReply>(new ZoneProtocol.Found(0, settings.ZoneName, newDeployment, endpoint)).WaitAsync(stop).ConfigureAwait(false);
        await Task.WhenAll(Enum.GetValues<PoolKind>().Select(kind => Ask<Awake>(new Wake(Entities.Pool(kind))))).WaitAsync(stop).ConfigureAwait(false);
        // A partition that recovers looks for hooks that were not told of its VMs' states: it needs the hooks and what they were told.
        await Ask<Awake>(new Wake(Entities.Hooks)).WaitAsync(stop).ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, settings.Partitions).Select(n => Ask<Awake>(new Wake(Entities.Vms(n))))).WaitAsync(stop).ConfigureAwait(false);
        await Task.WhenAll(inventory.All(PoolKind.Host).Keys.Select(id => Configure(id))).WaitAsync(stop).ConfigureAwait(false);
    }

    private async Task<T> Ask<T>(object message)
    {
        try
        {
            return await region.ActorRef.Ask<T>(message, settings.AskDeadline).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new TimeoutException($"{message.GetType().Name} was not answered within {settings.AskDeadline.TotalSeconds:0} s; it may still be done");
        }
    }
}
