using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PoweredAppliance.Api.Auth;

/// <summary>
/// Argon2id by the reference library, libargon2: a third of the time that managed code takes. Its many mebibytes are mapped for the one
/// call and given back to the system; of the heap, native or ours, they would stay long after.
/// </summary>
internal static unsafe partial class Argon2
{
    private const int Argon2Id = 2;
    private const uint Version13 = 0x13;
    private const int ReadAndWrite = 1 | 2, PrivateAnonymous = 0x02 | 0x20;
    private const int OutOfMemory = -22;

    /// <param name="kibibytes">at least eight for each lane</param>
    /// <param name="salt">at least eight bytes</param>
    /// <exception cref="InvalidOperationException">The library refuses; its error number is in the message.</exception>
    public static byte[] Id(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int kibibytes, int passes, int lanes, int length)
    {
        var hash = new byte[length];
        fixed (byte* to = hash, secret = password, salting = salt)
        {
            var context = new Context
            {
                Out = to,
                OutLength = (uint)length,
                Password = secret,
                PasswordLength = (uint)password.Length,
                Salt = salting,
                SaltLength = (uint)salt.Length,
                Passes = (uint)passes,
                Kibibytes = (uint)kibibytes,
                Lanes = (uint)lanes,
                Threads = 1,
                Version = Version13,
                Allocate = &Map,
                Free = &Unmap,
            };
            var error = argon2_ctx(ref context, Argon2Id);
            return error == 0 ? hash : throw new InvalidOperationException($"libargon2 answered {error}");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Map(byte** memory, nuint bytes)
    {
        var mapped = mmap(null, bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
        *memory = mapped == (byte*)-1 ? null : mapped;
        return *memory is null ? OutOfMemory : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Unmap(byte* memory, nuint bytes) => _ = munmap(memory, bytes);

    [LibraryImport("libargon2.so.1")]
    private static partial int argon2_ctx(ref Context context, int type);

    [LibraryImport("libc")]
    private static partial byte* mmap(byte* at, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(byte* at, nuint bytes);

    /// <summary>struct Argon2_Context</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Context
    {
        public byte* Out;
        public uint OutLength;
        public byte* Password;
        public uint PasswordLength;
        public byte* Salt;
        public uint SaltLength;
        public byte* Secret;
        public uint SecretLength;
        public byte* Associated;
        public uint AssociatedLength;
        public uint Passes;
        public uint Kibibytes;
        public uint Lanes;
        public uint Threads;
        public uint Version;
        public delegate* unmanaged[Cdecl]<byte**, nuint, int> Allocate;
        public delegate* unmanaged[Cdecl]<byte*, nuint, void> Free;
        public uint Flags;
    }
}
