using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>Users whom a server has authenticated: they come in through one (<c>server_*</c>), never by themselves.</summary>
public sealed class PublicUsers : IAuthDriver
{
    public string Name => "public";
    public bool LetsUsersChangePasswords => false;
    public (string? Stored, Refusal? Why) Store(string password) => StoredText.AsItIs(password);
    public Task<Proof> Prove(Claim claim, CancellationToken stop) => Task.FromResult(Proof.Wrong("a user of the driver public came by himself"));
}
