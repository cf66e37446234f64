namespace PoweredAppliance.Core.Access;

/// <summary>The kinds of objects, with the bits that they have in the resource part of an ACL rule.</summary>
[Flags]
public enum ObjectKinds : ulong
{
    None = 0,
    Vm = 0x1000000000,
    Host = 0x2000000000,
    Net = 0x4000000000,
    Image = 0x8000000000,
    User = 0x10000000000,
    Template = 0x20000000000,
    Group = 0x40000000000,
    Acl = 0x80000000000,
    Datastore = 0x100000000000,
    Cluster = 0x200000000000,
    Document = 0x400000000000,
    Zone = 0x800000000000,
    SecGroup = 0x1000000000000,
    Vdc = 0x2000000000000,
    VRouter = 0x4000000000000,
    Marketplace = 0x8000000000000,
    MarketplaceApp = 0x10000000000000,
    VmGroup = 0x20000000000000,
    VnTemplate = 0x40000000000000,
    Hook = 0x80000000000000,
    BackupJob = 0x100000000000000,
}

/// <summary>What may be done to an object, with the bits of an ACL rule's rights.</summary>
[Flags]
public enum Rights
{
    None = 0,
    Use = 1,
    Manage = 2,
    Admin = 4,
    Create = 8,
}

/// <summary>The words that OpenNebula uses for kinds and rights in rules and refusals.</summary>
public static class AccessWords
{
    public static readonly ObjectKinds AllKinds = Enum.GetValues<ObjectKinds>().Aggregate((all, kind) => all | kind);
    public static readonly Rights AllRights = Rights.Use | Rights.Manage | Rights.Admin | Rights.Create;

    private static readonly (ObjectKinds Kind, string Word)[] Kinds =
        [.. Enum.GetValues<ObjectKinds>().Where(k => k != ObjectKinds.None).Order().Select(k => (k, Upper(k)))];

    private static readonly (Rights Right, string Word)[] RightWords =
        [.. Enum.GetValues<Rights>().Where(r => r != Rights.None).Select(r => (r, Upper(r)))];

    /// <summary><c>VM+IMAGE</c></summary>
    public static string Text(this ObjectKinds kinds) =>
        string.Join('+', Kinds.Where(k => (kinds & k.Kind) != 0).Select(k => k.Word));

    /// <summary><c>USE+MANAGE</c></summary>
    public static string Text(this Rights rights) =>
        string.Join('+', RightWords.Where(r => (rights & r.Right) != 0).Select(r => r.Word));

    /// <summary>Null when there is an unknown word, or none.</summary>
    public static ObjectKinds? ParseKinds(string text)
    {
        var kinds = ObjectKinds.None;
        foreach (var word in text.Split('+'))
            if (Array.Find(Kinds, k => Same(k.Word, word)) is { Word: not null } found)
                kinds |= found.Kind;
            else
                return null;
        return kinds;
    }

    /// <inheritdoc cref="ParseKinds"/>
    public static Rights? ParseRights(string text)
    {
        var rights = Rights.None;
        foreach (var word in text.Split('+'))
            if (Array.Find(RightWords, r => Same(r.Word, word)) is { Word: not null } found)
                rights |= found.Right;
            else
                return null;
        return rights;
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Upper<T>(T word)
        where T : struct, Enum => word.ToString().ToUpperInvariant();
}
