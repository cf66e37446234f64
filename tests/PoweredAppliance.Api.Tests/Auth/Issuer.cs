using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace PoweredAppliance.Api.Auth;

/// <summary>An OpenID Connect provider on a free port of the loopback: its configuration, its keys, and tokens of anything.</summary>
public sealed class Issuer : IAsyncDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private WebApplication? _app;

    public Uri Address { get; private set; } = null!;

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        var p = _key.ExportParameters(includePrivateParameters: false);
        var keys = $$"""{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"one","n":"{{Base64UrlEncoder.Encode(p.Modulus)}}","e":"{{Base64UrlEncoder.Encode(p.Exponent)}}"}]}""";
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text($$"""{"issuer":"{{Address.AbsoluteUri.TrimEnd('/')}}","jwks_uri":"{{Address}}keys"}""", "application/json"));
        _app.MapGet("/keys", () => Results.Text(keys, "application/json"));
        await _app.StartAsync();
        Address = new(_app.Urls.Single());
    }

    public string Token(string name, string subject = "sub-1", string audience = "powered", string? issuer = null, int minutes = 60, RSA? key = null, string[]? groups = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address.AbsoluteUri.TrimEnd('/'),
            Audience = audience,
            Expires = TimeProvider.System.GetUtcNow().AddMinutes(minutes).UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = subject, ["preferred_username"] = name, ["groups"] = groups ?? [] },
            SigningCredentials = new(new RsaSecurityKey(key ?? _key) { KeyId = "one" }, "RS256"),
        });

    /// <summary>The same claims with another algorithm in the head, and no signature or one by a secret that everybody knows.</summary>
    public string Forged(string name, string algorithm)
    {
        var parts = Token(name).Split('.');
        var head = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"one"}""");
        var signature = algorithm is "none" ? "" : Base64UrlEncoder.Encode(HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes($"{head}.{parts[1]}")));
        return $"{head}.{parts[1]}.{signature}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _key.Dispose();
    }
}
