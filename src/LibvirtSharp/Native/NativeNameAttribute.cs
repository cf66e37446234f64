namespace LibvirtSharp;

/// <summary>The name that libvirt's C headers give to a type, a constant or an enum value.</summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class NativeNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
