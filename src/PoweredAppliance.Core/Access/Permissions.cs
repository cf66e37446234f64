using System.Collections.Immutable;

namespace PoweredAppliance.Core.Access;

/// <summary>The nine bits of an object: owner, group and other, each with use, manage and admin, as in the octal number
/// 0400 ... 0001.</summary>
public readonly record struct Permissions
{
    /// <summary>OWNER_U, OWNER_M, ... OTHER_A: from the highest bit to the lowest.</summary>
    public static readonly ImmutableArray<string> Names =
        [.. from who in (string[])["OWNER", "GROUP", "OTHER"] from right in "UMA" select $"{who}_{right}"];

    public static readonly Permissions None;

    /// <summary>DEFAULT_UMASK as shipped: the owner uses and manages, nobody else does anything.</summary>
    public static readonly Permissions DefaultUmask = new(0b001_111_111);

    private const int AdminBits = 0b001_001_001;
    private const int OtherBits = 0b000_000_111;

    /// <exception cref="ArgumentOutOfRangeException">More than nine bits.</exception>
    public Permissions(int bits)
    {
        if (bits is < 0 or > 0b111_111_111)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "permissions are nine bits");
        Bits = bits;
    }

    public int Bits { get; }

    /// <summary>The bit at that place in <see cref="Names"/>.</summary>
    public bool this[int place] => (Bits >> (8 - place) & 1) != 0;

    /// <summary>Of a new object: 0666 (0777 when the owner is oneadmin or of its group; without the last digit where
    /// permissions for others are disabled) less the umask.</summary>
    public static Permissions ForNew(UserId owner, GroupId group, Permissions umask, bool othersEnabled = true)
    {
        var all = owner.Value == 0 || group.Value == 0 ? 0b111_111_111 : 0b110_110_110;
        return new Permissions((othersEnabled ? all : all & ~OtherBits) & ~umask.Bits);
    }

    /// <summary>One to four octal digits that make nine bits at most (640, 0640); null otherwise.</summary>
    public static Permissions? FromOctal(string? text)
    {
        if (text is not { Length: >= 1 and <= 4 })
            return null;

        var bits = 0;
        foreach (var digit in text)
            if (digit is >= '0' and <= '7')
                bits = (bits << 3) + digit - '0';
            else
                return null;
        return bits > 0b111_111_111 ? null : new Permissions(bits);
    }

    /// <summary>Three octal digits.</summary>
    public string ToOctal() => $"{Bits >> 6}{Bits >> 3 & 7}{Bits & 7}";

    /// <summary>All of the rights, by the owner's, the group's or anybody's bits: the three add up. Creating is never
    /// given by an object.</summary>
    public bool Allow(Rights rights, bool owner, bool inGroup)
    {
        var given = Bits & OtherBits;
        if (owner)
            given |= Bits >> 6;
        if (inGroup)
            given |= Bits >> 3 & 7;
        var asked = (rights.HasFlag(Rights.Use) ? 4 : 0) | (rights.HasFlag(Rights.Manage) ? 2 : 0)
            | (rights.HasFlag(Rights.Admin) ? 1 : 0);
        return asked != 0 && !rights.HasFlag(Rights.Create) && (given & asked) == asked;
    }

    /// <summary>What a chmod call makes of it: nine numbers in the order of <see cref="Names"/>; 1 sets, 0 clears, -1
    /// leaves. Null when one of them is anything else, or there are not nine.</summary>
    public Permissions? Change(ReadOnlySpan<int> nine)
    {
        if (nine.Length != 9)
            return null;

        var bits = Bits;
        for (var place = 0; place < 9; place++)
        {
            var bit = 1 << (8 - place);
            switch (nine[place])
            {
                case 1: bits |= bit; break;
                case 0: bits &= ~bit; break;
                case -1: break;
                default: return null;
            }
        }

        return new Permissions(bits);
    }

    /// <summary>Going from here to there takes the right to ADMIN the object, not only to MANAGE it.</summary>
    public bool ChangesAdminBits(Permissions to) => ((Bits ^ to.Bits) & AdminBits) != 0;

    public bool ChangesOtherBits(Permissions to) => ((Bits ^ to.Bits) & OtherBits) != 0;

    /// <summary><c>um- --- ---</c></summary>
    public override string ToString()
    {
        var bits = this;
        return string.Create(11, bits, static (text, bits) =>
        {
            for (var i = 0; i < 11; i++)
                text[i] = i % 4 == 3 ? ' ' : bits[i - (i / 4)] ? "uma"[i % 4] : '-';
        });
    }
}
