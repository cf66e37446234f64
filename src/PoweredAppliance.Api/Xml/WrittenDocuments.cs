using PoweredAppliance.Api.Auth;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>Objects that are little more than what somebody wrote: VMTEMPLATE, SECURITY_GROUP, DOCUMENT, ACL.</summary>
internal sealed class WrittenDocuments(Inventory inventory)
{
    public void Template(DocumentWriter to, PooledObject template)
    {
        to.Open("VMTEMPLATE");
        to.Owned(inventory, template);
        to.Number("REGTIME", template.RegTime);
        to.Template("TEMPLATE", template.Template);
        to.Close("VMTEMPLATE");
    }

    public void SecurityGroup(DocumentWriter to, PooledObject group)
    {
        to.Open("SECURITY_GROUP");
        to.Owned(inventory, group);
        foreach (var none in (ReadOnlySpan<string>)["UPDATED_VMS", "OUTDATED_VMS", "UPDATING_VMS", "ERROR_VMS"])
            to.Ids(none, []);
        to.Template("TEMPLATE", group.Template);
        to.Close("SECURITY_GROUP");
    }

    public void Document(DocumentWriter to, PooledObject document)
    {
        to.Open("DOCUMENT");
        to.Identity(inventory, document.Id, document.Owner, document.Name);
        to.Text("TYPE", document.Fact("TYPE"));
        to.Permissions(document.Permissions);
        to.Template("TEMPLATE", document.Template);
        to.Close("DOCUMENT");
    }

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

    public IEnumerable<AclRule> Rules() => AclRule.InOrder(inventory.All(PoolKind.Acl).Values.Select(Authority.Rule).OfType<AclRule>());
}
