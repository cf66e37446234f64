using System.Buffers.Binary;
using System.Text;

namespace PoweredAppliance.Drivers.Files;

public sealed record IsoFile(string Name, byte[] Content);

/// <summary>
/// Writes a small CD-ROM image: ISO 9660 (ECMA-119) level 1 names, and the same files once more under their real names
/// in a Joliet tree. One folder, no time stamps: the same files always give the same bytes.
/// </summary>
public static class IsoImage
{
    private const int Sector = 2048;
    private const int FirstDescriptor = 16; // 0..15 are the system area
    private const int Terminator = FirstDescriptor + 2;
    private const int FirstPathTable = Terminator + 1; // plain little, plain big, Joliet little, Joliet big
    private const int PathTableBytes = 10;

    /// <summary>128 KiB: tools that look for a label at every place where some file system keeps one, busybox's findfs among them, give up on a disk that ends before.</summary>
    private const int LeastSectors = 64;

    /// <summary>Names are told apart by their first 8 characters and 3 of the extension on readers without Joliet.</summary>
    public static byte[] Of(string volumeLabel, IReadOnlyList<IsoFile> files)
    {
        var plainNames = files.Select(f => PlainName(f.Name)).ToList();
        if (plainNames.Distinct().Count() != files.Count)
            throw new ArgumentException("two files have the same 8.3 name", nameof(files));
        var plainRoot = FirstPathTable + 4;
        var plainLength = FolderLength(plainNames.Select(n => n.Length));
        var jolietRoot = plainRoot + plainLength / Sector;
        var jolietLength = FolderLength(files.Select(f => f.Name.Length * 2));
        var starts = new int[files.Count];
        var end = jolietRoot + jolietLength / Sector;
        for (var i = 0; i < files.Count; i++)
        {
            starts[i] = end;
            end += Sectors(files[i].Content.Length);
        }

        end = Math.Max(end, LeastSectors);
        var image = new byte[end * Sector];
        WriteDescriptor(At(image, FirstDescriptor), joliet: false, volumeLabel, end, FirstPathTable, plainRoot, plainLength);
        WriteDescriptor(At(image, FirstDescriptor + 1), joliet: true, volumeLabel, end, FirstPathTable + 2, jolietRoot, jolietLength);
        At(image, Terminator)[0] = 255;
        "CD001"u8.CopyTo(At(image, Terminator)[1..]);
        At(image, Terminator)[6] = 1;
        foreach (var (table, root) in new[] { (FirstPathTable, plainRoot), (FirstPathTable + 2, jolietRoot) })
        {
            WritePathTable(At(image, table), root, big: false);
            WritePathTable(At(image, table + 1), root, big: true);
        }
        WriteFolder(At(image, plainRoot), plainRoot, plainLength, Entries(i => Encoding.ASCII.GetBytes(plainNames[i])));
        WriteFolder(At(image, jolietRoot), jolietRoot, jolietLength, Entries(i => Encoding.BigEndianUnicode.GetBytes(files[i].Name)));
        for (var i = 0; i < files.Count; i++)
            files[i].Content.CopyTo(At(image, starts[i]));
        return image;

        IEnumerable<(byte[] Name, int Start, int Length)> Entries(Func<int, byte[]> name) => Enumerable.Range(0, files.Count)
            .Select(i => (Name: name(i), starts[i], files[i].Content.Length))
            .OrderBy(e => e.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
    }

    private static string PlainName(string name)
    {
        var dot = name.LastIndexOf('.');
        var stem = Plain(dot < 0 ? name : name[..dot], 8);
        return $"{stem}.{Plain(dot < 0 ? "" : name[(dot + 1)..], 3)};1";

        static string Plain(string part, int most) => string.Concat(
            part.ToUpperInvariant().Select(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) ? c : '_').Take(most));
    }

    private static int Sectors(int bytes) => (bytes + Sector - 1) / Sector;

