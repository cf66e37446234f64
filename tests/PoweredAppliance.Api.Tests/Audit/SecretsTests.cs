using System.Text;
using PoweredAppliance.Api.XmlRpc;
using PoweredAppliance.Api.XmlRpc.Wire;

namespace PoweredAppliance.Api.Audit;

public sealed class SecretsTests
{
    private const string Secret = "hunter2-and-more";

    [Fact]
    public void No_parameter_that_is_a_secret_gets_into_the_log()
    {
        var told = 0;
        foreach (var signature in Signatures.All.Values)
        {
            if (!signature.Parameters.Any(p => p.Type is RpcType.Text && p.Name.Contains("password", StringComparison.Ordinal) | p.Name.Contains("token", StringComparison.Ordinal)))
                continue;
            var values = signature.Parameters.Select(p => (RpcValue)(p.Type is RpcType.Text ? Secret : 1));
            var entry = new AnsweredRpc(
                new(signature.Method, [$"alice:{Secret}", .. values]), signature, "alice", 5, null, 0, null, null, DateTimeOffset.UnixEpoch, default, default).Entry(1);
            var names = signature.Parameters.Where(p => p.Type is RpcType.Text && !Secrets.IsNameOfOne(p.Name)).Select(p => $"{p.Name}=\"{Secret}\"");
            Assert.Equal(names.Count(), Count(entry.Arguments!));
            Assert.Contains(Secrets.Blank, entry.Arguments, StringComparison.Ordinal);
            told++;
        }

        Assert.True(told >= 3, $"only {told} methods take a secret");
    }

    [Theory]
    [InlineData("NAME=x\nGRAPHICS=[TYPE=VNC,PASSWD=\"hunter2-and-more\",PORT=5900]\nCPU=1")]
    [InlineData("CONTEXT=[ROOT_PASSWORD = hunter2-and-more, SSH_PUBLIC_KEY=\"ssh-rsa AAAA\"]")]
    [InlineData("<TEMPLATE><S3_SECRET_KEY><![CDATA[hunter2-and-more]]></S3_SECRET_KEY><CPU>1</CPU></TEMPLATE>")]
    [InlineData("START_SCRIPT=\"echo \\\"hunter2-and-more\\\" > /x\"")]
    [InlineData("LUKS_PASSWORD=\"hunter2-and-more and cut off here")]
    [InlineData("token=hunter2-and-more")]
    public void What_stands_behind_a_secrets_name_in_a_template_is_blanked_out(string template)
    {
        var blanked = Secrets.BlankedTemplate(template);
        Assert.DoesNotContain(Secret, blanked, StringComparison.Ordinal);
        Assert.Contains(Secrets.Blank, blanked, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_secret_stays_as_it_is()
    {
        const string Template = "NAME=\"web\"\nCPU=1\nCONTEXT=[SSH_PUBLIC_KEY=\"ssh-rsa AAAA\", NETWORK=YES]";
        Assert.Equal(Template, Secrets.BlankedTemplate(Template));
        Assert.Equal("{\"name\":\"web\",\"count\":2}", Secrets.BlankedJson("{\"name\": \"web\", \"count\": 2}"u8));
    }

    [Fact]
    public void A_body_of_json_is_blanked_out_by_its_names_and_in_the_templates_within_it()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"password":"{{Secret}}","code":"123456","list":[{"apiToken":"{{Secret}}"}],"text":"A=1 PASSWORD={{Secret}}"}""");
        Assert.Equal("""{"password":"***","code":"***","list":[{"apiToken":"***"}],"text":"A=1 PASSWORD=***"}""", Secrets.BlankedJson(body));
        Assert.Equal("", Secrets.BlankedJson("{ no json"u8));
        Assert.Equal("", Secrets.BlankedJson("{\"a\":1,\"a\":2}"u8));
    }

    private static int Count(string text) => text.Split(Secret).Length - 1;
}
