using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Rest;

internal static class TwoFactorRoutes
{
    public static void MapTwoFactor(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Routes.TwoFactor, async (HttpContext http, CredentialOperations credentials) =>
        {
            var (made, why) = await credentials.BeginTwoFactor(Doors.Who(http));
            return why is null ? Results.Ok(new TwoFactorSecret(made.Secret, made.Address)) : Problems.Of(why);
        }).Says<TwoFactorSecret>("Makes a secret for an authenticator app; it counts when a code of it was given to confirm.");
        routes.MapPost(Routes.TwoFactorConfirm, async (HttpContext http, TwoFactorCode given, CredentialOperations credentials) =>
        {
            var (codes, why) = await credentials.ConfirmTwoFactor(Doors.Who(http), given.Code);
            return why is null ? Results.Ok(new RecoveryCodes(codes)) : Problems.Of(why);
        }).Says<RecoveryCodes>("Turns two-factor authentication on; the recovery codes are told this once.");
        routes.MapDelete(Routes.TwoFactor, async (HttpContext http, string? code, CredentialOperations credentials) =>
            await End(http, Doors.Who(http).User.Value, code, credentials)).Removes("Turns two-factor authentication off; takes a code.");
        routes.MapDelete(Routes.TwoFactorOf, async (HttpContext http, int id, CredentialOperations credentials) =>
            await End(http, id, null, credentials)).Removes("Turns another user's two-factor authentication off, who has lost it.");
    }

    private static async Task<IResult> End(HttpContext http, int id, string? code, CredentialOperations credentials) =>
        (await credentials.EndTwoFactor(Doors.Who(http), id, code, http.RequestAborted)).Refusal is { } why ? Problems.Of(why) : Results.NoContent();
}
