using System.DirectoryServices.Protocols;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// Passwords that a directory keeps. The library's calls block, so each check has a thread of its own, and there are few at a time: a
/// directory that hangs delays those who come by it and nobody else.
/// </summary>
public sealed class LdapPasswords(LdapSettings settings, GroupMapping mapping, ILogger<LdapPasswords> log) : IAuthDriver
{
    private readonly SemaphoreSlim _threads = new(8);

    public string Name => "ldap";
    public bool LetsUsersChangePasswords => false;
    public bool SetsGroups => true;
    public bool IsForPeople => true;

    public (string? Stored, Refusal? Why) Store(string password) => StoredText.AsItIs(password);

    public async Task<Proof> Prove(Claim claim, CancellationToken stop)
    {
        if (claim.Secret.Length == 0)
            return Proof.Wrong("an empty password, which directories take for an anonymous log-in");
        await _threads.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(() => Ask(claim), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            _threads.Release();
        }
    }

    private Proof Ask(Claim claim)
    {
        var (name, order) = settings.For(claim.User);
        var proof = Proof.Wrong("no directory is asked about such a name");
        foreach (var servers in order)
        {
            proof = AskFirstThatAnswers(servers, claim, name);
            if (proof.IsRight)
                return proof;
        }

        return proof;
    }

    private Proof AskFirstThatAnswers(IReadOnlyList<LdapServer> servers, Claim claim, string name)
    {
        var silent = new List<string>();
        foreach (var server in servers)
        {
            try
            {
                return Ask(server, claim, name);
            }
            catch (Exception e) when (e is DirectoryException or TimeoutException)
            {
                log.LogWarning("LDAP server {Server} ({Host}:{Port}) does not answer: {Why}", server.Name, server.Host, server.Port, e.Message);
                silent.Add($"{server.Name}: {e.Message}");
            }
        }

        return Proof.Undecided($"no directory answers ({string.Join("; ", silent)})");
    }

    private Proof Ask(LdapServer server, Claim claim, string name)
    {
        using var directory = new LdapDirectory(server);
        directory.BindAsReader();
        if (directory.Find(name) is not { } person)
            return Proof.Wrong($"{server.Name} does not know {name}");
        if (person.Uid is { } uid && !uid.Equals(name, StringComparison.OrdinalIgnoreCase))
            return Proof.Wrong($"{server.Name} knows '{uid}' and not '{name}'");
        var groups = directory.GroupsOf(person);
        if (server.Group.Length > 0 && !groups.Contains(server.Group, StringComparer.OrdinalIgnoreCase))
            return Proof.Wrong($"{person.Dn} is not in {server.Group}");
        if (!directory.BindAs(person.Dn, claim.Secret))
            return Proof.Wrong($"wrong password of {person.Dn}");

        var mapped = mapping.Of(server.MappingKey, groups);
        if (mapped.Count == 0)
            mapped = server.MappingDefault is { } otherwise ? [otherwise] : [];
        if (mapped.Count == 0)
            return Proof.Wrong($"{person.Dn} is in no group that has a counterpart here");
        var leads = server.GroupAdminGroupDn.Length > 0 && groups.Contains(server.GroupAdminGroupDn, StringComparer.OrdinalIgnoreCase);
        return new(true, Identity: new(
            claim.User.ToLowerInvariant(), Uri.EscapeDataString(person.Dn), mapped, leads ? mapped.ToHashSet() : new HashSet<int>()));
    }
}
