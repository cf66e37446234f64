using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.OneFlow;

/// <summary>Who is not there himself acts with the rights that he has now: the owner of a service, or of a guest that asks.</summary>
internal sealed class OwnersVms(Cloud cloud, VmOperations vms)
{
    /// <summary>Null: he has been deleted.</summary>
    public Subject? Subject(Caller owner)
    {
        if (cloud.Inventory.Find(PoolKind.User, owner.User.Value) is not { } user)
            return null;
        var subject = Sessions.SubjectOf(user, onlyGroup: null)!;
        return subject.IsIn(owner.Group) ? subject with { Group = owner.Group } : subject;
    }

    public Task<Answer> Make(Caller owner, int template, string name, Template extra) => Subject(owner) is { } who
        ? vms.Instantiate(who, template, name, hold: false, extra)
        : Task.FromResult<Answer>(Refusal.NotFound("user", owner.User.Value));
}
