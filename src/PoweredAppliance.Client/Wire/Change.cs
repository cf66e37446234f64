namespace PoweredAppliance.Client.Wire;

/// <summary>
/// One line of <c>GET /watch</c>: the thing as it is now. Of server-sent events, <c>event</c> is <see cref="Kind"/>,
/// <c>id</c> is <see cref="Sequence"/>, <c>data</c> is this as JSON. The first has kind <see cref="Ready"/>: what is
/// read after
/// it has been received is no older than the stream. A stream that is resumed (<c>Last-Event-ID</c>) too late begins
/// with
/// <see cref="Reset"/> instead: read everything again. Changes of one thing come in order; some may be left out, the
/// last never.
/// </summary>
public sealed record Change
{
    public const string Ready = "ready";
    public const string Reset = "reset";

    /// <summary>The kinds that <c>?kinds=</c> takes, separated by commas. None: all.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["vm", "host", "image", "template", "network", "datastore"];

    public required long Sequence { get; init; }
    public required string Kind { get; init; }

    /// <summary>Id of the thing; 0 for ready and reset.</summary>
    public int Id { get; init; }

    /// <summary>It is no more. A VM that is DONE is not gone: it comes once more, as DONE.</summary>
    public bool Gone { get; init; }

    /// <summary>The one that <see cref="Kind"/> names is there, as in a list, unless it is gone.</summary>
    public Vm? Vm { get; init; }
    public Host? Host { get; init; }
    public Image? Image { get; init; }
    public VmTemplate? Template { get; init; }
    public Network? Network { get; init; }
    public Datastore? Datastore { get; init; }
}
