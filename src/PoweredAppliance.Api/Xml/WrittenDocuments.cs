using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>Objects that are little more than what somebody wrote: VMTEMPLATE, VNTEMPLATE, VM_GROUP, BACKUPJOB, SECURITY_GROUP, VROUTER, DOCUMENT, ACL.</summary>
internal sealed class WrittenDocuments(Inventory inventory)
{
    public void Template(DocumentWriter to, PooledObject template)
    {
        var root = Documents.Root(template.Kind);
        to.Open(root);
        to.Owned(inventory, template);
        to.Number("REGTIME", template.RegTime);
        to.Template("TEMPLATE", template.Template);
        to.Close(root);
    }

    /// <summary>VMS of a role are those that say so; a role of nobody has none.</summary>
    public void VmGroup(DocumentWriter to, PooledObject group)
    {
        to.Open("VM_GROUP");
        to.Identity(inventory, group.Id, group.Owner, group.Name);
        to.Permissions(group.Permissions);
        to.Lock(group.Lock);
        to.Open("ROLES");
        foreach (var (_, name, role) in VmGroupRoles.Of(group.Template))
            to.Vector(inventory.VmsOfRole(group.Id, name) is { Count: > 0 } vms ? role.With("VMS", string.Join(',', vms)) : role);
        to.Close("ROLES");
        to.Template("TEMPLATE", group.Template.Without(VmGroupRoles.Role));
        to.Close("VM_GROUP");
    }

    /// <summary>No job has run, so no VM is in any of its lists.</summary>
    public void BackupJob(DocumentWriter to, PooledObject job)
    {
        to.Open("BACKUPJOB");
        to.Owned(inventory, job);
        to.Number("PRIORITY", job.FactInt("PRIORITY", BackupJobRules.DefaultPriority));
        to.Number("LAST_BACKUP_TIME", 0);
        to.Number("LAST_BACKUP_DURATION", 0);
        to.Ids("SCHED_ACTIONS", job.Template.Vectors(ScheduleEntry.Name).Select(ScheduleEntry.IdOf));
        foreach (var none in (ReadOnlySpan<string>)["UPDATED_VMS", "OUTDATED_VMS", "BACKING_UP_VMS", "ERROR_VMS"])
            to.Ids(none, []);
        to.Template("TEMPLATE", job.Template.Without(ScheduleEntry.Name), job.Template.Vectors(ScheduleEntry.Name), job.Id, "BACKUPJOB");
        to.Close("BACKUPJOB");
    }

    public void SecurityGroup(DocumentWriter to, PooledObject group)
    {
        to.Open("SECURITY_GROUP");
        to.Owned(inventory, group);
        var rules = SecurityRules.Of(group, Network).ToList();
        var vms = inventory.VmsOfSecurityGroup(group.Id).Select(id => inventory.Vms.Find(new(id))).OfType<VirtualMachine>()
            .ToLookup(vm => SecurityRules.IsUpToDate(vm.Template, group.Id, rules) ? vm.Filters : (FilterState?)null, vm => vm.Id.Value);
        to.Ids("UPDATED_VMS", vms[FilterState.Current]);
        to.Ids("OUTDATED_VMS", vms[null]);
        to.Ids("UPDATING_VMS", vms[FilterState.Pending]);
        to.Ids("ERROR_VMS", vms[FilterState.Failed]);
        to.Template("TEMPLATE", group.Template);
        to.Close("SECURITY_GROUP");
    }

    public void VirtualRouter(DocumentWriter to, PooledObject router)
    {
        to.Open("VROUTER");
        to.Identity(inventory, router.Id, router.Owner, router.Name);
        to.Permissions(router.Permissions);
        to.Lock(router.Lock);
        to.Ids("VMS", inventory.VmsOfRouter(router.Id));
        to.Template("TEMPLATE", router.Template);
        to.Close("VROUTER");
    }

    public void Document(DocumentWriter to, PooledObject document)
    {
        to.Open("DOCUMENT");
        to.Identity(inventory, document.Id, document.Owner, document.Name);
        to.Text("TYPE", document.Fact("TYPE"));
        to.Permissions(document.Permissions);
        to.Lock(document.Lock);
        to.Template("TEMPLATE", document.Template);
        to.Close("DOCUMENT");
    }

    private PooledObject? Network(int id) => inventory.Find(PoolKind.VirtualNetwork, id);

    public static void Acl(DocumentWriter to, AclRule rule)
    {
        to.Open("ACL");
        to.Number("ID", rule.Id);
        to.Text("USER", rule.UserHex);
        to.Text("RESOURCE", rule.ResourceHex);
        to.Text("RIGHTS", rule.RightsHex);
        to.Text("ZONE", rule.ZoneHex);
        to.Text("STRING", rule.ToString());
        to.Close("ACL");
    }

    public IEnumerable<AclRule> Rules() => AclRule.InOrder(inventory.All(PoolKind.Acl).Values.Select(AclRule.Of).OfType<AclRule>());
}
