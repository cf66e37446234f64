namespace PoweredAppliance.Client.Wire;

/// <summary>
/// One call of any face of the API: who did what to which object, how it ended. Also the line that is kept of it in
/// <c>DATA/audit</c>. Secrets in arguments are <c>***</c>.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>Microseconds since 1970, unique, ascending.</summary>
    public required long Id { get; init; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset At => DateTimeOffset.UnixEpoch.AddMicroseconds(Id);

    /// <summary><c>xmlrpc</c>, <c>grpc</c>, <c>rest</c>, <c>oneflow</c> or <c>onegate</c>.</summary>
    public required string Face { get; init; }

    /// <summary>The name as it was given, also when it could not be authenticated; empty when none was.</summary>
    public required string User { get; init; }

    /// <summary>Absent: not authenticated.</summary>
    public int? UserId { get; init; }

    /// <summary>The server user (serveradmin) that acted for the user, or <c>vm/ID</c> of a guest of his.</summary>
    public string? By { get; init; }

    /// <summary><c>one.vm.info</c>, or <c>POST /vms/{id}/actions/{action}</c>.</summary>
    public required string Method { get; init; }

    /// <summary><c>vm/17</c>; <c>vm</c> alone where no one object is meant.</summary>
    public string? Object { get; init; }
    public string? Arguments { get; init; }

    /// <summary>OpenNebula's error number, 0: done. Negative: an XML-RPC fault.</summary>
    public required int Result { get; init; }

    /// <summary>Why it was not done.</summary>
    public string? Error { get; init; }

    /// <summary>Time to answer. A stream's is the time until it began.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>The client's address.</summary>
    public string? From { get; init; }

    /// <summary>Names the request in the daemon's log too.</summary>
    public string? Request { get; init; }
}

/// <summary>Entries, newest first. <c>next</c>: ask again with <c>before=NEXT</c> for older ones; absent: these were the last.</summary>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Next = null);

/// <summary>What to look for; what is absent does not matter. Times are compared with when a call was answered.</summary>
public sealed record AuditQuery
{
    public string? User { get; init; }

    /// <summary>One method; a <c>*</c> at the end stands for any rest: <c>one.vm.*</c>.</summary>
    public string? Method { get; init; }

    /// <summary><c>vm/17</c>, or <c>vm</c> for all of that kind.</summary>
    public string? Object { get; init; }

    /// <summary>An OpenNebula error number, or <c>ok</c> or <c>failed</c>.</summary>
    public string? Result { get; init; }
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only entries with a smaller id.</summary>
    public long? Before { get; init; }

    /// <summary>Only entries with a greater id.</summary>
    public long? After { get; init; }

    /// <summary>1 to 1000.</summary>
    public int? Limit { get; init; }
}
