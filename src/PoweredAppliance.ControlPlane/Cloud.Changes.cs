using Akka.Actor;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.ControlPlane.Scheduling;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>Changes of VMs that take more than the VM itself.</summary>
public sealed partial class Cloud
{
    /// <summary>Leases an address of the network, then attaches the NIC; the address is free again when the VM does not take it.</summary>
    /// <param name="nic">NIC as the user wrote it, may ask for a MAC or IP</param>
    /// <param name="ofRouter">it is a NIC of the VM's virtual router, and may have no other address than the router's floating one</param>
    public async Task<Answer> AttachNic(VmId vm, VectorAttribute nic, PooledObject network, Caller by, bool ofRouter = false)
    {
        var request = new Assembly.NicRequest(0, network, nic);
        if (request.Wish is not { } wish)
            return ofRouter
                ? await Vm(Attach(LentNic.OnNetwork(nic.Without("MAC").Without("IP").Without("IP6"), network, lease: null))).ConfigureAwait(false)
                : Refusal.Bad("NIC/FLOATING_ONLY", nic["FLOATING_ONLY"], "A NIC without an address of its own comes with its virtual router, it is not attached.");
        var granted = await Ask<object>(new LeaseProtocol.Lend([wish])).ConfigureAwait(false);
        if (granted is LeaseProtocol.Refused refused)
            return refused.Why;
        var lent = (LeaseProtocol.Lent)granted;
        var attach = Attach(LentNic.OnNetwork(nic, network, lent.Leases[0]));
        return await Settling(() => Vm(attach), answer => new LeaseProtocol.Settle(lent.Ticket, answer is { Refusal: null } ? vm : null)).ConfigureAwait(false);

        VmProtocol.Change Attach(VectorAttribute whole) => new(vm, new VmChange.AttachNic(whole) { Rules = RulesOf(whole) }, by);
    }

    /// <summary>
    /// Puts a VM into a role of a VM group. Where it has a host, the group's rules must let it be there beside its fellows; of those who
    /// come in at once each is asked with the ones before.
    /// </summary>
    public async Task<Answer> JoinGroup(VmId id, PooledObject group, string role, Caller by)
    {
        await _joining.WaitAsync().ConfigureAwait(false);
        try
        {
            return inventory.Vms.Find(id) is { } vm && (vm.Host?.Host ?? vm.Pledge?.Host) is { } host
                && GroupAffinity.Of(inventory, group, role, id, GroupAffinity.PlaceOf)?.Against(host) is { } why
                    ? new Refusal(ErrorCode.Action, $"VM {id} is on host {host}: {why}", "role", role, id.Value)
                    : await Vm(new VmProtocol.SetGroup(id, group.Id, role, by)).ConfigureAwait(false);
        }
        finally
        {
            _joining.Release();
        }
    }

    /// <summary>
    /// Resizes a VM. Where a host keeps room for it, that host grows the claim first. Of a guest that is off the answer waits for that, so
    /// that whoever has it may start it; of one that runs the way there is a state of its own.
    /// </summary>
    public async Task<Answer> Resize(VmId id, VmChange.Resize what, Caller by)
    {
        using var watch = inventory.Changes.Subscribe();
        if (inventory.Vms.Find(id) is { Host.Host: var host } vm && inventory.Host(host) is { } picture && NoRoom(vm, what, picture) is { } lacking)
            return Refusal.WrongState(lacking, id.Value);
        var answer = await Vm(new VmProtocol.Change(id, what, by)).ConfigureAwait(false);
        if (answer.Refusal is not null || inventory.Vms.Find(id) is not { Changing.From.State: VmState.Poweroff })
            return answer;
        var after = await Until(watch, id, now => now is not { Changing.What: VmChange.Resize }, "resized").ConfigureAwait(false);
        return after?.UserTemplate["ERROR"] is { } why ? Refusal.WrongState(why, id.Value) : answer;
    }

    private static string? NoRoom(VirtualMachine vm, VmChange.Resize what, Inventory.HostPicture host)
    {
        var (now, free) = (Specification.Room(vm.Template), host.Usable - host.Allocated);
        var next = Specification.Room((vm with { Changing = new(what, vm.Phase) }).Planned);
        return Lacks(next.CpuPercent - now.CpuPercent, free.CpuPercent, "% cpu") ?? Lacks((next.MemoryKibibytes - now.MemoryKibibytes) / 1024, free.MemoryKibibytes / 1024, "MiB memory");

        string? Lacks(long more, long has, string what) =>
            more > 0 && more > has ? $"Not enough capacity in host {vm.Host!.Hostname}: {has} {what} free, {more} more asked by VM {vm.Id}." : null;
    }

    /// <summary>Waits until the VM is so.</summary>
    private async Task<VirtualMachine?> Until(Inventory.Changes.Watch watch, VmId id, Func<VirtualMachine?, bool> so, string what)
    {
        using var patience = new CancellationTokenSource(settings.AskDeadline);
        try
        {
            while (!so(inventory.Vms.Find(id)))
            {
                await watch.Reader.WaitToReadAsync(patience.Token).ConfigureAwait(false);
                while (watch.Reader.TryRead(out _))
                    continue;
            }

            return inventory.Vms.Find(id);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the host of VM {id} has not answered within {settings.AskDeadline.TotalSeconds:0} s; it may still be {what}");
        }
    }
}