    private static Span<byte> At(byte[] image, int sector) => image.AsSpan(sector * Sector);

    private static int RecordLength(int nameBytes) => (33 + nameBytes + 1) & ~1;

    private static int FolderLength(IEnumerable<int> nameBytes)
    {
        var at = 2 * RecordLength(1);
        foreach (var length in nameBytes.Select(RecordLength))
            at = After(at, length) + length;
        return Sectors(at) * Sector;
    }

    /// <summary>Records do not cross a sector's end.</summary>
    private static int After(int at, int length) => at % Sector + length > Sector ? (at / Sector + 1) * Sector : at;

    private static void WriteFolder(Span<byte> folder, int root, int rootLength, IEnumerable<(byte[] Name, int Start, int Length)> entries)
    {
        var at = WriteRecord(folder, root, rootLength, isFolder: true, [0]);
        at += WriteRecord(folder[at..], root, rootLength, isFolder: true, [1]);
        foreach (var (name, start, length) in entries)
        {
            at = After(at, RecordLength(name.Length));
            at += WriteRecord(folder[at..], start, length, isFolder: false, name);
        }
    }

    private static int WriteRecord(Span<byte> record, int start, int length, bool isFolder, ReadOnlySpan<byte> name)
    {
        record[0] = checked((byte)RecordLength(name.Length));
        Both32(record[2..], start);
        Both32(record[10..], length);
        record[25] = isFolder ? (byte)2 : (byte)0;
        Both16(record[28..], 1);
        record[32] = (byte)name.Length;
        name.CopyTo(record[33..]);
        return record[0];
    }

    private static void WritePathTable(Span<byte> table, int root, bool big)
    {
        table[0] = 1;
        if (big)
        {
            BinaryPrimitives.WriteInt32BigEndian(table[2..], root);
            BinaryPrimitives.WriteInt16BigEndian(table[6..], 1);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(table[2..], root);
            BinaryPrimitives.WriteInt16LittleEndian(table[6..], 1);
        }
    }

    private static void WriteDescriptor(Span<byte> at, bool joliet, string label, int sectors, int pathTable, int root, int rootLength)
    {
        at[0] = joliet ? (byte)2 : (byte)1;
        "CD001"u8.CopyTo(at[1..]);
        at[6] = 1;
        Text(at[8..40], "LINUX", joliet);
        Text(at[40..72], label, joliet);
        Both32(at[80..], sectors);
        if (joliet)
            "%/E"u8.CopyTo(at[88..]); // UCS-2 level 3
        Both16(at[120..], 1);
        Both16(at[124..], 1);
        Both16(at[128..], Sector);
        Both32(at[132..], PathTableBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[140..], pathTable);
        BinaryPrimitives.WriteInt32BigEndian(at[148..], pathTable + 1);
        WriteRecord(at[156..], root, rootLength, isFolder: true, [0]);
        Text(at[190..813], "", joliet);
        for (var date = 813; date < 881; date += 17)
            at.Slice(date, 16).Fill((byte)'0'); // not specified
        at[881] = 1;
    }

    private static void Text(Span<byte> field, string text, bool joliet)
    {
        if (joliet)
        {
            for (var i = 0; i + 1 < field.Length; i += 2)
                BinaryPrimitives.WriteUInt16BigEndian(field[i..], ' ');
            Encoding.BigEndianUnicode.GetBytes(text, field);
        }
        else
        {
            field.Fill((byte)' ');
            Encoding.ASCII.GetBytes(text, field);
        }
    }

    private static void Both32(Span<byte> at, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(at, value);
        BinaryPrimitives.WriteInt32BigEndian(at[4..], value);
    }

    private static void Both16(Span<byte> at, short value)
    {
        BinaryPrimitives.WriteInt16LittleEndian(at, value);
        BinaryPrimitives.WriteInt16BigEndian(at[2..], value);
    }
}
