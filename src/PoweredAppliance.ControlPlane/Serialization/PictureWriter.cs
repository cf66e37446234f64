using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>
/// VMs as bytes, every field in turn: numbers zigzag in sevens of bits, texts as UTF-8 behind their length, what may be null behind 0 or 1.
/// By hand, and not by a serializer of types, as a restart of a large zone does little else than to read them.
/// </summary>
internal sealed class PictureWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    public void Write(VirtualMachine vm)
    {
        Number(vm.Id.Value);
        Text(vm.Name);
        Write(vm.Owner);
        Number(vm.Permissions);
        Write(vm.Template);
        Write(vm.UserTemplate);
        Number((int)vm.State);
        Number((int)vm.Lcm);
        Number((int)vm.PrevState);
        Number((int)vm.PrevLcm);
        Number(vm.Start);
        Number(vm.End);
        Text(vm.DeployId);
        Number(vm.Generation);
        Number(vm.Newest);
        Number(vm.Transition);
        Optional(vm.Pledge, Write);
        Optional(vm.FilesOn, Write);
        Number((int)vm.CameFrom);
        Bool(vm.Hard);
        Number(vm.Rebooting is { } step ? (int)step : -1);
        Optional(vm.Changing, Write);
        Optional(vm.Moving, Write);
        Many(vm.Remnants, Write);
        Many(vm.DiskSnapshots, Write);
        Number(vm.NextDisk);
        Number(vm.NextNic);
        Number(vm.NextSnapshot);
        Bool(vm.Resched);
        Number(vm.GraphicsPort);
        Many(vm.History, Write);
        Optional(vm.Lock, Write);
        Number((int)vm.Filters);
        Many(vm.Schedule, Attribute);
        Number(vm.NextSchedule);
    }

    public void Write(HookProtocol.Fire fire)
    {
        Number(fire.Hook);
        Text(fire.Source);
        Number(fire.Sequence);
        Text(fire.Arguments);
    }

    public void Many<T>(ImmutableArray<T> many, Action<T> write)
    {
        Number(many.Length);
        foreach (var one in many)
            write(one);
    }

    private void Optional<T>(T? one, Action<T> write) where T : class
    {
        Bool(one is not null);
        if (one is not null)
            write(one);
    }

    private void Write(Caller by)
    {
        Number(by.User.Value);
        Number(by.Group.Value);
    }

    private void Write(HostOffer offer)
    {
        Number(offer.Host.Value);
        Text(offer.Hostname);
        Number(offer.Cluster);
        Number(offer.Datastore);
        Text(offer.VmMad);
        Text(offer.TmMad);
    }

    private void Write(Lifecycle.Phase phase)
    {
        Number((int)phase.State);
        Number((int)phase.Lcm);
    }

    private void Write(OngoingChange change)
    {
        var what = PictureJson.Bytes(change.What);
        Number(what.Length);
        _bytes.Write(what);
        Write(change.From);
    }

    private void Write(Migration move)
    {
        Write(move.To);
        Number(move.Generation);
        Number((int)move.Way);
        Write(move.From);
        Number(move.Began);
        Bool(move.IsGranted);
        Number(move.GraphicsPort);
        Number(move.Since);
        Bool(move.GivenUp);
    }

    private void Write(Remnant remnant)
    {
        Write(remnant.Host);
        Number(remnant.Generation);
        Number(remnant.Transition);
        Bool(remnant.MayRun);
    }

    private void Write(DiskSnapshots tree)
    {
        Number(tree.Disk);
        Number(tree.Next);
        Number(tree.Active);
        Many(tree.Snapshots, Write);
    }

    private void Write(DiskSnapshot snapshot)
    {
        Number(snapshot.Id);
        Text(snapshot.Name);
        Number(snapshot.Date);
        Number(snapshot.Parent);
        Number(snapshot.SizeMebibytes);
        Bool(snapshot.Of is not null);
        if (snapshot.Of is not { } of)
            return;
        Number(of.Vm.Value);
        Number(of.Disk);
    }

    private void Write(HistoryRecord record)
    {
        Number(record.Sequence);
        Write(record.Host);
        foreach (var time in (ReadOnlySpan<long>)[
            record.Start, record.End, record.PrologStart, record.PrologEnd, record.RunningStart, record.RunningEnd, record.EpilogStart, record.EpilogEnd])
            Number(time);
        Number((int)record.Action);
        Number(record.Uid);
        Number(record.Gid);
        Optional(record.Template, Write);
    }

    private void Write(ObjectLock held)
    {
        Number((int)held.Level);
        Number(held.Owner.Value);
        Number(held.Time);
    }

    private void Write(Template template) => Many(template.Attributes, Attribute);

    private void Attribute(TemplateAttribute attribute)
    {
        Text(attribute.Name);
        var vector = attribute as VectorAttribute;
        Number(vector?.Pairs.Length ?? -1);
        if (vector is null)
            Text(((SingleAttribute)attribute).Value);
        else
            foreach (var (key, value) in vector.Pairs)
            {
                Text(key);
                Text(value);
            }
    }

    private void Bool(bool yes) => Number(yes ? 1 : 0);

    private void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length));
        _bytes.Advance(length);
    }

    private void Number(long number)
    {
        var left = (ulong)((number << 1) ^ (number >> 63));
        var to = _bytes.GetSpan(10);
        var n = 0;
        for (; left >= 0x80; left >>= 7)
            to[n++] = (byte)(left | 0x80);
        to[n++] = (byte)left;
        _bytes.Advance(n);
    }
}
