using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Api.Auth;

/// <summary>Somebody who was let in.</summary>
/// <param name="By">the server user that acts for him; null: he himself</param>
/// <param name="OnlyToLogIn">he gave a password and a second factor, which are good for making a login token and nothing else</param>
public sealed record Admission(Subject Subject, string User, string? By = null, bool OnlyToLogIn = false);

/// <summary>What came of a session string: an admission, or why there is none.</summary>
/// <param name="RetryAfter">when it makes sense to try again; null: other credentials are needed</param>
public sealed record Entry(Admission? Admission, Refusal? Why, TimeSpan? RetryAfter = null)
{
    /// <summary>OpenNebula's words: they do not say whether there is such a user.</summary>
    public const string Rejection = "User couldn't be authenticated, aborting call.";

    public static readonly Entry Rejected = new(null, new Refusal(ErrorCode.Authentication, Rejection));

    /// <summary>With two factors, everything but logging in is done with a token.</summary>
    public static readonly Entry NeedsToken = Refused("This user has two-factor authentication: log in (one.user.login, `powered login`) and use the token.");

    /// <summary>The password is right.</summary>
    public static readonly Entry NeedsCode = Refused("This user has two-factor authentication: give PASSWORD:CODE, the code from the authenticator app or a recovery code.", "code");

    /// <summary>The password is right.</summary>
    public static readonly Entry WrongCode = Refused("The code is wrong, or was used already.", "code");

    /// <summary>For whoever has earned a reason.</summary>
    public static Entry Refused(string reason, TimeSpan retryAfter) => Refused(reason) with { RetryAfter = retryAfter };

    /// <inheritdoc cref="Refused(string, TimeSpan)"/>
    /// <param name="field">what is missing or wrong</param>
    public static Entry Refused(string reason, string? field = null) => new(null, new Refusal(ErrorCode.Authentication, $"{Rejection} {reason}", field));

    public static Entry Of(Admission admission) => new(admission, null);
}
