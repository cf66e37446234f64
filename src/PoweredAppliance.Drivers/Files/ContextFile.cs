using System.Collections.Immutable;
using System.Text;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Files;

/// <summary>Where guests find OneGate, and the token that each shows there.</summary>
/// <param name="Token">of a VM and the second it was made, unix time</param>
public sealed record OneGateDoor(string Endpoint, Func<VmId, long, string> Token);

/// <summary>The CD-ROM that a guest is told by: <c>context.sh</c> on a volume labelled CONTEXT, as OpenNebula's guest packages read it.</summary>
public static class ContextFile
{
    public const string VolumeLabel = "CONTEXT";
    public const string FileName = "context.sh";
    public const string TokenFile = "token.txt";
    private const string Endpoint = "ONEGATE_ENDPOINT";

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
    public static byte[] Image(ImmutableSortedDictionary<string, string> variables, string? token = null)
    {
        List<IsoFile> files = [new(FileName, Encoding.UTF8.GetBytes(Render(variables)))];
        if (token is not null)
            files.Add(new(TokenFile, Encoding.UTF8.GetBytes(token)));
        return IsoImage.Of(VolumeLabel, files);
    }

    /// <summary>With OneGate's token and address, where the VM asks for them; an address that its CONTEXT names stays.</summary>
    internal static byte[] Image(VmSpec spec, OneGateDoor? oneGate)
    {
        var variables = spec.Context!;
        if (oneGate is null || spec.TokenOf is not { } start)
            return Image(variables);
        return Image(variables.ContainsKey(Endpoint) ? variables : variables.SetItem(Endpoint, oneGate.Endpoint), oneGate.Token(spec.Id, start));
    }

    private static bool IsName(string key) =>
        key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_');
}
