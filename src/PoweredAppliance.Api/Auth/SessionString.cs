using System.Net.Http.Headers;
using System.Text;

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

    /// <summary>The text of a header of HTTP Basic; null: it is none.</summary>
    public static string? OfBasic(AuthenticationHeaderValue header)
    {
        if (!header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || header.Parameter is not { } given)
            return null;
        var bytes = new byte[given.Length];
        return Convert.TryFromBase64String(given, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>Without the secret, which must not get into a log.</summary>
    public override string ToString() => $"{User}:***";
}
