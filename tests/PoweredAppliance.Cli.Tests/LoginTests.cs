namespace PoweredAppliance.Cli.Tests;

public sealed class LoginTests
{
    [Fact]
    public async Task Logging_in_keeps_a_token_that_only_its_owner_can_read()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance, "oneadmin:0ld") { Input = "oneadmin\nsecret\n" };

        var ran = await line.Run("login");

        Assert.Equal(
            new Ran(
                Exit.Ok,
                $"logged in as oneadmin until 2026-11-24 22:00:00 +00:00; the token is in {line.AuthFile}\n",
                ""),
            ran);
        Assert.Equal(
            "oneadmin:t0ken\n", await File.ReadAllTextAsync(line.AuthFile, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(line.AuthFile));
        Assert.Equal(
            "oneadmin:0ld\n",
            await File.ReadAllTextAsync(line.AuthFile + ".old", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_wrong_password_leaves_the_file_alone()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance) { Input = "nope\n" };

        Assert.Equal(Exit.NotAuthorised, (await line.Run("login", "oneadmin")).Code);
        Assert.Equal(
            CannedAppliance.Credentials + "\n",
            await File.ReadAllTextAsync(line.AuthFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_is_not_logged_in_is_told_how()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance) { ["ONE_AUTH"] = "/nowhere/one_auth" };

        var ran = await line.Run("vm", "list");

        Assert.Equal(
            new Ran(
                Exit.NotAuthorised,
                "",
                "powered: not logged in: there is no /nowhere/one_auth; run `powered login`, or let ONE_AUTH name a file that holds user:password\n"),
            ran);
    }

    [Fact]
    public async Task The_daemons_own_file_is_used_where_POWERED_DATA_names_it()
    {
        await using var appliance = await CannedAppliance.Start();
        using var line = new Line(appliance, "oneadmin:wrong");
        await File.WriteAllTextAsync(
            Path.Combine(line.Home, "one_auth"), CannedAppliance.Credentials, TestContext.Current.CancellationToken);
        line["POWERED_DATA"] = line.Home;

        Assert.Equal(Exit.Ok, (await line.Run("vm", "list")).Code);
    }

    [Theory]
    [InlineData(null, null, null, "http://localhost:2616/")]
    [InlineData(null, null, "http://box:2633/RPC2", "http://box:2616/")]
    [InlineData(null, null, "https://box/RPC2", "https://box:2616/")]
    [InlineData(null, "http://a:1/api/v1", "http://box:2633/RPC2", "http://a:1/api/v1")]
    [InlineData(null, "a:1", null, "http://a:1/")]
    [InlineData("https://b", "http://a:1", null, "https://b/")]
    public void The_daemon_is_looked_for_where_the_variables_say(
        string? asked, string? api, string? xmlrpc, string address)
    {
        var shell = new Shell
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            In = TextReader.Null,
            Home = "/",
            Environment = name => name switch { "POWERED_API" => api, "ONE_XMLRPC" => xmlrpc, _ => null },
        };

        Assert.Equal(new Uri(address), Destination.Address(shell, asked));
    }
}
