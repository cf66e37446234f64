using System.Security.Cryptography;

namespace PoweredAppliance.Daemon;

/// <summary>Files with secrets: mode 600 from their first byte on, whole or not there.</summary>
internal static class Secret
{
    /// <summary>Makes the file, empty, where there is none.</summary>
    public static void Touch(string path)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>So many random bytes, kept in a file that is made where there is none.</summary>
    public static byte[] Bytes(string path, int count)
    {
        if (!File.Exists(path))
            Write(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(count)));
        return Convert.FromHexString(File.ReadAllText(path).Trim()) is { } bytes && bytes.Length == count
            ? bytes
            : throw new IOException($"{path} does not hold {count} bytes in hexadecimal; without it a new one is made, and what was made with the old one (tokens of guests, encrypted attributes) is lost");
    }

    public static void Write(string path, string text)
    {
        var part = path + ".part";
        File.Delete(part);
        using (var file = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
    }
}
