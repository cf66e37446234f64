using System.Text;

namespace PoweredAppliance.Conformance;

/// <summary>Attributes of OpenNebula's *_ENCRYPTED_ATTR: closed wherever they are shown and stored, but for administrators who ask.</summary>
public sealed class EncryptedTests(Appliance appliance)
{
    private const string Secret = "open-sesame-4711";

    private Caller One => appliance.One;

    [Fact]
    public async Task Encrypted_attributes_are_shown_in_the_clear_to_administrators_who_ask_and_are_nowhere_in_the_journal()
    {
        var template = await Made(One.Call("one.template.allocate", $"NAME=secretive CPU=0.1 MEMORY=16 CONTEXT=[PASSWORD=\"{Secret}-$NAME\",USERNAME=u]"));
        var document = await Made(One.Call("one.document.allocate", $"NAME=secretive PROVISION_BODY=\"{Secret}\" OTHER=x", 77));
        var user = await Made(One.Call("one.user.allocate", "secretive", "secretive-pw", "", new[] { 1 }));
        await Made(One.Call("one.user.update", user, $"SSH_PASSPHRASE=\"{Secret}\"", 1));
        var vm = await Made(One.Call("one.template.instantiate", template, "keeper", true));

        foreach (var (method, id) in new[] { ("one.template.info", template), ("one.document.info", document), ("one.user.info", user), ("one.vm.info", vm) })
        {
            object[] asking = method is "one.template.info" ? [id, false, true] : [id, true];
            Assert.DoesNotContain(Secret, (await One.Call(method, id)).Value, StringComparison.Ordinal);
            Assert.Contains(Secret, (await One.Call(method, asking)).Value, StringComparison.Ordinal);
        }

        Assert.Contains($"{Secret}-keeper", (await One.Call("one.vm.info", vm, true)).Value, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await One.As("secretive:secretive-pw").Call("one.user.info", user, true)).Value, StringComparison.Ordinal);
        var shown = (await One.Call("one.document.info", document)).Document.Element("TEMPLATE")!;
        await Made(One.Call("one.document.update", document, $"PROVISION_BODY=\"{shown.Element("PROVISION_BODY")!.Value}\" OTHER=y", 0));
        Assert.Contains(Secret, (await One.Call("one.document.info", document, true)).Value, StringComparison.Ordinal);

        foreach (var file in Directory.EnumerateFiles(appliance.Daemon.Data, "journal.db*"))
        {
            await using var journal = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            await journal.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(appliance.Daemon.Data, "one_key")));
        Assert.True((await One.Call("one.vm.action", "terminate", vm)).Ok);
    }

    private static async Task<int> Made(Task<Reply> call)
    {
        var reply = await call;
        Assert.True(reply.Ok, $"{reply}");
        return reply.Id;
    }
}
