using System.Security.Cryptography;
using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// Passwords that the appliance keeps, as Argon2id. Few hashes are computed at once, and guessing costs the guesser, not the others: each
/// user at an address stands in a line of his own, all the names that nobody has stand in one, and behind a wrong one its line rests.
/// What was right before does not stand behind guesses at the same user: it has a line of its own.
/// </summary>
public sealed class CorePasswords(TimeProvider time) : IAuthDriver
{
    private const int LongestLine = 32;
    private static readonly TimeSpan RestAfterRefusal = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WaitForTurn = TimeSpan.FromSeconds(10);

    private readonly FairTurns<(string Network, string? User, bool WasRight)> _turns = new(Math.Max(1, Environment.ProcessorCount / 4), LongestLine, time);

    public string Name => "core";
    public bool LetsUsersChangePasswords => true;
    public bool IsForPeople => true;

    public (string? Stored, Refusal? Why) Store(string password)
    {
        if (StoredText.Check(password) is { } why)
            return (null, why);
        return password.Length > Passwords.MaxLength
            ? (null, new(ErrorCode.Internal, $"Invalid password, it has {password.Length} characters, {Passwords.MaxLength} are the most.", "PASSWORD"))
            : (Passwords.Hash(password, RandomNumberGenerator.GetBytes(Passwords.MinSaltBytes)), null);
    }

    public async Task<Proof> Prove(Claim claim, CancellationToken stop)
    {
        var line = (Lockouts.Network(claim.From), claim.Stored is null ? null : claim.User, claim.WasRight);
        if (!await _turns.Wait(line, WaitForTurn, stop).ConfigureAwait(false))
            return Proof.Undecided("too many passwords are being checked");
        var rest = RestAfterRefusal;
        try
        {
            // An unknown user costs the same time as a known one.
            var right = await Task.Run(() => Passwords.Verify(claim.Secret, claim.Stored ?? Passwords.Nobody), stop).ConfigureAwait(false);
            if (!right || claim.Stored is null)
                return Proof.Wrong("wrong password");
            rest = TimeSpan.Zero;
            return Proof.Right;
        }
        finally
        {
            _turns.Leave(line, rest);
        }
    }
}
