using System.Security.Cryptography;
using System.Text;

namespace PoweredAppliance.Conformance;

/// <summary>How OpenNebula's tools and servers prove who they are.</summary>
public sealed class AuthenticationTests(Appliance appliance)
{
    private static long SoonEnough => DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds();

    private Caller One => appliance.One;

    private async Task<int> User(string name, string password = "secret", string driver = "", params int[] groups)
    {
        var made = await One.Call("one.user.allocate", name, password, driver, groups);
        Assert.True(made.Ok, $"{made}");
        return made.Id;
    }

    /// <summary>The session of a server that acts for somebody, as Sunstone makes it from the file that the daemon wrote.</summary>
    private Caller Acting(string target, string? group = null, string? inToken = null)
    {
        var shared = File.ReadAllText(Path.Combine(appliance.Daemon.Data, "serveradmin_auth")).Trim()["serveradmin:".Length..];
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shared)));
        using var aes = Aes.Create();
        aes.Key = Encoding.ASCII.GetBytes(digest[..32]);
        var token = Convert.ToBase64String(aes.EncryptCbc(Encoding.UTF8.GetBytes($"serveradmin:{inToken ?? target}:{SoonEnough}"), Encoding.ASCII.GetBytes(digest[..16])));
        return One.As($"serveradmin:{target}:{(group is null ? "" : $"{group}:")}{token}");
    }

    private static async Task<string> NameOf(Caller who) => (await who.Call("one.user.info", -1)) is { Ok: true } me ? me.Document.Element("NAME")!.Value : "nobody";

    [Fact]
    public async Task A_server_acts_for_the_user_that_its_token_names()
    {
        var id = await User("acted-for");
        Assert.Equal("acted-for", await NameOf(Acting("acted-for")));
        Assert.Equal("oneadmin", await NameOf(Acting("oneadmin")));
        Assert.Equal("acted-for", await NameOf(Acting("acted-for", group: "1")));
        Assert.Equal(256, (await Acting("oneadmin", inToken: "acted-for").Call("one.user.info", -1)).Code);
        Assert.Equal(256, (await Acting("acted-for", group: "0").Call("one.user.info", -1)).Code);
        Assert.Equal(256, (await Acting("no-such-user").Call("one.user.info", -1)).Code);
        Assert.Equal(256, (await One.As("serveradmin:acted-for:AAAA").Call("one.user.info", -1)).Code);
        Assert.Equal(64, (await Acting("serveradmin").Call("one.user.info", -1)).Document.Element("PASSWORD")!.Value.Length); // Sunstone makes its users' tokens with it
        Assert.Equal("", (await One.Call("one.user.info", 1)).Document.Element("PASSWORD")!.Value);
        Assert.True((await One.Call("one.user.enable", id, false)).Ok);
        Assert.Equal(256, (await Acting("acted-for").Call("one.user.info", -1)).Code);
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }

    [Fact]
    public async Task A_users_driver_is_changed_by_an_admin_and_says_what_is_good_as_password()
    {
        var id = await User("changes");
        using var key = RSA.Create(2048);
        Assert.Equal(512, (await One.As("changes:secret").Call("one.user.chauth", id, "public", "")).Code);
        Assert.Equal(8192, (await One.Call("one.user.chauth", 0, "no-such-driver", "x")).Code);
        Assert.Equal(8192, (await One.Call("one.user.chauth", id, "ssh", "no-key")).Code);
        Assert.True((await One.Call("one.user.chauth", id, "ssh", Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()))) is { Ok: true } ssh && ssh.Id == id);
        Assert.Equal("ssh", (await One.Call("one.user.info", id)).Document.Element("AUTH_DRIVER")!.Value);
        Assert.Equal(256, (await One.As("changes:secret").Call("one.user.info", -1)).Code);
        Assert.Equal(2048, (await One.Call("one.user.chauth", id, "core", "")).Code);
        Assert.True((await One.Call("one.user.chauth", id, "core", "again")).Ok);
        Assert.Equal("changes", await NameOf(One.As("changes:again")));
        Assert.True((await One.Call("one.user.chauth", id, "public", "")).Ok);
        Assert.Equal(256, (await One.As("changes:again").Call("one.user.info", -1)).Code);
        Assert.Equal("changes", await NameOf(Acting("changes")));
        Assert.True((await One.Call("one.user.chauth", id, "no-such-driver", "x")).Ok);
        Assert.Equal(("no-such-driver", ""), (await One.Call("one.user.info", id)).Document is var now ? (now.Element("AUTH_DRIVER")!.Value, now.Element("PASSWORD")!.Value) : default);
        Assert.Equal(256, (await One.As("changes:x").Call("one.user.info", -1)).Code);
        Assert.Equal(2048, (await One.Call("one.user.chauth", id, "core", "")).Code);
        Assert.Equal(1024, (await One.Call("one.user.chauth", 99_999, "core", "x")).Code);
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }

    [Fact]
    public async Task A_token_for_one_group_is_that_groups_alone_and_a_new_password_ends_all_tokens()
    {
        var group = (await One.Call("one.group.allocate", "scoped")).Id;
        var id = await User("scoped", groups: [group, 1]); // the primary one, and users, who may make templates
        var who = One.As("scoped:secret");
        var whole = await who.Call("one.user.login", "scoped", "", 600);
        var scoped = await who.Call("one.user.login", "scoped", "", 600, 1);
        Assert.True(whole.Ok && scoped.Ok, $"{whole} {scoped}");
        var template = await One.As($"scoped:{scoped.Value}").Call("one.template.allocate", "NAME=of-scoped CPU=1 MEMORY=64");
        Assert.True(template.Ok, $"{template}");
        Assert.Equal("1", (await One.Call("one.template.info", template.Id)).Document.Element("GID")!.Value);
        Assert.Equal(4096, (await One.As($"scoped:{scoped.Value}").Call("one.user.login", "scoped", "", 600)).Code); // not from one group to all
        Assert.Equal(4096, (await who.Call("one.user.login", "scoped", "", 600, 0)).Code);
        Assert.Equal(4096, (await who.Call("one.user.login", "scoped", "no-such-token", 0)).Code);

        Assert.True((await One.Call("one.user.delgroup", id, 1)).Ok);
        Assert.Equal(256, (await One.As($"scoped:{scoped.Value}").Call("one.user.info", -1)).Code); // the group was left
        Assert.Equal("scoped", await NameOf(One.As($"scoped:{whole.Value}")));
        Assert.True((await who.Call("one.user.passwd", id, "another")).Ok);
        Assert.Equal(256, (await One.As($"scoped:{whole.Value}").Call("one.user.info", -1)).Code);
        Assert.True((await One.Call("one.template.delete", template.Id)).Ok);
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }

    [Fact]
    public async Task After_too_many_wrong_secrets_the_answer_is_no_for_a_while_and_tokens_still_work()
    {
        var id = await User("guessed");
        var token = await One.As("guessed:secret").Call("one.user.login", "guessed", "", 600);

        // The first wait is of a second, which a slow call outlasts; each guess behind it doubles the next.
        const string Wrong = "[one.user.info] User couldn't be authenticated, aborting call.";
        var answers = new List<string>();
        do
        {
            var guess = await One.As($"guessed:guess{answers.Count}").Call("one.user.info", -1);
            Assert.Equal(256, guess.Code);
            answers.Add(guess.Value);
        }
        while (answers[^1] == Wrong && answers.Count < 15);
        Assert.StartsWith($"{Wrong} Too many wrong credentials from 127.0.0.1; try again in ", answers[^1], StringComparison.Ordinal);
        Assert.True(answers.Count > 5, $"only {answers.Count} guesses were looked at");
        Assert.Equal("guessed", await NameOf(One.As($"guessed:{token.Value}")));
        Assert.Equal("oneadmin", await NameOf(One));
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }

    [Fact]
    public async Task Every_call_is_in_the_audit_log_with_who_what_and_how_it_ended()
    {
        var id = await User("audited");
        Assert.Equal(512, (await One.As("audited:secret").Call("one.host.delete", appliance.Hosts[0])).Code);
        await Acting("audited").Call("one.user.passwd", id, "hush-hush");
        IReadOnlyList<Client.Wire.AuditEntry> kept = [];
        await Lab.Daemon.Until.True(
            async () => (kept = (await appliance.Daemon.Client.GetAudit(new() { User = "audited" })).Entries).Count == 2, () => $"{kept.Count} entries");
        Assert.Equal(("one.user.passwd", $"user/{id}", 0, "serveradmin", id), (kept[0].Method, kept[0].Object, kept[0].Result, kept[0].By, kept[0].UserId));
        Assert.DoesNotContain("hush-hush", kept[0].Arguments, StringComparison.Ordinal);
        Assert.Equal(("one.host.delete", $"host/{appliance.Hosts[0]}", 512, null), (kept[1].Method, kept[1].Object, kept[1].Result, kept[1].By));
        Assert.True((await One.Call("one.user.delete", id)).Ok);
    }
}
