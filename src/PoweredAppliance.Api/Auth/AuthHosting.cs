using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Auth.Drivers;

namespace PoweredAppliance.Api.Auth;

internal static class AuthHosting
{
    public static IServiceCollection AddAuthentication(this IServiceCollection services, AuthSettings settings)
    {
        services
            .AddSingleton(settings)
            .AddSingleton(settings.Lockouts)
            .AddSingleton<Lockouts>()
            .AddSingleton<TwoFactor>()
            .AddSingleton<Newcomers>()
            .AddSingleton<GroupMapping>()
            .AddSingleton<IAuthDriver, CorePasswords>()
            .AddSingleton<IAuthDriver, PublicUsers>()
            .AddSingleton<IAuthDriver, SshTokens>()
            .AddSingleton<IAuthDriver, ServerCipher>()
            .AddSingleton<IAuthDriver>(new X509Tokens(new(settings.CertificateFolder)))
            .AddSingleton<IAuthDriver>(new ServerX509(settings.ServerCertificate));
        if (settings.Ldap is { } ldap)
            services.AddSingleton(ldap).AddSingleton<IAuthDriver, LdapPasswords>();
        if (settings.Oidc is { } oidc)
            services.AddSingleton(oidc).AddSingleton<OidcTokens>().AddSingleton<IAuthDriver>(s => s.GetRequiredService<OidcTokens>());
        return services.AddSingleton<AuthDrivers>().AddSingleton<Sessions>();
    }
}
