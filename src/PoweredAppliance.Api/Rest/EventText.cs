using System.Text;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Rest;

/// <summary>A stored event in words.</summary>
internal static class EventText
{
    public static VmEvent Of(Inventory inventory, long sequence, VmProtocol.IEvent e)
    {
        var (by, text) = e switch
        {
            VmProtocol.Created c => (c.Owner, $"made as '{c.Name}'{(c.OnHold ? ", on hold" : "")}"),
            VmProtocol.ActionTaken a => (a.By, $"{StateNames.Of(a.Action)} was asked for"),
            VmProtocol.Offered o => (o.By, $"host {o.Host.Hostname} was chosen (generation {o.Generation})"),
            VmProtocol.OfferRefused r => (Caller.Nobody, $"the host refused: {r.Why}"),
            VmProtocol.Placed p => (Caller.Nobody, $"the host keeps room for it (generation {p.Generation}{(p.GraphicsPort > 0 ? $", screen on port {p.GraphicsPort}" : "")})"),
            VmProtocol.Unplaceable u => (Caller.Nobody, u.Why),
            VmProtocol.StepDone d => (Caller.Nobody, $"{Dashed(d.Step.ToString())} is done"),
            VmProtocol.StepFailed f => (Caller.Nobody, $"{Dashed(f.Step.ToString())} failed: {f.Why}"),
            VmProtocol.Observed o => (Caller.Nobody, $"seen {o.Sighting.ToString().ToLowerInvariant()}: {o.Detail}"),
            VmProtocol.Recovered r => (r.By, $"recover {r.Operation.ToString().ToLowerInvariant()}"),
            VmProtocol.Renamed r => (Caller.Nobody, $"renamed to '{r.Name}'"),
            VmProtocol.UserTemplateSet => (Caller.Nobody, "its user template was changed"),
            VmProtocol.PermissionsSet p => (Caller.Nobody, $"permissions are {new Core.Access.Permissions(p.Permissions)}"),
            VmProtocol.OwnerSet o => (Caller.Nobody, $"belongs to {inventory.NameOf(PoolKind.User, o.Owner.User.Value)}, group {inventory.NameOf(PoolKind.Group, o.Owner.Group.Value)}"),
            _ => (Caller.Nobody, ""),
        };
        var kind = e is VmProtocol.ActionTaken taken ? $"{StateNames.Of(taken.Action)}-asked" : Dashed(e.GetType().Name);
        return new(sequence, e.At, kind, text, by.User.Value < 0 ? "appliance" : inventory.NameOf(PoolKind.User, by.User.Value));
    }

    private static string Dashed(string pascal)
    {
        var text = new StringBuilder();
        foreach (var c in pascal)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append('-');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
