using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Client;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered two-factor</c>: a second factor for whoever is logged in.</summary>
internal static class TwoFactorVerbs
{
    public static Verb Build() => new("two-factor", "Ask for a code of an authenticator app at log-in")
    {
        On(),
        Off(),
    };

    private static Verb On() => new("on", "Set up an authenticator app and ask for its codes from now on", RunOn)
    {
        Examples = ["powered two-factor on"],
    };

    private static Verb Off()
    {
        var user = new Option<string?>("--user")
        {
            Description = "Another user's, by id, who has lost it; for those who may administer him",
            HelpName = "ID",
        };
        return new Verb("off", "Ask for no code any more", call => RunOff(call, call.Value(user)))
        {
            Examples = ["powered two-factor off", "powered two-factor off --user 7"],
        }.With(user);
    }

    private static async Task<int> RunOn(Call call)
    {
        var made = await call.Client.BeginTwoFactor(call.Stop);
        call.Note($"Give this to the authenticator app:\n  secret   {made.Secret}\n  address  {made.Address}");
        var recovery = await call.Client.ConfirmTwoFactor(Code(call), call.Stop);
        if (call.Json)
            call.PrintJson(recovery, WireJson.Default.RecoveryCodes);
        else
            call.Print($"Codes are asked for from now on. Keep these: each stands for one code when the app is lost.\n  {string.Join("\n  ", recovery.Codes)}");
        return Exit.Ok;
    }

    private static async Task<int> RunOff(Call call, string? user)
    {
        if (user is null)
            await call.Client.EndTwoFactor(Code(call), call.Stop);
        else if (int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            await call.Client.EndTwoFactorOf(id, call.Stop);
        else
            throw new Ending(Exit.Usage, $"--user: '{user}' is no user's id");
        return Exit.Ok;
    }

    private static string Code(Call call)
    {
        if (call.Shell.InIsTerminal)
            call.Shell.Error.Write("Code that it shows (or a recovery code): ");
        return call.Shell.In.ReadLine()?.Trim() ?? throw new Ending(Exit.Usage, "the input ended before a code was given");
    }
}
