using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <param name="Issuer">its address; below it is /.well-known/openid-configuration</param>
/// <param name="Audience">whom its tokens for the appliance are made for</param>
/// <param name="UserClaim">what has the user's name</param>
/// <param name="GroupsClaim">what has the names of his groups</param>
/// <param name="MappingKey">the attribute of a group's template that has the name of its counterpart</param>
/// <param name="DefaultGroup">of those who are in no mapped one; null: they do not come in</param>
public sealed record OidcSettings(
    Uri Issuer, string Audience, string UserClaim = "preferred_username", string GroupsClaim = "groups", string MappingKey = "OIDC_GROUP", int? DefaultGroup = 1);

/// <summary>
/// Bearer tokens of an OpenID Connect provider: JWTs with a signature by one of the keys that it publishes. PASSWORD is the subject
/// (<c>sub</c>) of the person, so that whoever gets his name at the provider later is still another.
/// </summary>
public sealed class OidcTokens : IAuthDriver
{
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromSeconds(60);

    private readonly OidcSettings _settings;
    private readonly GroupMapping _mapping;
    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _rules;

    public OidcTokens(OidcSettings settings, GroupMapping mapping, TimeProvider time)
    {
        (_settings, _mapping) = (settings, mapping);
        var issuer = settings.Issuer.AbsoluteUri.TrimEnd('/');
        var provider = new ConfigurationManager<OpenIdConnectConfiguration>(
            $"{issuer}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !settings.Issuer.IsLoopback });
        _rules = new TokenValidationParameters
        {
            ConfigurationManager = provider,
            ValidateIssuer = true,
            ValidIssuers = [issuer, $"{issuer}/"],
            ValidateAudience = true,
            ValidAudience = settings.Audience,
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            LifetimeValidator = (from, until, _, _) =>
                until > (time.GetUtcNow() - ClocksDiffer).UtcDateTime && (from is null || from < (time.GetUtcNow() + ClocksDiffer).UtcDateTime),
        };
    }

    public string Name => "oidc";
    public bool LetsUsersChangePasswords => false;
    public bool SetsGroups => true;

    public (string? Stored, Refusal? Why) Store(string password) => StoredText.AsItIs(password);

    /// <summary>Whose token it says to be; null: it is no JWT. Nothing is checked.</summary>
    public string? NameIn(string token) => Read(token) is { } jwt && jwt.TryGetPayloadValue<string>(_settings.UserClaim, out var name) ? name : null;

    public async Task<Proof> Prove(Claim claim, CancellationToken stop)
    {
        if (Read(claim.Secret) is null)
            return Proof.Wrong("the secret is no JWT");
        var result = await _tokens.ValidateTokenAsync(claim.Secret, _rules).WaitAsync(stop).ConfigureAwait(false);
        if (result.Exception is not null and not SecurityTokenException)
            return Proof.Undecided($"the provider {_settings.Issuer} does not answer: {result.Exception.Message}");
        if (!result.IsValid)
            return Proof.Wrong($"the token is not good: {result.Exception?.Message}");
        var jwt = (JsonWebToken)result.SecurityToken;
        if (!jwt.TryGetPayloadValue<string>(_settings.UserClaim, out var name) || name != claim.User)
            return Proof.Wrong("the token is another user's");
        if (jwt.Subject.Length == 0 || (claim.Stored is { } known && known != jwt.Subject))
            return Proof.Wrong($"the token's subject is '{jwt.Subject}', the user's is another");
        var groups = _mapping.Of(_settings.MappingKey, Groups(jwt));
        if (groups.Count == 0)
            groups = _settings.DefaultGroup is { } otherwise ? [otherwise] : [];
        return groups.Count == 0
            ? Proof.Wrong($"{name} is in no group that has a counterpart here")
            : new(true, Until: new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero), Identity: new(name, jwt.Subject, groups, new HashSet<int>()));
    }

    private List<string> Groups(JsonWebToken jwt) => [.. jwt.Claims.Where(c => c.Type == _settings.GroupsClaim).Select(c => c.Value)];

    private JsonWebToken? Read(string token)
    {
        if (!_tokens.CanReadToken(token))
            return null;
        try
        {
            return _tokens.ReadJsonWebToken(token);
        }
        catch (ArgumentException) // it only looks like one
        {
            return null;
        }
    }
}
