using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Text;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>A person as a directory has him.</summary>
internal sealed record LdapPerson(string Dn, string? Uid, string? GroupMember, IReadOnlyList<string> MemberOf);

/// <summary>One connection to one directory. Every call blocks for <see cref="LdapServer.Timeout"/> at most.</summary>
internal sealed class LdapDirectory : IDisposable
{
    private readonly LdapServer _server;
    private readonly LdapConnection _connection;

    /// <exception cref="LdapException">It does not answer, or its certificate is not good.</exception>
    public LdapDirectory(LdapServer server)
    {
        _server = server;
        _connection = new LdapConnection(new LdapDirectoryIdentifier(server.Host, server.Port)) { AuthType = AuthType.Basic, Timeout = server.Timeout };
        try
        {
            _connection.SessionOptions.ProtocolVersion = 3;
            _connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            if (server.CaFolder.Length > 0)
            {
                _connection.SessionOptions.TrustedCertificatesDirectory = server.CaFolder;
                _connection.SessionOptions.StartNewTlsSessionContext(); // without it the folder does not count
            }

            if (server.Encryption is LdapEncryption.Ldaps)
                _connection.SessionOptions.SecureSocketLayer = true;
            if (server.Encryption is LdapEncryption.StartTls)
            {
                Connect();
                _connection.SessionOptions.StartTransportLayerSecurity(null);
            }
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>libldap connects at the first request, and StartTLS is none: this one asks for nothing.</summary>
    private void Connect()
    {
        try
        {
            _connection.SendRequest(new SearchRequest("", "(objectClass=*)", SearchScope.Base, "1.1"));
        }
        catch (DirectoryOperationException)
        {
            // it answers strangers nothing, so it is there
        }
    }

    /// <summary>Becomes who looks people up.</summary>
    public void BindAsReader()
    {
        if (_server.User.Length > 0)
            _connection.Bind(new NetworkCredential(_server.User, _server.Password));
        else
            _connection.Bind(new NetworkCredential("", ""));
    }

    /// <summary>False: the password is not his.</summary>
    public bool BindAs(string dn, string password)
    {
        const int InvalidCredentials = 49;
        try
        {
            _connection.Bind(new NetworkCredential(dn, password));
            return true;
        }
        catch (LdapException e) when (e.ErrorCode == InvalidCredentials)
        {
            return false;
        }
    }

    public LdapPerson? Find(string name)
    {
        var entry = Search(_server.Base, $"({_server.UserField}={Escaped(name)})", "memberOf", _server.UserField, _server.UserGroupField).FirstOrDefault();
        return entry is null
            ? null
            : new(
                entry.DistinguishedName, Values(entry, _server.UserField).FirstOrDefault(),
                _server.UserGroupField.Equals("dn", StringComparison.OrdinalIgnoreCase) ? entry.DistinguishedName : Values(entry, _server.UserGroupField).FirstOrDefault(),
                Values(entry, "memberOf"));
    }

    /// <summary>DNs of the person's groups.</summary>
    public IReadOnlyList<string> GroupsOf(LdapPerson person)
    {
        if (_server.Rfc2307Bis)
            return person.MemberOf;
        return person.GroupMember is { } member
            ? [.. Search(_server.GroupBase.Length > 0 ? _server.GroupBase : _server.Base, $"({_server.GroupField}={Escaped(member)})", "1.1").Select(e => e.DistinguishedName)]
            : [];
    }

    public void Dispose() => _connection.Dispose();

    private IEnumerable<SearchResultEntry> Search(string under, string filter, params string[] attributes) =>
        ((SearchResponse)_connection.SendRequest(new SearchRequest(under, filter, SearchScope.Subtree, attributes))).Entries.Cast<SearchResultEntry>();

    private static IReadOnlyList<string> Values(SearchResultEntry entry, string attribute) =>
        entry.Attributes[attribute]?.GetValues(typeof(string)).Cast<string>().ToList() ?? [];

    /// <summary>RFC 4515, section 3: what could end a value or stand for any other is written by its bytes.</summary>
    private static string Escaped(string value)
    {
        var text = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(value))
            if (b is > 0x20 and < 0x7F && !"*()\\".Contains((char)b, StringComparison.Ordinal))
                text.Append((char)b);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\{b:x2}");
        return text.ToString();
    }
}
