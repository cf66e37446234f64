using System.Globalization;

namespace PoweredAppliance.Core;

/// <summary>A virtual machine's number, from 0, never reused (OpenNebula: VM ID).</summary>
public readonly record struct VmId(int Value) { public override string ToString() => Number.Text(Value); }

/// <summary>A host's number, from 0, never reused (OpenNebula: HOST ID).</summary>
public readonly record struct HostId(int Value) { public override string ToString() => Number.Text(Value); }

/// <summary>A user's number: 0 is oneadmin, 1 serveradmin, people count from 2.</summary>
public readonly record struct UserId(int Value) { public override string ToString() => Number.Text(Value); }

/// <summary>A group's number: 0 is oneadmin, 1 users, others count from 100.</summary>
public readonly record struct GroupId(int Value) { public override string ToString() => Number.Text(Value); }

/// <summary>Who asks for something: a user acting for one group.</summary>
public readonly record struct Caller(UserId User, GroupId Group)
{
    /// <summary>The appliance itself: OpenNebula writes -1 where nobody asked.</summary>
    public static readonly Caller Nobody = new(new(-1), new(-1));
    public static readonly Caller Admin = new(new(0), new(0));
}

internal static class Number
{
    internal static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
