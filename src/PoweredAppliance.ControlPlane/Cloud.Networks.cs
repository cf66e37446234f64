using System.Collections.Immutable;
using PoweredAppliance.ControlPlane.Networks;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>Steps that need addresses kept back while they are stored: the grant first, then the deed, then the ticket goes back.</summary>
public sealed partial class Cloud
{
    /// <summary>Takes a run of free addresses and stores who has them now.</summary>
    /// <param name="store">makes of the first address of the run what is stored</param>
    public async Task<Answer> TakeAddresses(LeaseProtocol.Take run, Func<Lease, Task<Answer>> store) => await Ask<object>(run).ConfigureAwait(false) switch
    {
        LeaseProtocol.Lent { Leases: [var first] } lent => await Under(lent.Ticket, () => store(first)).ConfigureAwait(false),
        LeaseProtocol.Refused refused => refused.Why,
        var other => throw new InvalidOperationException($"the lease actor answered {other}"),
    };

    /// <summary>Lends what NICs wish, to somebody who is no VM, and stores who has it.</summary>
    public async Task<Answer> LendAddresses(IReadOnlyList<LeaseWish> wishes, Func<IReadOnlyList<Lease>, Task<Answer>> store) =>
        wishes.Count == 0 ? await store([]).ConfigureAwait(false) : await Ask<object>(new LeaseProtocol.Lend(wishes)).ConfigureAwait(false) switch
        {
            LeaseProtocol.Lent lent => await Under(lent.Ticket, () => store(lent.Leases)).ConfigureAwait(false),
            LeaseProtocol.Refused refused => refused.Why,
            var other => throw new InvalidOperationException($"the lease actor answered {other}"),
        };

    /// <summary>Takes addresses out of use, as long as nobody has one of them.</summary>
    public async Task<Answer> CloseAddresses(LeaseProtocol.Close what, Func<Task<Answer>> store) => await Ask<object>(what).ConfigureAwait(false) switch
    {
        LeaseProtocol.Closed closed => await Under(closed.Ticket, store).ConfigureAwait(false),
        LeaseProtocol.Refused refused => refused.Why,
        var other => throw new InvalidOperationException($"the lease actor answered {other}"),
    };

    /// <summary>The SECURITY_GROUP_RULE vectors of the groups of these NICs, as they are now.</summary>
    public ImmutableArray<VectorAttribute> RulesOf(params IEnumerable<VectorAttribute> nics) =>
        SecurityRules.Of(nics, group => inventory.Find(PoolKind.SecurityGroup, group), Network);

    /// <summary>The SECURITY_GROUP_RULE vectors of one group.</summary>
    public ImmutableArray<VectorAttribute> RulesOf(PooledObject group) => [.. SecurityRules.Of(group, Network)];

    private PooledObject? Network(int id) => inventory.Find(PoolKind.VirtualNetwork, id);

    /// <summary>Whoever has the addresses when it is stored is no VM: the picture of the networks says who.</summary>
    private Task<Answer> Under(long ticket, Func<Task<Answer>> store) => Settling(store, _ => new LeaseProtocol.Settle(ticket, Vm: null));
}
