using System.Collections.Immutable;
using System.Text;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>Texts that were read before: names, hosts and short values are the same for many VMs.</summary>
internal sealed class PictureWords
{
    /// <summary>In bytes. Of longer ones few are alike.</summary>
    private const int Longest = 24;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > Longest)
            return Encoding.UTF8.GetString(utf8);
        Span<char> text = stackalloc char[Longest];
        text = text[..Encoding.UTF8.GetChars(utf8, text)];
        var known = _known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(text, out var word))
            return word;
        known.Add(text);
        return known.TryGetValue(text, out word) ? word : "";
    }
}

/// <summary>Reads what <see cref="PictureWriter"/> wrote; throws <see cref="InvalidDataException"/> where it does not end with the bytes.</summary>
internal ref struct PictureReader(ReadOnlySpan<byte> bytes, PictureWords words)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public delegate T One<out T>(ref PictureReader from);

    public VirtualMachine Vm()
    {
        var vm = new VirtualMachine
        {
            Id = new(Int()),
            Name = Text(),
            Owner = By(),
            Permissions = Int(),
            Template = Template(),
            UserTemplate = Template(),
            State = (VmState)Int(),
            Lcm = (LcmState)Int(),
            PrevState = (VmState)Int(),
            PrevLcm = (LcmState)Int(),
            Start = Number(),
            End = Number(),
            DeployId = Text(),
            Generation = Int(),
            Newest = Int(),
            Transition = Number(),
            Pledge = Bool() ? Offer() : null,
            FilesOn = Bool() ? Offer() : null,
            CameFrom = (VmState)Int(),
            Hard = Bool(),
            Rebooting = Int() is >= 0 and var step ? (VmStep)step : null,
            Changing = Bool() ? new(PictureJson.Change(Take(Int())), Phase()) : null,
            Moving = Bool() ? Migration() : null,
            Remnants = Many((ref PictureReader from) => new Remnant(from.Offer(), from.Int(), from.Number()) { MayRun = from.Bool() }),
            DiskSnapshots = Many((ref PictureReader from) => new DiskSnapshots(from.Int(), from.Int(), from.Int(), from.Many((ref PictureReader one) => one.Snapshot()))),
            NextDisk = Int(),
            NextNic = Int(),
            NextSnapshot = Int(),
            Resched = Bool(),
            GraphicsPort = Int(),
            History = Many((ref PictureReader from) => from.Record()),
            Lock = Bool() ? new((LockLevel)Int(), new(Int()), Number()) : null,
            Filters = (FilterState)Int(),
            Schedule = Many((ref PictureReader from) => (VectorAttribute)from.Attribute()),
            NextSchedule = Int(),
        };
        return _at == _bytes.Length ? vm : throw Wrong();
    }

    public HookProtocol.Fire Fire() => new(Int(), Text(), Number(), Text());

    public ImmutableArray<T> Many<T>(One<T> read)
    {
        var length = Int();
        if (length == 0)
            return [];
        if (length < 0 || length > _bytes.Length - _at)
            throw Wrong();
        var many = new T[length];
        for (var n = 0; n < length; n++)
            many[n] = read(ref this);
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(many);
    }

    private Caller By() => new(new(Int()), new(Int()));

    private HostOffer Offer() => new(new(Int()), Text(), Int(), Int(), Text(), Text());

    private Lifecycle.Phase Phase() => new((VmState)Int(), (LcmState)Int());

    private Migration Migration() => new(Offer(), Int(), (MigrationWay)Int(), Phase(), Number())
    {
        IsGranted = Bool(),
        GraphicsPort = Int(),
        Since = Number(),
        GivenUp = Bool(),
    };

    private DiskSnapshot Snapshot() => new(Int(), Text(), Number(), Int(), Number(), Bool() ? new SnapshotTaker(new(Int()), Int()) : null);

    private HistoryRecord Record() => new(
        Int(), Offer(), Number(), Number(), Number(), Number(), Number(), Number(), Number(), Number(), (HistoryAction)Int(), Int(), Int())
    {
        Template = Bool() ? Template() : null,
    };

    private Template Template() => Core.Templates.Template.Of(Many((ref PictureReader from) => from.Attribute()));

    private TemplateAttribute Attribute()
    {
        var (name, pairs) = (Text(), Int());
        if (pairs < 0)
            return new SingleAttribute(name, Text());
        if (pairs > _bytes.Length - _at)
            throw Wrong();
        var read = new KeyValuePair<string, string>[pairs];
        for (var n = 0; n < pairs; n++)
            read[n] = new(Text(), Text());
        return new VectorAttribute(name, System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(read));
    }

    private bool Bool() => Number() != 0;

    private int Int() => checked((int)Number());

    private string Text() => words.Of(Take(Int()));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > _bytes.Length - _at)
            throw Wrong();
        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private long Number()
    {
        var (number, shift) = (0UL, 0);
        while (_at < _bytes.Length && shift < 64)
        {
            var next = _bytes[_at++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(number >> 1) ^ -(long)(number & 1);
            shift += 7;
        }

        throw Wrong();
    }

    private readonly InvalidDataException Wrong() => new($"a picture of {_bytes.Length} bytes is broken at byte {_at}");
}
