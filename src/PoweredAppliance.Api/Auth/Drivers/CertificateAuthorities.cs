using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>
/// The folder of authorities that users' certificates may come from: PEM or DER certificates under any name, and lists of revoked
/// certificates (<c>*.r0</c>, <c>*.crl</c>), as OpenNebula keeps them by their hashes. It is read at each check, so that a list that
/// is laid there counts at once.
/// </summary>
public sealed class CertificateAuthorities(string folder)
{
    private static readonly string[] Lists = [".r0", ".crl"];

    /// <summary>Null: the chain is good at that time. Else why not.</summary>
    /// <param name="sent">the certificate and those that the token brought to link it to an authority; they are not trusted by themselves</param>
    public string? Refuse(IReadOnlyList<X509Certificate2> sent, DateTimeOffset now)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            foreach (var file in Files().Where(f => !IsList(f)))
                trusted.Add(Read(file));
            if (trusted.Count == 0)
                return $"there is no authority in {folder}";
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
            chain.ChainPolicy.ExtraStore.AddRange(sent.ToArray());
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // the lists are here, below
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.VerificationTime = now.UtcDateTime;
            chain.ChainPolicy.VerificationTimeIgnored = false;
            if (!chain.Build(sent[0]))
                return $"its certificate is not good: {string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}";
            return Revoked([.. chain.ChainElements.Select(e => e.Certificate)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or AsnContentException)
        {
            return $"the authorities in {folder} cannot be read: {e.Message}";
        }
        finally
        {
            foreach (var certificate in trusted)
                certificate.Dispose();
        }
    }

    private IEnumerable<string> Files() => Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal) : [];

    private static bool IsList(string file) => Lists.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    private static X509Certificate2 Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return bytes is [(byte)'-', ..] ? X509Certificate2.CreateFromPem(File.ReadAllText(file)) : X509CertificateLoader.LoadCertificate(bytes);
    }

    /// <summary>Each certificate of the chain but the root, by the list that its issuer signed.</summary>
    private string? Revoked(IReadOnlyList<X509Certificate2> chain)
    {
        foreach (var file in Files().Where(IsList))
        {
            var der = Der(File.ReadAllBytes(file));
            var list = RevocationList.Read(der);
            for (var i = 0; i + 1 < chain.Count; i++)
            {
                if (!list.Issuer.AsSpan().SequenceEqual(chain[i].IssuerName.RawData))
                    continue;
                if (!list.IsSignedBy(chain[i + 1]))
                    return $"{file} is not signed by {chain[i + 1].Subject}";
                if (list.Has(chain[i].SerialNumberBytes.Span))
                    return $"its certificate {chain[i].SerialNumber} is revoked by {file}";
            }
        }

        return null;
    }

    private static byte[] Der(byte[] bytes)
    {
        if (bytes is not [(byte)'-', ..])
            return bytes;
        var text = System.Text.Encoding.ASCII.GetString(bytes);
        var found = PemEncoding.Find(text);
        return Convert.FromBase64String(text[found.Base64Data]);
    }
}
