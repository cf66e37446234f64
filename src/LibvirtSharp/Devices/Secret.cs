using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LibvirtSharp;

/// <summary>A password or key that libvirt keeps for others: disks, pools, TLS.</summary>
public sealed unsafe class Secret : IDisposable
{
    private readonly SecretHandle _handle;

    internal Secret(Connect connect, SecretHandle handle) => (Connect, _handle) = (connect, handle);

    internal SecretHandle Handle => _handle;

    public Connect Connect { get; }

    /// <summary>virSecretGetUUID</summary>
    public Guid Uuid
    {
        get
        {
            var uuid = stackalloc byte[16];
            Check.Ok(Interop.virSecretGetUUID(_handle, uuid));
            return CText.Uuid(new ReadOnlySpan<byte>(uuid, 16));
        }
    }

    /// <summary>virSecretGetUsageType</summary>
    public SecretUsageType UsageType => (SecretUsageType)Check.Ok(Interop.virSecretGetUsageType(_handle));

    /// <summary>virSecretGetUsageID</summary>
    public string UsageId => Check.Name(Interop.virSecretGetUsageID(_handle));

    /// <summary>virSecretGetXMLDesc: without the value.</summary>
    public string GetXmlDesc() => Check.Text(Interop.virSecretGetXMLDesc(_handle, 0));

    /// <summary>virSecretGetValue; refused when the secret is private or has no value.</summary>
    public byte[] GetValue()
    {
        nuint length;
        var value = (byte*)Check.Pointer((nint)Interop.virSecretGetValue(_handle, &length, 0));
        var copy = new Span<byte>(value, (int)length).ToArray();
        CryptographicOperations.ZeroMemory(new Span<byte>(value, (int)length));
        NativeMemory.Free(value);
        return copy;
    }

    /// <summary>virSecretSetValue</summary>
    public void SetValue(ReadOnlySpan<byte> value)
    {
        fixed (byte* p = value)
            Check.Ok(Interop.virSecretSetValue(_handle, p, (nuint)value.Length, 0));
    }

    /// <summary>virSecretUndefine: the value is gone.</summary>
    public void Undefine() => Check.Ok(Interop.virSecretUndefine(_handle));

    /// <summary>virSecretFree; the secret stays.</summary>
    public void Dispose() => _handle.Dispose();
}
