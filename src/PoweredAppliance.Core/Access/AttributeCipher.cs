using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Access;

/// <summary>
/// Closes the values of attributes that are stored encrypted (AES-256-GCM, base64) and opens them. The nonce is made of the value, so
/// that the same value is closed the same way: an update that changes nothing changes nothing. What this key has not closed is no closed
/// value: closing it closes it, opening leaves it as it is.
/// </summary>
public sealed class AttributeCipher
{
    public const int KeyBytes = 32;

    private const int NonceBytes = 12, TagBytes = 16;

    private readonly byte[] _key, _nonceKey;

    /// <param name="secret">of the appliance; <see cref="KeyBytes"/> bytes</param>
    public AttributeCipher(byte[] secret)
    {
        if (secret.Length != KeyBytes)
            throw new ArgumentException($"a key of {KeyBytes} bytes is needed, this one has {secret.Length}", nameof(secret));
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, info: "attributes"u8.ToArray());
        _nonceKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, info: "nonces"u8.ToArray());
    }

    public string Close(string value)
    {
        if (value.Length == 0 || Opened(value) is not null)
            return value;
        var plain = Encoding.UTF8.GetBytes(value);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        HMACSHA256.HashData(_nonceKey, plain).AsSpan(0, NonceBytes).CopyTo(box);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes));
        return Convert.ToBase64String(box);
    }

    public string Open(string value) => Opened(value) ?? value;

    /// <summary>With the values of the kind's encrypted attributes closed. VMs have the list of their templates.</summary>
    public Template Close(PoolKind kind, Template template) => EncryptedAttributes.With(kind, template, Close);

    /// <inheritdoc cref="Close(PoolKind, Template)"/>
    public Template Open(PoolKind kind, Template template) => EncryptedAttributes.With(kind, template, Open);

    /// <summary>As the guest gets it.</summary>
    public VmSpec Open(VmSpec spec) => spec.Context is { } lines
        ? spec with { Context = lines.SetItems(EncryptedAttributes.OfContext.Where(lines.ContainsKey).Select(key => KeyValuePair.Create(key, Open(lines[key])))) }
        : spec;

    private string? Opened(string value)
    {
        var box = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, box, out var length) || length <= NonceBytes + TagBytes)
            return null;
        var plain = new byte[length - NonceBytes - TagBytes];
        try
        {
            using var aes = new AesGcm(_key, TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes, plain.Length), box.AsSpan(NonceBytes, TagBytes), plain);
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null; // base64 that somebody wrote
        }
    }
}
