using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PoweredAppliance.Core.Vms;

/// <summary>
/// What a guest shows at OneGate to prove which VM it is: base64 of HMAC-SHA256 over the VM's id and the second it was made. It lies on
/// the guest's CONTEXT for as long as the VM lives, so how it is made is a promise.
/// </summary>
public static class GuestToken
{
    public const int SecretBytes = 32;

    /// <param name="secret">the appliance's own, the same for all its VMs</param>
    /// <param name="start">unix seconds</param>
    public static string Of(ReadOnlySpan<byte> secret, VmId vm, long start)
    {
        Span<byte> about = stackalloc byte[sizeof(int) + sizeof(long)];
        BinaryPrimitives.WriteInt32BigEndian(about, vm.Value);
        BinaryPrimitives.WriteInt64BigEndian(about[sizeof(int)..], start);
        return Convert.ToBase64String(HMACSHA256.HashData(secret, about));
    }

    /// <summary>Takes the same time for every token of the right length. Blanks around it do not matter: it is read from a file.</summary>
    public static bool Fits(string shown, ReadOnlySpan<byte> secret, VmId vm, long start) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(shown.Trim()), Encoding.UTF8.GetBytes(Of(secret, vm, start)));
}
