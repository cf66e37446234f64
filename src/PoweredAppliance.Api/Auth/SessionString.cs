namespace PoweredAppliance.Api.Auth;

/// <summary>The first parameter of every call, <c>user:secret</c>. The first colon splits, so a secret may have more of
/// them. The secret is a password, a login token, or what a driver makes of it.</summary>
public readonly record struct SessionString(string User, string Secret)
{
    /// <summary>Null when there is no colon, or nothing on one side of it.</summary>
    public static SessionString? Parse(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && colon < text.Length - 1
            ? new SessionString(text[..colon], text[(colon + 1)..])
            : null;

    /// <summary>Without the secret, which must not get into a log.</summary>
    public override string ToString() => $"{User}:***";
}
