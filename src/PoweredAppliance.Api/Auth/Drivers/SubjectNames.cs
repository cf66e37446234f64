using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// A certificate's subject as OpenNebula's tools write it: OpenSSL's one-line form (<c>/C=ES/O=ACME/CN=alice</c>; bytes that are not
/// printable ASCII as <c>\xC3</c>), its blanks as <c>\20</c> so that it can be a PASSWORD.
/// </summary>
internal static class SubjectNames
{
    /// <summary>OpenSSL's short names; an attribute without one is written by its number.</summary>
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.4"] = "SN",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "title",
        ["2.5.4.13"] = "description",
        ["2.5.4.17"] = "postalCode",
        ["2.5.4.41"] = "name",
        ["2.5.4.42"] = "GN",
        ["2.5.4.43"] = "initials",
        ["2.5.4.44"] = "generationQualifier",
        ["2.5.4.46"] = "dnQualifier",
        ["2.5.4.97"] = "organizationIdentifier",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "emailAddress",
        ["1.2.840.113549.1.9.2"] = "unstructuredName",
    };

    public static string Of(X509Certificate2 certificate) => Escaped(Line(certificate.SubjectName));

    private static string Line(X500DistinguishedName name)
    {
        var line = new StringBuilder();
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements)
                return name.Name; // OpenSSL's line is ambiguous there, and no tool makes such
            line.Append('/').Append(Short.GetValueOrDefault(part.GetSingleElementType().Value!, part.GetSingleElementType().Value!)).Append('=');
            foreach (var b in Encoding.UTF8.GetBytes(part.GetSingleElementValue() ?? ""))
                if (b is >= 0x20 and <= 0x7E)
                    line.Append((char)b);
                else
                    line.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }

        return line.ToString();
    }

    private static string Escaped(string line) => string.Concat(line.Select(c => char.IsWhiteSpace(c) ? $"\\{(int)c:x}" : $"{c}"));
}
