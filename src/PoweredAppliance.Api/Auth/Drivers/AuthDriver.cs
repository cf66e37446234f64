using System.Net;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>Somebody says to be a user.</summary>
/// <param name="User">the name, as the session string has it</param>
/// <param name="Stored">the user's PASSWORD: what it is differs by driver; null: there is no such user yet</param>
/// <param name="Secret">what the session string has behind the name (and, for a server, behind the target)</param>
/// <param name="Target">the user that a server acts for; null: he acts for himself</param>
/// <param name="From">the client's address, where it is known</param>
/// <param name="WasRight">the same was accepted before: it is no guess</param>
public sealed record Claim(string User, string? Stored, string Secret, string? Target, DateTimeOffset Now, IPAddress? From = null, bool WasRight = false);

/// <summary>Whether a claim is right.</summary>
/// <param name="Why">for the log: why it is not. It is never told to the client</param>
/// <param name="Until">how long it holds; null: as long as nothing changes</param>
/// <param name="IsDecided">false: nobody could be asked, and nothing is held against whoever tried</param>
/// <param name="Identity">who it is in a directory outside; null: the driver knows none</param>
public sealed record Proof(bool IsRight, string? Why = null, DateTimeOffset? Until = null, bool IsDecided = true, OutsideIdentity? Identity = null)
{
    public static readonly Proof Right = new(true);
    public static Proof Wrong(string why) => new(false, why);
    public static Proof Undecided(string why) => new(false, why, IsDecided: false);
}

/// <summary>A person as a directory knows him.</summary>
/// <param name="Stored">what is kept as his PASSWORD, so that nobody takes over his name</param>
/// <param name="Groups">ids of his groups here, the primary one first; empty: the directory says nothing about groups</param>
/// <param name="AdminOf">the groups of these that he administers</param>
public sealed record OutsideIdentity(string Name, string Stored, IReadOnlyList<int> Groups, IReadOnlySet<int> AdminOf);

/// <summary>One way to prove who one is, by the name that a user's AUTH_DRIVER has for it.</summary>
public interface IAuthDriver
{
    string Name { get; }

    /// <summary>Who has it may change his own password (OpenNebula's PASSWORD_CHANGE); admins always may.</summary>
    bool LetsUsersChangePasswords { get; }

    /// <summary>Says which groups a user is in, at each login (OpenNebula's DRIVER_MANAGED_GROUPS).</summary>
    bool SetsGroups => false;

    /// <summary>A second factor can be asked for with the secret, since a person types it.</summary>
    bool IsForPeople => false;

    /// <summary>What is to be stored as PASSWORD of a user who is given this one.</summary>
    (string? Stored, Refusal? Why) Store(string password);

    Task<Proof> Prove(Claim claim, CancellationToken stop);
}
