namespace LibvirtSharp;

/// <summary>A version as libvirt counts them: major * 1,000,000 + minor * 1,000 + release.</summary>
public readonly record struct LibvirtVersion(int Major, int Minor, int Release) : IComparable<LibvirtVersion>
{
    /// <summary>The version that the binding was made from.</summary>
    public static readonly LibvirtVersion Bound = FromNumber((ulong)LibvirtConstants.LibvirVersionNumber);

    /// <summary>The version of the library that this process has loaded.</summary>
    public static unsafe LibvirtVersion Loaded
    {
        get
        {
            nuint version;
            Check.Ok(Interop.virGetVersion(&version, null, null));
            return FromNumber(version);
        }
    }

    public static LibvirtVersion FromNumber(ulong number)
        => new((int)(number / 1_000_000), (int)(number / 1_000 % 1_000), (int)(number % 1_000));

    public int CompareTo(LibvirtVersion other) => (Major, Minor, Release).CompareTo((other.Major, other.Minor, other.Release));

    public static bool operator <(LibvirtVersion a, LibvirtVersion b) => a.CompareTo(b) < 0;

    public static bool operator >(LibvirtVersion a, LibvirtVersion b) => a.CompareTo(b) > 0;

    public static bool operator <=(LibvirtVersion a, LibvirtVersion b) => a.CompareTo(b) <= 0;

    public static bool operator >=(LibvirtVersion a, LibvirtVersion b) => a.CompareTo(b) >= 0;

    public override string ToString() => $"{Major}.{Minor}.{Release}";
}
