namespace LibvirtSharp.Tests.TestDriver;

public sealed class AuthenticationTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"libvirtsharp-auth-{Environment.ProcessId}.xml");

    public AuthenticationTests() => File.WriteAllText(_file, """
        <node><cpu><nodes>1</nodes><sockets>1</sockets><cores>2</cores><threads>1</threads></cpu><memory>1000000</memory>
        <auth><user password='letmein'>astrid</user></auth></node>
        """);

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Who_answers_the_questions_right_is_let_in()
    {
        var asked = new List<ConnectCredentialType>();

        using var connect = Connect.OpenAuth("test://" + _file, request =>
        {
            asked.Add(request.Type);
            return request.Type is ConnectCredentialType.Authname ? "astrid" : "letmein";
        });

        Assert.True(connect.IsAlive);
        Assert.Equal([ConnectCredentialType.Authname, ConnectCredentialType.Passphrase], asked);
    }

    [Fact]
    public void Who_answers_wrong_is_refused()
    {
        var failure = Assert.Throws<LibvirtException>(() => Connect.OpenAuth("test://" + _file, _ => "astrid"));

        Assert.Equal((ErrorNumber.AuthFailed, "virConnectOpenAuth"), (failure.Code, failure.Function));
    }

    [Fact]
    public void Who_does_not_answer_is_refused()
    {
        Assert.Equal(ErrorDomain.Auth, Assert.Throws<LibvirtException>(() => Connect.OpenAuth("test://" + _file, _ => null)).Domain);
        Assert.Equal(ErrorDomain.Auth, Assert.Throws<LibvirtException>(() => Connect.Open("test://" + _file)).Domain);
    }

    [Fact]
    public void An_answer_that_throws_comes_out_of_the_open()
    {
        var failure = Assert.Throws<InvalidOperationException>(
            () => Connect.OpenAuth("test://" + _file, _ => throw new FormatException("no vault")));

        Assert.IsType<FormatException>(failure.InnerException);
    }
}
