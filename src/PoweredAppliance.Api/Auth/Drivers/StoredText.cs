using PoweredAppliance.Core;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>OpenNebula's rule for what is kept as PASSWORD: not empty, no blanks.</summary>
internal static class StoredText
{
    public static Refusal? Check(string password) => password.Length == 0 || password.Any(char.IsWhiteSpace)
        ? new(ErrorCode.Internal, "Invalid password, it cannot be empty or have blanks in it.", "PASSWORD")
        : null;

    public static (string? Stored, Refusal? Why) AsItIs(string password) => Check(password) is { } why ? (null, why) : (password, null);
}
