using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PoweredAppliance.Api.Auth.Drivers;

/// <summary>A list of revoked certificates (RFC 5280, section 5), as far as it is needed to ask about one.</summary>
internal sealed record RevocationList(byte[] Signed, string Algorithm, byte[] Signature, byte[] Issuer, IReadOnlyList<byte[]> Serials)
{
    /// <exception cref="AsnContentException">It is none.</exception>
    public static RevocationList Read(byte[] der)
    {
        var whole = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var signed = whole.PeekEncodedValue().ToArray();
        var body = whole.ReadSequence();
        var algorithm = whole.ReadSequence().ReadObjectIdentifier();
        var signature = whole.ReadBitString(out _);

        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
            body.ReadInteger(); // version
        body.ReadSequence(); // the algorithm once more
        var issuer = body.ReadEncodedValue().ToArray();
        body.ReadEncodedValue(); // this update
        if (body.HasData && IsTime(body.PeekTag()))
            body.ReadEncodedValue(); // next update
        List<byte[]> serials = [];
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var revoked = body.ReadSequence();
            while (revoked.HasData)
                serials.Add(revoked.ReadSequence().ReadIntegerBytes().ToArray());
        }

        return new(signed, algorithm, signature, issuer, serials);
    }

    public bool Has(ReadOnlySpan<byte> serial)
    {
        foreach (var known in Serials)
            if (known.AsSpan().TrimStart((byte)0).SequenceEqual(serial.TrimStart((byte)0)))
                return true;
        return false;
    }

    public bool IsSignedBy(X509Certificate2 issuer)
    {
        using var rsa = issuer.GetRSAPublicKey();
        using var ecdsa = issuer.GetECDsaPublicKey();
        return Hash() is { } hash
            && (rsa?.VerifyData(Signed, Signature, hash, RSASignaturePadding.Pkcs1)
                ?? ecdsa?.VerifyData(Signed, Signature, hash, DSASignatureFormat.Rfc3279DerSequence)
                ?? false);
    }

    private HashAlgorithmName? Hash() => Algorithm switch
    {
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);
}
