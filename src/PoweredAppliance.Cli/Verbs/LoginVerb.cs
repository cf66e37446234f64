using System.CommandLine;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary>
/// <c>powered login</c>: from a user's password to a token in the file that this program and OpenNebula's tools read.
/// </summary>
internal static class LoginVerb
{
    public static Verb Build()
    {
        var user = new Argument<string?>("USER")
        {
            Description = "Who; asked for unless given",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var expires = new Option<string>("--expires")
        {
            Description = "How long the token is good: 10h, 7d",
            HelpName = "TIME",
            DefaultValueFactory = _ => "10h",
        };
        return new Verb(
            "login",
            "Log in, and keep a token for this program and OpenNebula's tools",
            call => Run(call, call.Parse.GetValue(user), call.Value(expires)!))
        {
            Examples = ["powered login", "powered login oneadmin --expires 7d", "powered login ci < password-file"],
        }.With(user, expires);
    }

    private static async Task<int> Run(Call call, string? user, string expires)
    {
        var span = Human.ReadSpan(expires)
            ?? throw new Ending(Exit.Usage, $"--expires: '{expires}' is no time; write 10h or 7d");
        user ??= Ask(call, "User: ", hidden: false);
        if (user.Contains(':') || user.Length == 0)
            throw new Ending(Exit.Usage, "a user's name is not empty and has no ':'");
        var password = Ask(call, $"Password of {user}: ", hidden: true);

        var reply = await LogIn(call, $"{user}:{password}", span);
        var file = call.Shell.Environment("ONE_AUTH") ?? Path.Combine(call.Shell.Home, ".one", "one_auth");
        Keep(file, $"{reply.User}:{reply.Token}\n");
        if (call.Json)
            call.PrintJson(reply, WireJson.Default.LoginReply);
        else
            call.Print(
                $"logged in as {reply.User} until {Human.Moment(reply.Expires, call.Shell.Time)}; "
                + $"the token is in {file}");
        var first = Destination.AuthFiles(call.Shell).First(File.Exists);
        if (first != file)
            call.Note($"but {first} goes before it while POWERED_DATA is set; unset that, or set ONE_AUTH={file}");
        return Exit.Ok;
    }

    /// <summary>Asks for the second factor where the daemon wants one.</summary>
    private static async Task<LoginReply> LogIn(Call call, string pair, TimeSpan span)
    {
        using var client = new PoweredClient(Destination.Options(call.Shell, call.Address, pair));
        try
        {
            return await client.Login(span, call.Stop);
        }
        catch (PoweredException e) when (e.Problem is { Status: 401, Field: "code" })
        {
            var code = Ask(call, "Code of the authenticator app (or a recovery code): ", hidden: false);
            using var again = new PoweredClient(Destination.Options(call.Shell, call.Address, $"{pair}:{code.Trim()}"));
            return await again.Login(span, call.Stop);
        }
    }

    private static string Ask(Call call, string question, bool hidden)
    {
        if (call.Shell.InIsTerminal)
            call.Shell.Error.Write(question);
        var word = hidden && call.Shell is { InIsTerminal: true, Secret: { } secret }
            ? secret()
            : call.Shell.In.ReadLine();
        return word ?? throw new Ending(Exit.Usage, "the input ended before user and password were given");
    }

    /// <summary>
    /// Only its owner may read it. What stood there first is kept beside it, as <c>.old</c>: it may be the only copy of
    /// a password.
    /// </summary>
    private static void Keep(string file, string pair)
    {
        try
        {
            var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(
                    directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var fresh = file + ".new";
            File.Delete(fresh);
            using (var stream = new FileStream(fresh, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                stream.Write(System.Text.Encoding.UTF8.GetBytes(pair));
                stream.Flush(flushToDisk: true);
            }

            if (File.Exists(file) && !File.Exists(file + ".old"))
                File.Copy(file, file + ".old");
            File.Move(fresh, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Ending(Exit.Failed, $"logged in, but cannot write {file}: {e.Message}");
        }
    }
}
