using System.Runtime.CompilerServices;

namespace LibvirtSharp;

/// <summary>Turns what a C function returned into a value or a <see cref="LibvirtException"/> that bears the function's
/// name. The call must be the argument itself, so that nothing runs between it and the reading of its error.</summary>
internal static unsafe class Check
{
    /// <summary>Negative is failure.</summary>
    public static int Ok(int result, [CallerArgumentExpression(nameof(result))] string call = "")
        => result >= 0 ? result : throw LibvirtException.Last(FunctionIn(call));

    public static bool Yes(int result, [CallerArgumentExpression(nameof(result))] string call = "")
        => (result >= 0 ? result : throw LibvirtException.Last(FunctionIn(call))) > 0;

    /// <summary>Null is failure.</summary>
    public static nint Pointer(nint result, [CallerArgumentExpression(nameof(result))] string call = "")
        => result != 0 ? result : throw LibvirtException.Last(FunctionIn(call));

    /// <summary>A string that C has given to us; it is freed here.</summary>
    public static string Text(byte* result, [CallerArgumentExpression(nameof(result))] string call = "")
        => result is not null ? CText.Owned(result)! : throw LibvirtException.Last(FunctionIn(call));

    /// <summary>A string that stays C's.</summary>
    public static string Name(byte* result, [CallerArgumentExpression(nameof(result))] string call = "")
        => result is not null ? CText.Borrowed(result)! : throw LibvirtException.Last(FunctionIn(call));

    /// <summary>"Interop.virDomainCreate(_handle)" to "virDomainCreate".</summary>
    internal static string FunctionIn(string call)
    {
        const string interop = "Interop.";
        var start = call.IndexOf(interop, StringComparison.Ordinal);
        var name = start < 0 ? call : call[(start + interop.Length)..];
        var end = name.IndexOf('(', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }
}
