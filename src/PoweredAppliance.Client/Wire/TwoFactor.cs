namespace PoweredAppliance.Client.Wire;

/// <summary>What an authenticator app is given: the secret to type, or the address to draw as a picture. Not asked for until confirmed.</summary>
public sealed record TwoFactorSecret(string Secret, string Address);

/// <summary>A code that the app shows.</summary>
public sealed record TwoFactorCode(string Code);

/// <summary>Each stands for one code of the app, once, when that is lost. They are told only here.</summary>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);
