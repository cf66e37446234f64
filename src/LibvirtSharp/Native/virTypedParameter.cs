using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>Written by hand: the description lists the union's members, but not where they lie. 80 bytes of name, the
/// type, 4 bytes of padding, then 8 bytes that every member shares.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal unsafe struct virTypedParameter
{
    [FieldOffset(0)] public fixed byte field[80];
    [FieldOffset(80)] public int type;
    [FieldOffset(88)] public int i;
    [FieldOffset(88)] public uint ui;
    [FieldOffset(88)] public long l;
    [FieldOffset(88)] public ulong ul;
    [FieldOffset(88)] public double d;
    [FieldOffset(88)] public byte b;
    [FieldOffset(88)] public byte* s;
}
