namespace PoweredAppliance.Client.Wire;

/// <summary>The appliance at a glance, for whoever is logged in.</summary>
public sealed record Status
{
    public required string Version { get; init; }

    /// <summary>The OpenNebula release whose API is spoken.</summary>
    public required string OpenNebula { get; init; }

    /// <summary>
    /// Where each face is reached, by its name: <c>xmlrpc</c>, <c>grpc</c>, <c>rest</c>, <c>console</c>, <c>metrics</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new SortedDictionary<string, string>();

    /// <summary><c>SQLite</c> or <c>PostgreSQL</c>.</summary>
    public required string Journal { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required long UptimeSeconds { get; init; }

    /// <summary>Hosts counted by their state's word.</summary>
    public IReadOnlyDictionary<string, int> Hosts { get; init; } = new SortedDictionary<string, int>();

    /// <summary>VMs counted by their lcmState's word when ACTIVE, else their state's. DONE ones are left out.</summary>
    public IReadOnlyDictionary<string, int> Vms { get; init; } = new SortedDictionary<string, int>();

    /// <summary>Sums over MONITORED hosts.</summary>
    public Resources Capacity { get; init; } = Resources.None;
    public Resources Allocated { get; init; } = Resources.None;

    public IReadOnlyList<Controller> ControlPlane { get; init; } = [];

    /// <summary>What an operator should look at; one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>
/// A member of the control plane. <c>status</c> is <c>up</c>, <c>joining</c>, <c>leaving</c> or <c>unreachable</c>.
/// </summary>
public sealed record Controller(string Address, string Status, bool Leader, bool Self);

/// <summary>The answer to <c>GET /version</c>, the only path that needs no log-in.</summary>
public sealed record ApiVersion(string Version, string OpenNebula, string Api);

/// <summary>Asks for a login token. <c>expireSeconds</c> absent: ten hours.</summary>
public sealed record LoginAsk(long? ExpireSeconds);

/// <summary>
/// The token stands for the password: as <c>user:token</c> (Basic, and in OpenNebula's tools) or as a Bearer token.
/// </summary>
public sealed record LoginReply(string User, string Token, DateTimeOffset Expires);
