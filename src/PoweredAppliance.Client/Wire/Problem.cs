namespace PoweredAppliance.Client.Wire;

/// <summary>
/// Why a request was not done, as <c>application/problem+json</c> (RFC 9457). HTTP statuses: 400 and 422 the request is
/// wrong (<c>field</c> and <c>value</c> say where), 401 not authenticated, 403 not authorised or over quota, 404 no
/// such
/// thing, 409 its state does not allow it or the name is taken, 423 locked, 503 not ready or no leader, 504 too late.
/// </summary>
public sealed record Problem
{
    /// <summary>A few words, the same for every problem of the kind.</summary>
    public required string Title { get; init; }
    public required int Status { get; init; }

    /// <summary>One sentence with the facts and numbers.</summary>
    public string? Detail { get; init; }

    /// <summary>The field of the request at fault, as it is written in JSON or in the query.</summary>
    public string? Field { get; init; }

    /// <summary>What stood in that field.</summary>
    public string? Value { get; init; }

    /// <summary>
    /// OpenNebula's error number: 256 authentication, 512 authorisation, 1024 no such object, 2048 action, 4096 bad
    /// value, 8192 internal, 16384 allocate, 32768 locked.
    /// </summary>
    public int Code { get; init; }

    /// <summary>Names that exist and are close to what was asked for.</summary>
    public IReadOnlyList<string> Candidates { get; init; } = [];
}
