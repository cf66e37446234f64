using System.Runtime.InteropServices;
using System.Text;

namespace LibvirtSharp;

/// <summary>C strings and arrays: what is ours to free is freed, what is lent is copied.</summary>
internal static unsafe class CText
{
    public static string? Borrowed(byte* text) => text is null ? null : Marshal.PtrToStringUTF8((nint)text);

    public static string? Owned(byte* text)
    {
        try
        {
            return Borrowed(text);
        }
        finally
        {
            NativeMemory.Free(text);
        }
    }

    /// <summary>The text in an array of fixed length, up to its first zero.</summary>
    public static string Fixed(byte* field, int length)
    {
        var bytes = new ReadOnlySpan<byte>(field, length);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>A copy that C may free with free().</summary>
    public static byte* Copy(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }

    /// <summary>An array of strings, and the array itself, both given to us.</summary>
    public static IReadOnlyList<string> OwnedArray(byte** array, int count)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++)
            texts[i] = Owned(array[i]) ?? "";
        NativeMemory.Free(array);
        return texts;
    }

    /// <summary>An array of references that C has given to us; each is wrapped, the array itself freed.</summary>
    public static IReadOnlyList<T> OwnedArray<T>(nint* array, int count, Func<nint, T> wrap)
    {
        var items = new T[count];
        for (var i = 0; i < count; i++)
            items[i] = wrap(array[i]);
        NativeMemory.Free(array);
        return items;
    }

    public static Guid Uuid(ReadOnlySpan<byte> sixteen) => new(sixteen, bigEndian: true);
}

/// <summary>Strings laid out as C's `const char **` for the time of one call.</summary>
internal readonly unsafe ref struct CTextArray
{
    private readonly int _count;

    public CTextArray(IReadOnlyCollection<string>? texts)
    {
        if (texts is null || texts.Count == 0)
            return;
        _count = texts.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        var i = 0;
        foreach (var text in texts)
            Pointer[i++] = CText.Copy(text);
    }

    /// <summary>Null when there are no strings.</summary>
    public byte** Pointer { get; }

    public uint Count => (uint)_count;

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
            NativeMemory.Free(Pointer[i]);
        NativeMemory.Free(Pointer);
    }
}
