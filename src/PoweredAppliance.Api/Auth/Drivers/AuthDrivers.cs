using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>The drivers that this appliance has, by the names that users' AUTH_DRIVER has for them.</summary>
public sealed class AuthDrivers
{
    /// <summary>What AUTH_DRIVER of a server user begins with.</summary>
    public const string ServerPrefix = "server_";

    private readonly Dictionary<string, IAuthDriver> _drivers;

    public AuthDrivers(AuthSettings settings, IEnumerable<IAuthDriver> all)
    {
        _drivers = all.Where(d => d.Name is "core" || settings.Drivers.Contains(d.Name)).ToDictionary(d => d.Name, StringComparer.Ordinal);
        Core = _drivers["core"];
        Defaults = [.. settings.DefaultDrivers.Select(name => Find(name) ?? throw new InvalidOperationException($"Auth:DefaultDriver names {name}, which is not set up"))];
    }

    public IAuthDriver Core { get; }

    /// <summary>Asked, in this order, about names that no user has.</summary>
    public IReadOnlyList<IAuthDriver> Defaults { get; }

    public IAuthDriver? Find(string name) => _drivers.GetValueOrDefault(name);

    /// <param name="name">as one.user.allocate has it: empty is core</param>
    public (IAuthDriver? Driver, Refusal? Why) Named(string name) => Find(name.Length == 0 ? "core" : name) is { } driver
        ? (driver, null)
        : (null, new(ErrorCode.Internal, $"Driver {name} is not set up here; there are {string.Join(", ", _drivers.Keys.Order(StringComparer.Ordinal))}.", "driver", name));
}
