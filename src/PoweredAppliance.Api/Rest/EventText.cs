using System.Text;
using PoweredAppliance.Client.Wire;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Schedules;
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
            VmProtocol.DisksFilled d => (Caller.Nobody, d.Why ?? "an image that it waited for is there"),
            VmProtocol.SnapshotsInherited i => (Caller.Nobody, $"disk {i.Tree.Disk} came with {i.Tree.Snapshots.Length} snapshots of its image"),
            VmProtocol.ActionTaken a => (a.By, $"{StateNames.Of(a.Action)} was asked for"),
            VmProtocol.Offered o => (o.By, $"host {o.Host.Hostname} was chosen (generation {o.Generation})"),
            VmProtocol.OfferRefused r => (Caller.Nobody, $"the host refused: {r.Why}"),
            VmProtocol.Placed p => (Caller.Nobody, $"the host keeps room for it (generation {p.Generation}{(p.GraphicsPort > 0 ? $", screen on port {p.GraphicsPort}" : "")})"),
            VmProtocol.Unplaceable u => (Caller.Nobody, u.Why),
            VmProtocol.MigrationBegun m => (m.By, $"{Dashed(Lifecycle.Word(m.Way).ToString())} to host {m.To.Hostname} was asked for (generation {m.Generation})"),
            VmProtocol.MigrationGranted m => (Caller.Nobody, $"the new host keeps room for it (generation {m.Generation}{(m.GraphicsPort > 0 ? $", screen on port {m.GraphicsPort}" : "")})"),
            VmProtocol.MigrationRefused m => (Caller.Nobody, $"the new host refused: {m.Why}"),
            VmProtocol.StepDone d => (Caller.Nobody, $"{Dashed(d.Step.ToString())} is done"),
            VmProtocol.StepFailed f => (Caller.Nobody, $"{Dashed(f.Step.ToString())} failed: {f.Why}"),
            VmProtocol.Observed o => (Caller.Nobody, $"seen {o.Sighting.ToString().ToLowerInvariant()}: {o.Detail}"),
            VmProtocol.ChangeBegun c => (c.By, $"{Dashed(Lifecycle.Word(c.What).ToString())} was asked for"),
            VmProtocol.CommandReported { Report: { ReturnCode: { } code } } => (Caller.Nobody, $"its guest's command ended with {code}"),
            VmProtocol.CommandReported c => (Caller.Nobody, $"its guest executes the command as process {c.Report.Pid}"),
            VmProtocol.RulesSet r => (r.By, $"{r.Rules.Attributes.Length} rules of security groups are in force from now on"),
            VmProtocol.Reconfigured r => (r.By, $"{Dashed(r.Word.ToString())}: its template was changed"),
            VmProtocol.ScheduleSet s => (Caller.Nobody, s.Entry["MESSAGE"] is { Length: > 0 } why
                ? $"{s.Entry["ACTION"]} could not be done: {why}"
                : $"{s.Entry["ACTION"]} is due at {DateTimeOffset.FromUnixTimeSeconds(ScheduleEntry.TimeOf(s.Entry)):u}"),
            VmProtocol.ScheduleDropped d => (Caller.Nobody, $"entry {d.Id} of its schedule was taken away"),
            VmProtocol.DiskSnapshotRenamed r => (Caller.Nobody, $"snapshot {r.Snapshot} of disk {r.Disk} is called '{r.Name}'"),
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

    /// <summary><c>PoweroffAsked</c> as the contract says it: <c>poweroff-asked</c>.</summary>
    public static string Dashed(string pascal)
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
