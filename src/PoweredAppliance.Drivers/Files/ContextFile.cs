using System.Collections.Immutable;
using System.Text;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Files;

/// <summary>The CD-ROM that a guest is told by: <c>context.sh</c> on a volume labelled CONTEXT, as OpenNebula's guest packages read it.</summary>
public static class ContextFile
{
    public const string VolumeLabel = "CONTEXT";
    public const string FileName = "context.sh";

    /// <summary>
    /// The shell file: a comment, then one <c>KEY='value'</c> a variable, ordered by key. Values are quoted so that a shell
    /// takes them literally. Throws <see cref="DomainSpecException"/> on what no shell variable can be or hold.
    /// </summary>
    public static string Render(ImmutableSortedDictionary<string, string> variables)
    {
        var text = new StringBuilder("# context of this virtual machine\n");
        foreach (var (key, value) in variables)
        {
            if (!IsName(key))
                throw new DomainSpecException($"CONTEXT variable '{key}' is no shell name (letters, digits, _)");
            if (value.Contains('\0'))
                throw new DomainSpecException($"CONTEXT variable {key} holds a NUL, which a shell cannot");
            text.Append(key).Append("='").Append(value.Replace("'", "'\\''", StringComparison.Ordinal)).Append("'\n");
        }
        return text.ToString();
    }

    /// <summary>The whole CD-ROM image; the same variables always give the same bytes.</summary>
    public static byte[] Image(ImmutableSortedDictionary<string, string> variables) =>
        IsoImage.Of(VolumeLabel, [new(FileName, Encoding.UTF8.GetBytes(Render(variables)))]);

    private static bool IsName(string key) =>
        key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_');
}
