using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace PoweredAppliance.Api.Auth;

/// <summary>Argon2id hashes of passwords, with their parameters in the stored text: <c>$argon2id$v=19$m=KIB,t=N,p=N$SALT$HASH</c>.</summary>
public static class Passwords
{
    /// <summary>OWASP's first choice: 19 MiB, 2 passes, 1 lane.</summary>
    private const int Kibibytes = 19 * 1024, Passes = 2, Lanes = 1;

    /// <summary>A hash that no password has, for users that do not exist.</summary>
    public static readonly string Nobody = Hash("", new byte[16]) + "x";

    /// <param name="salt">16 random bytes, never used before</param>
    public static string Hash(string password, byte[] salt) => string.Create(
        CultureInfo.InvariantCulture,
        $"$argon2id$v=19$m={Kibibytes},t={Passes},p={Lanes}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Compute(password, salt, Kibibytes, Passes, Lanes))}");

    /// <summary>In constant time; false, too, where the stored text is no hash of ours.</summary>
    public static bool Verify(string password, string stored)
    {
        var parts = stored.Split('$');
        if (parts is not ["", "argon2id", "v=19", var settings, var salt, var hash])
            return false;
        var numbers = settings.Split(',').Select(s => int.Parse(s[2..], CultureInfo.InvariantCulture)).ToArray();
        var computed = Convert.ToBase64String(Compute(password, Convert.FromBase64String(salt), numbers[0], numbers[1], numbers[2]));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(computed), Encoding.ASCII.GetBytes(hash));
    }

    private static byte[] Compute(string password, byte[] salt, int kibibytes, int passes, int lanes)
    {
        using var argon = new Argon2id(Encoding.UTF8.GetBytes(password.Length == 0 ? " " : password))
        {
            Salt = salt,
            MemorySize = kibibytes,
            Iterations = passes,
            DegreeOfParallelism = lanes,
        };
        return argon.GetBytes(32);
    }
}
