namespace PoweredAppliance.Client;

/// <summary>Where the daemon is, who asks, and how patient the client is.</summary>
public sealed record PoweredClientOptions
{
    /// <summary>The daemon's address with or without <c>/api/v1</c>: <c>http://localhost:2616</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary><c>user:secret</c> as in ONE_AUTH; absent: not logged in.</summary>
    public string? Credentials { get; init; }

    /// <summary>A login token, sent as Bearer; goes before <see cref="Credentials"/>.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// For one request, until the whole answer is there. Streams and uploads: for each silence between bytes.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a GET is asked again when nobody answered or the answer was 502, 503 or 504. Nothing else is repeated.
    /// </summary>
    public int Retries { get; init; } = 2;

    /// <summary>Before the first repetition; doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
